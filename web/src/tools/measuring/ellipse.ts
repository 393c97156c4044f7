/** The area of an ellipse, and the values within it. */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import { makeSvg } from "../elements.js";
import { ELLIPSE_BUTTON, named } from "./buttons.js";
import { areaOf, regionText, statisticsOf, type Area, type Statistics } from "./statistics.js";
import type { MeasuringTool } from "./tool.js";

/** Its points: two corners of the box around it. */
export const ELLIPSE: MeasuringTool = {
  ...named(ELLIPSE_BUTTON),
  strokes: [2],
  result: ([a, b], measured) => {
    const { details, values } = measured;
    if (a === undefined || b === undefined) {
      return "";
    }
    return regionText(values === null ? null : ellipseStatistics(values, a, b), ellipseArea(details, a, b), measured);
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
export function ellipseArea(details: FrameDetails, a: Point, b: Point): Area {
  return areaOf(details, [a, b], (Math.PI / 4) * Math.abs((b.x - a.x) * (b.y - a.y)));
}

/** Statistics of all pixels whose centres are within the ellipse between two corners; null if there are none. */
export function ellipseStatistics(values: FrameValues, a: Point, b: Point): Statistics | null {
  const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const radius = { x: Math.abs(b.x - a.x) / 2, y: Math.abs(b.y - a.y) / 2 };
  return statisticsOf(values, [a, b], (y) => (x) => ((x - centre.x) / radius.x) ** 2 + ((y - centre.y) / radius.y) ** 2 <= 1);
}
