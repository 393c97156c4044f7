/** The Cobb angle: between the end plates of two vertebrae. */

import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { COBB_BUTTON, named } from "./buttons.js";
import { pixelShape, pixelSize } from "./calibration.js";
import { decimal } from "./numbers.js";
import { lines } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly result: string }> = {
  vi: { result: "Góc Cobb {value}°" },
  en: { result: "Cobb angle {value}°" },
};

/** Its points: both ends of one end plate, then of the other. */
export const COBB: MeasuringTool = {
  ...named(COBB_BUTTON),
  strokes: [2, 2],
  result: ([a, b, c, d], { details, language }) =>
    a === undefined || b === undefined || c === undefined || d === undefined
      ? ""
      : fill(WORDS[language].result, { value: decimal(cobbAngle(details, [a, b], [c, d])) }),
  draw: (points) => {
    const middles = middlesOf(points);
    return [...lines(points), ...(middles.length === 2 ? lines(middles).map(dashed) : [])];
  },
};

type Line = readonly [Point, Point];

/**
 * The angle in degrees, 0 to 180, of the wedge in which both lines lie: that between the directions in which they lead
 * away from where they would meet. Which end of a line was drawn first does not matter, and more than 90 degrees, as in
 * severe scoliosis, are possible.
 */
export function cobbAngle(details: FrameDetails, first: Line, second: Line): number {
  const size = pixelSize(details, [...first, ...second]) ?? pixelShape(details);
  const scaled = (line: Line) => line.map(({ x, y }) => ({ x: x * size.x, y: y * size.y })) as unknown as Line;
  const [one, other] = [scaled(first), scaled(second)];
  const meeting = meetingOf(one, other);
  if (meeting === null) {
    return 0;
  }
  const [u, v] = [awayFrom(meeting, one), awayFrom(meeting, other)];
  return (Math.atan2(Math.abs(u.x * v.y - u.y * v.x), u.x * v.x + u.y * v.y) * 180) / Math.PI;
}

/** Where two lines meet when made longer; null if they are parallel. */
function meetingOf([a, b]: Line, [c, d]: Line): Point | null {
  const [u, v] = [minus(b, a), minus(d, c)];
  const across = u.x * v.y - u.y * v.x;
  if (across === 0) {
    return null;
  }
  const along = ((c.x - a.x) * v.y - (c.y - a.y) * v.x) / across;
  return { x: a.x + along * u.x, y: a.y + along * u.y };
}

function awayFrom(meeting: Point, line: Line): Point {
  const [a, b] = line;
  const direction = minus(b, a);
  const out = minus(middleOf(line), meeting);
  return direction.x * out.x + direction.y * out.y < 0 ? minus(a, b) : direction;
}

function minus(a: Point, b: Point): Point {
  return { x: a.x - b.x, y: a.y - b.y };
}

function middleOf([a, b]: Line): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function middlesOf([a, b, c, d]: readonly Point[]): readonly Point[] {
  return a === undefined || b === undefined || c === undefined || d === undefined ? [] : [middleOf([a, b]), middleOf([c, d])];
}

function dashed(line: SVGElement): SVGElement {
  line.setAttribute("stroke-dasharray", "3 5");
  return line;
}
