/** What planes say, in both languages. */

import { fill } from "../../page.js";
import type { Language, Said } from "../../tools/language.js";
import type { PlaneName, SlabMode } from "./commands.js";

export type RefusalReason =
  | "few"
  | "incomplete"
  | "colour"
  | "values"
  | "different"
  | "unplaced"
  | "turned"
  | "repeated"
  | "gap"
  | "scattered"
  | "large"
  | "graphics";

/** Why there are no planes. */
export const REFUSALS: Said<Readonly<Record<RefusalReason, string>>> = {
  vi: {
    few: "Không dựng được mặt cắt: chỉ có {count} ảnh cùng hướng với ảnh đang xem, cần ít nhất {least}.",
    incomplete: "Không dựng được mặt cắt: có lát không có ảnh chất lượng đầy đủ.",
    colour: "Không dựng được mặt cắt: đây là ảnh màu.",
    values: "Không dựng được mặt cắt: kiểu giá trị của ảnh này không dựng được ở đây.",
    different: "Không dựng được mặt cắt: các lát khác nhau về kích thước, đơn vị hoặc hệ toạ độ.",
    unplaced: "Không dựng được mặt cắt: tệp không cho biết vị trí của lát trong cơ thể hoặc kích thước điểm ảnh.",
    turned: "Không dựng được mặt cắt: các lát không song song với nhau.",
    repeated: "Không dựng được mặt cắt: có {count} ảnh ở cùng một vị trí, không rõ ảnh nào thuộc về nhau.",
    gap: "Không dựng được mặt cắt: ảnh {first} và ảnh {second} cách nhau {mm} mm, thường là {usual} mm. Phần giữa hai ảnh không có dữ liệu.",
    scattered: "Không dựng được mặt cắt: các lát không nằm trên một đường thẳng.",
    large: "Không dựng được mặt cắt: loạt ảnh quá lớn đối với thiết bị này.",
    graphics: "Không dựng được mặt cắt: trình duyệt hoặc thiết bị này không có WebGL2.",
  },
  en: {
    few: "No planes: only {count} images have the direction of the one shown, and at least {least} are needed.",
    incomplete: "No planes: some slices have no image in full quality.",
    colour: "No planes: these are colour images.",
    values: "No planes: images with this kind of values cannot be resliced here.",
    different: "No planes: the slices differ in size, unit or frame of reference.",
    unplaced: "No planes: the files do not say where the slices are in the body, or how large a pixel is.",
    turned: "No planes: the slices are not parallel to each other.",
    repeated: "No planes: {count} images are at the same position, and nothing says which belong together.",
    gap: "No planes: images {first} and {second} are {mm} mm apart, usually it is {usual} mm. There is no data between them.",
    scattered: "No planes: the slices do not lie along one line.",
    large: "No planes: this series is too large for this device.",
    graphics: "No planes: this browser or device has no WebGL2.",
  },
};

export interface PlaneWords {
  readonly planes: Readonly<Record<PlaneName, string>>;
  readonly oblique: string;
  readonly slab: Readonly<Record<SlabMode, string>>;
  /** Plane, place in millimetres, on which side of the origin. */
  readonly counter: string;
  /** Mode, thickness in millimetres. */
  readonly slabText: string;
  readonly windowValues: string;
  readonly arrived: string;
  readonly reduced: string;
  readonly uneven: string;
  readonly tilted: string;
  readonly brokenSlices: string;
  readonly lost: string;
  readonly part: string;
}

export const PLANE_WORDS: Said<PlaneWords> = {
  vi: {
    planes: { axial: "Cắt ngang", coronal: "Đứng ngang", sagittal: "Đứng dọc" },
    oblique: "chếch",
    slab: { mean: "Trung bình", maximum: "MIP", minimum: "MinIP" },
    counter: "{plane} {mm} mm {side}",
    slabText: "{mode} {mm} mm",
    windowValues: "WL {c} · WW {w}",
    arrived: "{count}/{all} lát đã đầy đủ",
    reduced: "Độ phân giải trong lát giảm còn 1/{part} vì thiết bị không đủ bộ nhớ, chưa dùng để chẩn đoán",
    uneven: "Các lát cách nhau không đều ({least}–{greatest} mm), phần giữa là nội suy",
    tilted: "Dàn máy nghiêng {degrees}°, đã tính đến",
    brokenSlices: "{count} lát không đọc được, chỗ đó để trống",
    part: "Dựng từ {count} trong {all} ảnh của loạt: các ảnh cùng khối với ảnh đang xem",
    lost: "Thiết bị tạm ngắt đồ hoạ; mặt cắt sẽ được dựng lại",
  },
  en: {
    planes: { axial: "Axial", coronal: "Coronal", sagittal: "Sagittal" },
    oblique: "oblique",
    slab: { mean: "Average", maximum: "MIP", minimum: "MinIP" },
    counter: "{plane} {mm} mm {side}",
    slabText: "{mode} {mm} mm",
    windowValues: "WL {c} · WW {w}",
    arrived: "{count} of {all} slices complete",
    reduced: "Resolution within slices reduced to 1/{part}: this device lacks memory. Not for diagnosis",
    uneven: "Slices are unevenly spaced ({least}–{greatest} mm), interpolated between them",
    tilted: "Gantry tilt of {degrees}°, taken into account",
    brokenSlices: "{count} slices cannot be read and are left empty",
    part: "From {count} of the {all} images of the series: those of one volume with the image shown",
    lost: "The device has switched off its graphics; planes will be made anew",
  },
};

/** The sentence of a refusal. */
export function refusalText(language: Language, { reason, facts }: { readonly reason: RefusalReason; readonly facts: Readonly<Record<string, string | number>> }): string {
  return fill(REFUSALS[language][reason], facts);
}
