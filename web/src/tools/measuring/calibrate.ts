/** Calibrates an image, or all images of its size in the series, by something of known length. */

import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Language, Said } from "../language.js";
import { CALIBRATE_BUTTON, CALIBRATE_SERIES_BUTTON, named, type ToolButton } from "./buttons.js";
import { isInCentimetres, regionAround } from "./calibration.js";
import { decimal } from "./numbers.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

interface Texts {
  readonly question: string;
  readonly obstacle: string;
  readonly result: string;
  readonly resultOfSeries: string;
}

const WORDS: Said<Texts> = {
  vi: {
    question: "Chiều dài thật (mm, hoặc ghi cm)",
    obstacle: "Xin ghi chiều dài từ 0,1 mm đến 2 m, ví dụ 50 mm hoặc 5 cm.",
    result: "Hiệu chuẩn bằng tay: {length} mm",
    resultOfSeries: "Hiệu chuẩn bằng tay cả loạt ảnh: {length} mm",
  },
  en: {
    question: "True length (in mm, or write cm)",
    obstacle: "Please write a length from 0.1 mm to 2 m, such as 50 mm or 5 cm.",
    result: "Calibrated by hand: {length} mm",
    resultOfSeries: "Series calibrated by hand: {length} mm",
  },
};
const LENGTH_MM_MIN = 0.1;
const LENGTH_MM_MAX = 2000;
const MM_PER: Readonly<Record<string, number>> = { mm: 1, cm: 10, m: 1000 };

/** Its points: both ends of what is known. */
function calibrate(result: "result" | "resultOfSeries", button: ToolButton): MeasuringTool {
  return {
    ...named(button),
    strokes: [2],
    isSingle: true,
    question: {
      label: (language) => WORDS[language].question,
      obstacle: (text, language: Language) => (lengthMm(text) === null ? WORDS[language].obstacle : null),
    },
    result: (_, { text = "", language }) => {
      const length = lengthMm(text);
      return length === null ? "" : fill(WORDS[language][result], { length: decimal(length) });
    },
    draw: (points) => [polyline(points)],
  };
}

export const CALIBRATE = calibrate("result", CALIBRATE_BUTTON);
export const CALIBRATE_SERIES = calibrate("resultOfSeries", CALIBRATE_SERIES_BUTTON);

/** A length that was written in millimetres, centimetres or metres, with a point or a comma; null if it is not one. */
export function lengthMm(text: string): number | null {
  const [, digits, unit = "mm"] = /^\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*(mm|cm|m)?\s*$/i.exec(text) ?? [];
  const length = Number(digits?.replace(",", ".")) * (MM_PER[unit.toLowerCase()] ?? Number.NaN);
  return length >= LENGTH_MM_MIN && length <= LENGTH_MM_MAX ? length : null;
}

/**
 * What is known of a frame, with the size of its pixels by hand; regions of ultrasound with units of their own, such as
 * time and speed, keep them. Null if the line has no length.
 */
export function byHand(details: FrameDetails, [a, b]: readonly Point[], millimetres: number): FrameDetails | null {
  if (a === undefined || b === undefined) {
    return null;
  }
  const shape = shapeOf(details, [a, b]);
  const columnMm = millimetres / Math.hypot(b.x - a.x, (b.y - a.y) * shape);
  if (!Number.isFinite(columnMm)) {
    return null;
  }
  return {
    ...details,
    spacing: { columnMm, rowMm: columnMm * shape, source: "by-hand" },
    regions: details.regions.filter((region) => !isInCentimetres(region)),
  };
}

/** The height of a pixel over its width, as the image says. */
function shapeOf({ regions, spacing, aspect }: FrameDetails, points: readonly Point[]): number {
  const region = regionAround(regions, points);
  if (region !== null && isInCentimetres(region)) {
    return Math.abs(region.deltaY / region.deltaX);
  }
  return spacing === null ? aspect : spacing.rowMm / spacing.columnMm;
}
