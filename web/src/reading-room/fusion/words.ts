/** The words of fusion and SUV. */

import type { Said } from "../../tools/language.js";
import type { PaletteName } from "./palettes.js";
import type { StackTrouble } from "./pet-stack.js";
import type { SuvRefusal } from "./suv.js";

export interface FusionWords {
  readonly title: string;
  readonly off: string;
  readonly series: string;
  readonly noSeries: string;
  readonly palette: string;
  readonly opacity: string;
  readonly top: string;
  readonly reading: string;
  readonly failed: string;
  readonly broken: string;
  readonly faint: string;
  readonly suv: string;
  readonly noSuv: string;
  /** After it, over a PET. */
  readonly ownUnit: string;
  readonly elsewhere: string;
  readonly here: string;
  readonly palettes: Readonly<Record<PaletteName, string>>;
  readonly troubles: Readonly<Record<StackTrouble, string>>;
  readonly refusals: Readonly<Record<SuvRefusal, string>>;
}

export const WORDS: Said<FusionWords> = {
  vi: {
    title: "Hợp nhất PET/CT",
    off: "Tắt hợp nhất",
    series: "Phủ loạt ảnh",
    noSeries: "Lần chụp này không có loạt ảnh PET hay SPECT nhiều lát.",
    palette: "Bảng màu",
    opacity: "Độ đậm",
    top: "Giá trị cao nhất của thang màu",
    reading: "Đang đọc…",
    failed: "Chưa đọc được loạt ảnh này. Thử lại sau.",
    broken: "Có lát không giải mã được, chỗ đó không có màu.",
    faint: "Dưới một phần mười của thang, màu nhạt dần để không che ảnh nền.",
    suv: "SUVbw (g/ml)",
    noSuv: "Không tính được SUV: {reason}",
    ownUnit: "Cửa sổ và giá trị theo đơn vị của tệp: {unit}.",
    elsewhere: "Không phủ lên ảnh này: ảnh không cùng hệ tọa độ với loạt ảnh PET.",
    here: "Tại con trỏ: {value}",
    palettes: { "hot-iron": "Hot iron", pet: "PET", "hot-metal-blue": "Hot metal blue", rainbow: "Cầu vồng" },
    troubles: {
      "too-few": "Loạt ảnh này chưa đủ lát để phủ.",
      "no-place": "Ảnh không ghi vị trí trong cơ thể.",
      mixed: "Các lát không cùng hướng, cùng kích thước hoặc trùng vị trí.",
      unreachable: "Chưa đọc được loạt ảnh này. Thử lại sau.",
      colour: "Loạt ảnh này là ảnh màu, không có giá trị đo.",
      table: "Giá trị của loạt ảnh này qua bảng tra, chưa phủ được.",
    },
    refusals: {
      "no-units": "tệp không ghi đơn vị BQML hoặc GML.",
      counts: "giá trị là số đếm, không có hệ số của hãng.",
      "other-suv": "tệp ghi SUV theo cách khác, không theo cân nặng.",
      "not-corrected": "ảnh chưa hiệu chỉnh suy giảm (ATTN) và phân rã (DECY).",
      "no-weight": "thiếu cân nặng người bệnh.",
      "implausible-weight": "cân nặng không thể là ki-lô-gam.",
      "no-dose": "thiếu liều dược chất phóng xạ.",
      "implausible-dose": "liều không thể là becquerel.",
      "several-tracers": "tệp ghi nhiều dược chất phóng xạ.",
      "no-half-life": "thiếu chu kỳ bán rã.",
      "no-decay-correction": "không rõ phân rã được hiệu chỉnh về lúc nào.",
      "no-injection-time": "không rõ ngày giờ tiêm.",
      "no-scan-time": "không rõ giờ bắt đầu chụp.",
      "times-contradict": "giờ tiêm và giờ chụp mâu thuẫn nhau.",
      "instances-contradict": "các ảnh trong loạt ghi thông tin khác nhau.",
    },
  },
  en: {
    title: "PET/CT fusion",
    off: "Turn fusion off",
    series: "Lay over",
    noSeries: "This study has no series of PET or SPECT slices.",
    palette: "Colour table",
    opacity: "Opacity",
    top: "Highest value of the colours",
    reading: "Reading…",
    failed: "This series could not be read. Try again later.",
    broken: "Some slices cannot be decoded and have no colour.",
    faint: "Below a tenth of the scale, colours fade so that they do not cover the image.",
    suv: "SUVbw (g/ml)",
    noSuv: "No SUV: {reason}",
    ownUnit: "Window and values are in the file's unit: {unit}.",
    elsewhere: "Not laid over this image: it does not share the frame of reference of the PET.",
    here: "Under the pointer: {value}",
    palettes: { "hot-iron": "Hot iron", pet: "PET", "hot-metal-blue": "Hot metal blue", rainbow: "Rainbow" },
    troubles: {
      "too-few": "This series has too few slices.",
      "no-place": "Its images do not say where they lie in the patient.",
      mixed: "Its slices differ in direction or size, or share a position.",
      unreachable: "This series could not be read. Try again later.",
      colour: "This series is in colour and has no measured values.",
      table: "The values of this series go through a table, which cannot be laid over.",
    },
    refusals: {
      "no-units": "the file does not give the units BQML or GML.",
      counts: "its values are counts, without the manufacturer's factor.",
      "other-suv": "the file gives an SUV of another kind than by body weight.",
      "not-corrected": "the images are not corrected for attenuation (ATTN) and decay (DECY).",
      "no-weight": "the patient's weight is missing.",
      "implausible-weight": "the weight cannot be in kilograms.",
      "no-dose": "the dose is missing.",
      "implausible-dose": "the dose cannot be in becquerel.",
      "several-tracers": "the file names several radiopharmaceuticals.",
      "no-half-life": "the half-life is missing.",
      "no-decay-correction": "it is not known to which time decay was corrected.",
      "no-injection-time": "date and time of the injection are not known.",
      "no-scan-time": "the start of the scan is not known.",
      "times-contradict": "the times of injection and scan contradict each other.",
      "instances-contradict": "the images of the series contradict each other.",
    },
  },
};
