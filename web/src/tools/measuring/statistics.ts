/** Statistics of the values inside an outline, and how they are written: the same for every kind of region. */

import type { FrameValues } from "../../full/frame-values.js";
import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { short } from "../presets.js";
import { A_PIXEL, pixelSize, type Caveat, type Quantity } from "./calibration.js";
import { decimal, measured, unitText, withCaveat } from "./numbers.js";
import type { Measured } from "./tool.js";

const WORDS: Said<{ readonly result: string; readonly areaOnly: string }> = {
  vi: { result: "TB {mean} {unit} · ĐLC {deviation} · {lowest} đến {highest} · {area}", areaOnly: "Diện tích {area}" },
  en: { result: "Mean {mean} {unit} · SD {deviation} · {lowest} to {highest} · {area}", areaOnly: "Area {area}" },
};

export interface Statistics {
  readonly pixels: number;
  readonly mean: number;
  /** For all pixels inside, not for a sample. */
  readonly deviation: number;
  readonly lowest: number;
  readonly highest: number;
}

/** What is inside: at a height `y`, whether a place `x` is. Both are of centres of pixels. */
export type Inside = (y: number) => (x: number) => boolean;

/** Statistics of all pixels in the box between two corners whose centres are inside; null if there are none. */
export function statisticsOf(values: FrameValues, [a, b]: readonly [Point, Point], inside: Inside): Statistics | null {
  let [pixels, mean, squares] = [0, 0, 0];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { columns, rows } = values.decoded;
  const first = { x: Math.max(0, Math.floor(Math.min(a.x, b.x))), y: Math.max(0, Math.floor(Math.min(a.y, b.y))) };
  const last = { x: Math.min(columns, Math.max(a.x, b.x)), y: Math.min(rows, Math.max(a.y, b.y)) };
  for (let row = first.y; row < last.y; row++) {
    const isInside = inside(row + 0.5);
    for (let column = first.x; column < last.x; column++) {
      const value = isInside(column + 0.5) ? values.valueAt(column, row) : null;
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

export interface Area extends Quantity {
  readonly caveat: Caveat | null;
}

/** `pixels` in real units: the area of an outline around `points`, counted in pixels of the picture. */
export function areaOf(details: FrameDetails, points: readonly Point[], pixels: number): Area {
  const size = pixelSize(details, points);
  const { x, y, caveat } = size ?? A_PIXEL;
  return { value: pixels * x * y, unit: size === null ? "px²" : "mm²", caveat };
}

/** An area, and the values in it unless they are colours. */
export function regionText(found: Statistics | null, { value, unit, caveat }: Area, { values, words, language, scale }: Measured): string {
  const area = `${decimal(value)} ${unit}`;
  if (found === null || values === null || values.isPalette) {
    return withCaveat(fill(WORDS[language].areaOnly, { area }), caveat, words);
  }
  const factor = scale?.factor ?? 1;
  const text = fill(WORDS[language].result, {
    area,
    mean: measured(found.mean * factor),
    deviation: measured(found.deviation * Math.abs(factor)),
    lowest: short(found.lowest * factor),
    highest: short(found.highest * factor),
    unit: unitText(values, words, scale),
  });
  return withCaveat(text.replace(/ +/g, " "), caveat, words);
}
