/** The longest diameter of a lesion, and the longest one square to it. */

import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { settled } from "./axes.js";
import { BIDIRECTIONAL_BUTTON, named } from "./buttons.js";
import { distanceBetween, type Caveat } from "./calibration.js";
import { decimal, lengthUnit, withCaveat } from "./numbers.js";
import { lines } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly result: string }> = {
  vi: { result: "{long} × {short} {unit}" },
  en: { result: "{long} × {short} {unit}" },
};

/** Its points: both ends of one axis, then of the other. */
export const BIDIRECTIONAL: MeasuringTool = {
  ...named(BIDIRECTIONAL_BUTTON),
  strokes: [2, 2],
  settle: (points, details) => settled(points, details, "square"),
  result: (points, { details, words, language }) => {
    const found = axesOf(details, points);
    if (found === null) {
      return "";
    }
    const { long, short, unit, caveat } = found;
    return withCaveat(fill(WORDS[language].result, { long: decimal(long), short: decimal(short), unit: lengthUnit(unit, details, language) }), caveat, words);
  },
  draw: lines,
};

export interface Axes {
  readonly long: number;
  readonly short: number;
  readonly unit: string;
  readonly caveat: Caveat | null;
}

/** The lengths of both axes, whichever was drawn first; null while points are missing. */
export function axesOf(details: FrameDetails, points: readonly Point[]): Axes | null {
  const [a, b, c, d] = points;
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    return null;
  }
  const [first, second] = [distanceBetween(details, a, b, points), distanceBetween(details, c, d, points)];
  const { unit, caveat } = first;
  return { long: Math.max(first.value, second.value), short: Math.min(first.value, second.value), unit, caveat };
}
