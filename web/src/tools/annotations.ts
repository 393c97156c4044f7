/** What was measured, per image, in picture pixels. */

import type { FrameDetails } from "../read/frame-details.js";
import type { FrameValues } from "../full/frame-values.js";
import { rgbAt } from "../full/look.js";
import { fill } from "../page.js";
import type { Point } from "../view-geometry.js";
import type { Words } from "../words.js";
import { angleAt, ellipseArea, ellipseStatistics, lengthBetween, type Caveat } from "./measure.js";
import { short } from "./presets.js";

export type AnnotationKind = "length" | "angle" | "ellipse" | "probe";

export interface Annotation {
  readonly id: number;
  readonly kind: AnnotationKind;
  /** Series, instance and frame. */
  readonly image: string;
  /** Length and ellipse: two; angle: first end, vertex, second end; probe: one. */
  points: Point[];
}

/** How many points make one. */
export const POINTS: Readonly<Record<AnnotationKind, number>> = { length: 2, angle: 3, ellipse: 2, probe: 1 };

/** The result as it stands beside the drawing. */
export function resultOf(
  { kind, points }: Annotation,
  details: FrameDetails,
  values: FrameValues | null,
  words: Words,
): string {
  const [a, b, c] = points;
  if (kind === "probe" && a !== undefined) {
    return probeText(a, values, words);
  }
  if (kind === "length" && a !== undefined && b !== undefined) {
    const { quantities, caveat } = lengthBetween(details, a, b);
    const value = quantities.map(({ value, unit }) => `${decimal(value)} ${unit}`).join(" · ");
    return withCaveat(fill(words.lengthResult, { value }), caveat, words);
  }
  if (kind === "angle" && a !== undefined && b !== undefined && c !== undefined) {
    return fill(words.angleResult, { value: decimal(angleAt(details, a, b, c)) });
  }
  return kind === "ellipse" && a !== undefined && b !== undefined ? ellipseText(a, b, details, values, words) : "";
}

function ellipseText(a: Point, b: Point, details: FrameDetails, values: FrameValues | null, words: Words): string {
  const { value, unit, caveat } = ellipseArea(details, a, b);
  const area = `${decimal(value)} ${unit}`;
  const statistics = values === null || values.isPalette ? null : ellipseStatistics(values, a, b);
  const text =
    statistics === null
      ? fill(words.ellipseAreaOnly, { area })
      : fill(words.ellipseResult, {
          area,
          mean: measured(statistics.mean),
          deviation: measured(statistics.deviation),
          lowest: short(statistics.lowest),
          highest: short(statistics.highest),
          unit: unitText(values, words),
        });
  return withCaveat(text.replace(/ +/g, " "), caveat, words);
}

/** The value under a finger, with its unit. */
export function probeText(at: Point, values: FrameValues | null, words: Words): string {
  const [column, row] = [Math.floor(at.x), Math.floor(at.y)];
  const colour = values === null ? null : rgbAt(values, column, row);
  const value = values === null || values.isPalette ? null : values.valueAt(column, row);
  const text = colour !== null ? `RGB ${colour.join(" ")}` : value === null ? words.noValue : `${short(value)} ${unitText(values, words)}`;
  return fill(words.probeResult, { value: text.trim(), column: column + 1, row: row + 1 });
}

function unitText(values: FrameValues | null, words: Words): string {
  const unit = values?.unit ?? "";
  return words.units[unit] ?? unit;
}

function withCaveat(text: string, caveat: Caveat | null, words: Words): string {
  const names: Readonly<Record<Caveat, string>> = {
    uncalibrated: words.uncalibrated,
    "at-detector": words.atDetector,
    "by-geometry": words.byGeometry,
    "by-fiducial": words.byFiducial,
    "on-film": words.onFilm,
  };
  return caveat === null ? text : `${text} (${names[caveat]})`;
}

/** Small values, as of a map of diffusion, would be rounded to nothing. */
function measured(value: number): string {
  return value !== 0 && Math.abs(value) < 0.1 ? short(value) : decimal(value);
}

function decimal(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
