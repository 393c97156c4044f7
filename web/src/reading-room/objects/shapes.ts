/** What an object draws over a picture, in picture pixels from the outer corner of the first one. */

import type { Point } from "../../view-geometry.js";
import type { Curve } from "./curves.js";
import type { ImageOnPane } from "./plane.js";

export interface Label {
  readonly text: string;
  /** Beside this point, or within the box from here to `to`, as it lies on the screen. */
  readonly at: Point;
  readonly to: Point | null;
  readonly anchor: "start" | "middle" | "end";
}

export interface Shape {
  readonly lines: readonly (readonly Point[])[];
  readonly marks: readonly Point[];
  readonly isClosed: boolean;
  readonly isFilled: boolean;
  readonly colour: string;
  readonly label: Label | null;
}

/** A part that can be shown for itself: a segment, a structure, what was measured in one place. */
export interface Part {
  readonly name: string;
  /** What belongs beside the name, such as measured values. */
  readonly lines: readonly string[];
  readonly colour: string;
}

/** Where something can be looked at. */
export type Site = { readonly sopInstanceUid: string; readonly frame: number | null } | { readonly frameOfReferenceUid: string; readonly point: readonly number[] };

/** An object of others that can be drawn. */
export interface Drawable {
  readonly parts: readonly Part[];
  shapesOn(image: ImageOnPane, part: number): readonly Shape[];
  siteOf(part: number): Site | null;
}

/** Colours for what does not name one: as far apart as possible, readable on grey. */
const COLOURS = ["#ffd54f", "#4dd0e1", "#ff8a65", "#aed581", "#ba68c8", "#f06292", "#4fc3f7", "#dce775"];

export function colourAt(place: number): string {
  return COLOURS[place % COLOURS.length] ?? "#ffd54f";
}

export function shapeOf({ lines, marks, isClosed }: Curve, colour: string, text: string | null): Shape {
  const shown = { lines: lines.map((line) => line.map(pointOf)), marks: marks.map(pointOf), isClosed, isFilled: false, colour };
  return { ...shown, label: labelBeside([...shown.lines.flat(), ...shown.marks], text) };
}

/** Right of the rightmost point. */
export function labelBeside(points: readonly Point[], text: string | null): Label | null {
  const [first, ...others] = points;
  if (text === null || text === "" || first === undefined) {
    return null;
  }
  const at = others.reduce((right, point) => (point.x > right.x ? point : right), first);
  return { text, at, to: null, anchor: "start" };
}

function pointOf(vector: readonly number[]): Point {
  return { x: vector[0] ?? 0, y: vector[1] ?? 0 };
}
