/** The words of what others drew. */

import type { Said } from "../../tools/language.js";
import type { ObjectKind } from "./study-objects.js";

export interface ObjectWords {
  readonly title: string;
  readonly shutter: string;
  readonly overlays: string;
  readonly ofImage: string;
  readonly none: string;
  readonly reading: string;
  readonly failed: string;
  readonly go: string;
  /** Of a selection. */
  readonly image: string;
  readonly notHere: string;
  readonly withoutPixels: string;
  readonly kinds: Readonly<Record<ObjectKind, string>>;
  /** Parts of a presentation state that are not shown. */
  readonly missing: Readonly<Record<string, string>>;
  readonly notShown: string;
  readonly fractional: string;
}

export const WORDS: Said<ObjectWords> = {
  vi: {
    title: "Chú thích và vùng vẽ",
    shutter: "Che theo cửa chắn (shutter) của ảnh",
    overlays: "Lớp phủ (overlay) của ảnh",
    ofImage: "Của chính ảnh",
    none: "Lần chụp này không có chú thích, số đo hay vùng vẽ nào của nơi khác.",
    reading: "Đang đọc…",
    failed: "Chưa đọc được. Đóng rồi mở lại để thử lại.",
    go: "Tới ảnh",
    image: "Ảnh {n}",
    notHere: "Ảnh này không nằm trong các loạt ảnh đang mở.",
    withoutPixels: "Chưa có điểm ảnh của phân vùng này; cần dựng lại ca chụp.",
    kinds: { selection: "Ảnh đánh dấu (KO)", state: "Trạng thái hiển thị (GSPS)", measurements: "Số đo (SR)", segmentation: "Phân vùng (SEG)", structures: "Cấu trúc xạ trị (RTSTRUCT)" },
    missing: {
      "presentation-lut": "bảng tra độ xám",
      "bitmap-shutter": "cửa chắn dạng ảnh",
      "compound-graphics": "hình ghép",
      mask: "xóa nền",
    },
    notShown: "Không hiển thị: {parts}",
    fractional: "Đường viền ở mức từ 50%",
  },
  en: {
    title: "Annotations and outlines",
    shutter: "Cover by the shutter of the image",
    overlays: "Overlays of the image",
    ofImage: "Of the image itself",
    none: "This study has no annotations, measurements or outlines of others.",
    reading: "Reading…",
    failed: "This could not be read. Close it and open it again to retry.",
    go: "Go to image",
    image: "Image {n}",
    notHere: "This image is not in an open series.",
    withoutPixels: "The pixels of this segmentation are not there yet: the study must be prepared again.",
    kinds: { selection: "Key images (KO)", state: "Presentation states (GSPS)", measurements: "Measurements (SR)", segmentation: "Segmentations (SEG)", structures: "Radiotherapy structures (RTSTRUCT)" },
    missing: {
      "presentation-lut": "presentation table",
      "bitmap-shutter": "bitmap shutter",
      "compound-graphics": "compound graphics",
      mask: "subtraction",
    },
    notShown: "Not shown: {parts}",
    fractional: "Outlined from 50%",
  },
};
