/** The area of an ellipse, and the values within it. */

import type { FrameValues } from "../../full/frame-values.js";
import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import { makeSvg } from "../elements.js";
import type { Said } from "../language.js";
import { short } from "../presets.js";
import { A_PIXEL, pixelSize, type Caveat, type Quantity } from "./calibration.js";
import { decimal, measured, unitText, withCaveat } from "./numbers.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly label: string; readonly result: string; readonly areaOnly: string }> = {
  vi: { label: "Vùng elip", result: "TB {mean} {unit} · ĐLC {deviation} · {lowest} đến {highest} · {area}", areaOnly: "Diện tích {area}" },
  en: { label: "Ellipse", result: "Mean {mean} {unit} · SD {deviation} · {lowest} to {highest} · {area}", areaOnly: "Area {area}" },
};

/** Its points: two corners of the box around it. */
export const ELLIPSE: MeasuringTool = {
  name: "ellipse",
  icon: "M2 12a10 6.500 0 1 0 20 0 10 6.500 0 1 0-20 0",
  strokes: [2],
  label: (language) => WORDS[language].label,
  result: ([a, b], { details, values, words, language }) => {
    if (a === undefined || b === undefined) {
      return "";
    }
    const { value, unit, caveat } = ellipseArea(details, a, b);
    const area = `${decimal(value)} ${unit}`;
    const statistics = values === null || values.isPalette ? null : ellipseStatistics(values, a, b);
    const text =
      statistics === null
        ? fill(WORDS[language].areaOnly, { area })
        : fill(WORDS[language].result, {
            area,
            mean: measured(statistics.mean),
            deviation: measured(statistics.deviation),
            lowest: short(statistics.lowest),
            highest: short(statistics.highest),
            unit: unitText(values, words),
          });
    return withCaveat(text.replace(/ +/g, " "), caveat, words);
  },
  draw: ([a, b]) => {
    if (a === undefined || b === undefined) {
      return [];
    }
    const radius = { rx: Math.abs(b.x - a.x) / 2, ry: Math.abs(b.y - a.y) / 2 };
    return [makeSvg("ellipse", { class: "mark", cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2, ...radius })];
  },
};

/** The area of the ellipse between two corners. */
export function ellipseArea(details: FrameDetails, a: Point, b: Point): Quantity & { readonly caveat: Caveat | null } {
  const size = pixelSize(details, [a, b]);
  const { x, y, caveat } = size ?? A_PIXEL;
  const value = (Math.PI / 4) * Math.abs((b.x - a.x) * x * (b.y - a.y) * y);
  return { value, unit: size === null ? "px²" : "mm²", caveat };
}

export interface Statistics {
  readonly pixels: number;
  readonly mean: number;
  /** For all pixels inside, not for a sample. */
  readonly deviation: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Statistics of all pixels whose centres are within the ellipse between two corners; null if there are none. */
export function ellipseStatistics(values: FrameValues, a: Point, b: Point): Statistics | null {
  const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const radius = { x: Math.abs(b.x - a.x) / 2, y: Math.abs(b.y - a.y) / 2 };
  let [pixels, mean, squares] = [0, 0, 0];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { columns, rows } = values.decoded;
  const last = { x: Math.min(columns, centre.x + radius.x), y: Math.min(rows, centre.y + radius.y) };
  for (let row = Math.max(0, Math.floor(centre.y - radius.y)); row < last.y; row++) {
    for (let column = Math.max(0, Math.floor(centre.x - radius.x)); column < last.x; column++) {
      const distance = ((column + 0.5 - centre.x) / radius.x) ** 2 + ((row + 0.5 - centre.y) / radius.y) ** 2;
      const value = distance <= 1 ? values.valueAt(column, row) : null;
      if (value !== null) {
        pixels += 1;
        const change = value - mean;
        mean += change / pixels;
        squares += change * (value - mean);
        lowest = Math.min(lowest, value);
        highest = Math.max(highest, value);
      }
    }
  }
  return pixels === 0 ? null : { pixels, mean, deviation: Math.sqrt(squares / pixels), lowest, highest };
}
