/** Lines that stand in a fixed direction to another one, in the patient: pixels need not be square. */

import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import { pixelShape, pixelSize } from "./calibration.js";

/** The point closest to `to` on the line through `from` that is square to a–b, or parallel to it. */
export function onAxis(details: FrameDetails, [a, b]: readonly [Point, Point], from: Point, to: Point, axis: "square" | "parallel"): Point {
  const size = pixelSize(details, [a, b]) ?? pixelShape(details);
  const along = { x: (b.x - a.x) * size.x, y: (b.y - a.y) * size.y };
  const direction = axis === "parallel" ? along : { x: -along.y, y: along.x };
  const length = direction.x ** 2 + direction.y ** 2;
  if (length === 0) {
    return to;
  }
  const share = ((to.x - from.x) * size.x * direction.x + (to.y - from.y) * size.y * direction.y) / length;
  return { x: from.x + (share * direction.x) / size.x, y: from.y + (share * direction.y) / size.y };
}

/** Four points of two lines, of which the second one stands as `axis` says to the first: its end follows. */
export function settled(points: readonly Point[], details: FrameDetails, axis: "square" | "parallel"): readonly Point[] {
  const [a, b, c, d] = points;
  return a === undefined || b === undefined || c === undefined || d === undefined ? points : [a, b, c, onAxis(details, [a, b], c, d, axis)];
}
