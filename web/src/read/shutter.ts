/** Display shutters (PS3.3 C.7.6.11). */

import type { Attributes } from "./attributes.js";
import { srgbOf } from "./cielab.js";

/** What stays visible, in picture pixels from the outer corner of the first one. What lies outside of any of them is covered. */
export interface Shutter {
  /** Left, top, right, bottom. */
  readonly rectangle: readonly [number, number, number, number] | null;
  /** The radius counts pixels of a row. */
  readonly circle: { readonly x: number; readonly y: number; readonly radius: number } | null;
  readonly polygon: readonly { readonly x: number; readonly y: number }[];
  /** The colour of the cover. */
  readonly colour: string;
}

/** Rows and columns count from 1, at the centre of a pixel. */
const CENTRE = -0.5;
const POINTS_MIN = 3;

/** Null if the file has none that this program knows (a bitmap is an overlay). */
export function readShutter(file: Attributes): Shutter | null {
  const shapes = file.texts("00181600");
  const edges = ["00181602", "00181606", "00181604", "00181608"].map((tag) => file.number(tag));
  const [left, top, right, bottom] = edges;
  const isRectangle = shapes.includes("RECTANGULAR") && left != null && top != null && right != null && bottom != null;
  const rectangle = isRectangle ? ([left - 1, top - 1, right, bottom] as const) : null;
  const [row, column] = file.numbers("00181610");
  const radius = file.number("00181612");
  const isCircle = shapes.includes("CIRCULAR") && row !== undefined && column !== undefined && radius !== null;
  const circle = isCircle ? { x: column + CENTRE, y: row + CENTRE, radius } : null;
  const polygon = shapes.includes("POLYGONAL") ? readVertices(file.numbers("00181620")) : [];
  return rectangle === null && circle === null && polygon.length < POINTS_MIN ? null : { rectangle, circle, polygon, colour: colourOf(file) };
}

function readVertices(numbers: readonly number[]): Shutter["polygon"] {
  return Array.from({ length: numbers.length >> 1 }, (_, place) => ({
    x: (numbers[2 * place + 1] ?? 0) + CENTRE,
    y: (numbers[2 * place] ?? 0) + CENTRE,
  }));
}

function colourOf(file: Attributes): string {
  const grey = Math.round((file.number("00181622") ?? 0) / 257);
  return `rgb(${(srgbOf(file.numbers("00181624")) ?? [grey, grey, grey]).join(" ")})`;
}
