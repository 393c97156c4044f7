/** How measuring tools are called and look, apart from the tools themselves: a page may have their buttons before their scripts. */

import type { Language, Said } from "../language.js";

export interface ToolButton {
  /** The name in the session's storage and in `data-tool`; never change it. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  readonly label: Said<string>;
}

export const PROBE_BUTTON: ToolButton = { name: "probe", icon: "M12 2v7M12 15v7M2 12h7M15 12h7", label: { vi: "Đo giá trị", en: "Value" } };
export const LENGTH_BUTTON: ToolButton = { name: "length", icon: "M3 17 17 3l4 4L7 21zM8 12l2 2M12 8l2 2", label: { vi: "Đo dài", en: "Length" } };
export const ANGLE_BUTTON: ToolButton = { name: "angle", icon: "M20 19H4L15 5M11 19a7 7 0 0 0-3-5", label: { vi: "Đo góc", en: "Angle" } };
export const ELLIPSE_BUTTON: ToolButton = { name: "ellipse", icon: "M2 12a10 6.500 0 1 0 20 0 10 6.500 0 1 0-20 0", label: { vi: "Vùng elip", en: "Ellipse" } };
export const BIDIRECTIONAL_BUTTON: ToolButton = { name: "bidirectional", icon: "M4 18 18 4M7 7l9 9", label: { vi: "Hai đường kính", en: "Bidirectional" } };
export const RECTANGLE_BUTTON: ToolButton = { name: "rectangle", icon: "M3 6h18v12H3z", label: { vi: "Vùng chữ nhật", en: "Rectangle" } };
export const FREEHAND_BUTTON: ToolButton = { name: "freehand", icon: "M5 15c-4-6 3-12 9-10s9 6 5 10-10 6-14 0", label: { vi: "Vùng vẽ tay", en: "Freehand region" } };
export const COBB_BUTTON: ToolButton = { name: "cobb", icon: "M4 8l14-4M4 15l16 5", label: { vi: "Góc Cobb", en: "Cobb angle" } };
export const CARDIOTHORACIC_BUTTON: ToolButton = { name: "cardiothoracic", icon: "M3 18h18M7 10h9M3 15v6M21 15v6M7 7v6M16 7v6", label: { vi: "Chỉ số tim – lồng ngực", en: "Cardiothoracic ratio" } };
export const ARROW_BUTTON: ToolButton = { name: "arrow", icon: "M5 19 19 5M5 19v-7M5 19h7", label: { vi: "Mũi tên", en: "Arrow" } };
export const TEXT_BUTTON: ToolButton = { name: "text", icon: "M5 6V4h14v2M12 4v16M9 20h6", label: { vi: "Chữ", en: "Text" } };
export const SPINE_BUTTON: ToolButton = { name: "spine", icon: "M9 3h6v4H9zM9 10h6v4H9zM9 17h6v4H9z", label: { vi: "Đánh số đốt sống", en: "Spine labels" } };
export const VELOCITY_BUTTON: ToolButton = { name: "velocity", icon: "M3 17h18M5 17l2-9 3 9 2-12 3 12 2-7 2 7", label: { vi: "Vận tốc Doppler", en: "Doppler velocity" } };
export const SLOPE_BUTTON: ToolButton = { name: "slope", icon: "M4 4v16h16M6 9l12 8M14 17h4v-4", label: { vi: "Độ dốc theo thời gian", en: "Slope over time" } };
export const CALIBRATE_BUTTON: ToolButton = { name: "calibrate", icon: "M3 9h18v6H3zM7 9v3M11 9v4M15 9v3M19 9v3", label: { vi: "Hiệu chuẩn ảnh này", en: "Calibrate this image" } };
export const CALIBRATE_SERIES_BUTTON: ToolButton = { name: "calibrate-series", icon: "M3 12h18v6H3zM7 12v3M11 12v4M15 12v3M5 9h16M7 6h14", label: { vi: "Hiệu chuẩn cả loạt ảnh", en: "Calibrate the series" } };

/** What a tool has of its button. */
export function named({ name, icon, label }: ToolButton): { readonly name: string; readonly icon: string; label(language: Language): string } {
  return { name, icon, label: (language) => label[language] };
}
