/** The area of a rectangle, and the values within it. */

import type { FrameValues } from "../../full/frame-values.js";
import type { Point } from "../../view-geometry.js";
import { RECTANGLE_BUTTON, named } from "./buttons.js";
import { polygon } from "./shapes.js";
import { areaOf, regionText, statisticsOf, type Statistics } from "./statistics.js";
import type { MeasuringTool } from "./tool.js";

/** Its points: two opposite corners. Its sides are those of the picture's rows and columns, also in a picture that was turned. */
export const RECTANGLE: MeasuringTool = {
  ...named(RECTANGLE_BUTTON),
  strokes: [2],
  result: ([a, b], measured) => {
    if (a === undefined || b === undefined) {
      return "";
    }
    const area = areaOf(measured.details, [a, b], Math.abs((b.x - a.x) * (b.y - a.y)));
    return regionText(measured.values === null ? null : rectangleStatistics(measured.values, a, b), area, measured);
  },
  draw: ([a, b]) => (a === undefined || b === undefined ? [] : [polygon([a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }])]),
};

/** Statistics of all pixels whose centres are between two corners, borders included; null if there are none. */
export function rectangleStatistics(values: FrameValues, a: Point, b: Point): Statistics | null {
  const isBetween = (at: number, from: number, to: number) => at >= Math.min(from, to) && at <= Math.max(from, to);
  return statisticsOf(values, [a, b], (y) => (x) => isBetween(y, a.y, b.y) && isBetween(x, a.x, b.x));
}
