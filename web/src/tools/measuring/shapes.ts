/** Shapes shared by several tools. */

import type { Point } from "../../view-geometry.js";
import { makeSvg } from "../elements.js";

export function polyline(points: readonly Point[]): SVGElement {
  return makeSvg("polyline", { class: "mark", points: pairs(points) });
}

export function polygon(points: readonly Point[]): SVGElement {
  return makeSvg("polygon", { class: "mark", points: pairs(points) });
}

/** A line between each two points. */
export function lines(points: readonly Point[]): readonly SVGElement[] {
  return points.flatMap((point, place) => (place % 2 === 1 ? [polyline([points[place - 1] ?? point, point])] : []));
}

function pairs(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x},${y}`).join(" ");
}
