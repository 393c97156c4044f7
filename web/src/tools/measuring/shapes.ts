/** Shapes shared by several tools. */

import type { Point } from "../../view-geometry.js";
import { makeSvg } from "../elements.js";

export function polyline(points: readonly Point[]): SVGElement {
  return makeSvg("polyline", { class: "mark", points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
}
