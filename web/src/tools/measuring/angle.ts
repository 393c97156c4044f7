/** An angle: the first leg in one stroke, then the end of the second. */

import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { ANGLE_BUTTON, named } from "./buttons.js";
import { pixelShape, pixelSize } from "./calibration.js";
import { decimal } from "./numbers.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly result: string }> = {
  vi: { result: "Góc {value}°" },
  en: { result: "Angle {value}°" },
};

/** Its points: first end, vertex, second end. */
export const ANGLE: MeasuringTool = {
  ...named(ANGLE_BUTTON),
  strokes: [2, 1],
  result: ([a, vertex, c], { details, language }) =>
    a === undefined || vertex === undefined || c === undefined
      ? ""
      : fill(WORDS[language].result, { value: decimal(angleAt(details, a, vertex, c)) }),
  draw: (points) => [polyline(points)],
};

/** The angle at `vertex` in degrees, 0 to 180. */
export function angleAt(details: FrameDetails, a: Point, vertex: Point, c: Point): number {
  const { x, y } = pixelSize(details, [a, vertex, c]) ?? pixelShape(details);
  const direction = (to: Point) => Math.atan2((to.y - vertex.y) * y, (to.x - vertex.x) * x);
  const turn = Math.abs(direction(a) - direction(c)) * (180 / Math.PI);
  return turn > 180 ? 360 - turn : turn;
}
