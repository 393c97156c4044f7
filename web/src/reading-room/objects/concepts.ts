/** What structured reports measure, in the words of the page: the codes that we write, and those next to them. Others stay as written. */

import type { Language } from "../../tools/language.js";

const VI: Readonly<Record<string, string>> = {
  "Imaging Measurement Report": "Báo cáo số đo",
  Measurements: "Số đo",
  Marks: "Hình vẽ, cửa sổ",
  "Key images": "Ảnh đánh dấu",
  "Of Interest": "Ảnh đáng chú ý",
  Length: "Chiều dài",
  Diameter: "Đường kính",
  "Long axis": "Trục dài",
  "Short axis": "Trục ngắn",
  Bidirectional: "Hai đường kính",
  Angle: "Góc",
  "Cobb angle": "Góc Cobb",
  Area: "Diện tích",
  Volume: "Thể tích",
  Mean: "trung bình",
  "Standard Deviation": "độ lệch chuẩn",
  Minimum: "nhỏ nhất",
  Maximum: "lớn nhất",
  Ratio: "Tỉ số",
  "Attenuation Coefficient": "Độ đậm (HU)",
  "MR signal intensity": "Tín hiệu MR",
  "Pixel value": "Giá trị điểm ảnh",
  Velocity: "Vận tốc",
  Frequency: "Tần số",
  Duration: "Thời gian",
  "Change over time": "Thay đổi theo thời gian",
  Ellipse: "Hình elip",
  Rectangle: "Hình chữ nhật",
  Freehand: "Vùng vẽ tay",
  Probe: "Giá trị tại điểm",
  "Cardiothoracic ratio": "Chỉ số tim – lồng ngực",
  Slope: "Độ dốc",
};

/** A name as a report writes it: a concept and what modifies it, or a kind of measurement and its number. */
export function conceptText(name: string, language: Language): string {
  if (language === "en") {
    return name;
  }
  const [, kind = "", number = ""] = /^(.+?)( \d+)?$/.exec(name) ?? [];
  return VI[kind] === undefined ? name.split(", ").map((part) => VI[part] ?? part).join(", ") : VI[kind] + number;
}
