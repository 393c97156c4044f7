/** How a presentation state places an image on the stage, and which window it gives. */

import type { Rescale, Window } from "../../read/frame-details.js";
import { refersTo } from "../../read/image-reference.js";
import type { DisplayedArea, PresentationState } from "../../read/presentation-state.js";
import type { GreyTable } from "../../read/tables.js";
import { apply, compose, fit, FITTED, turnedSize, type Matrix, type Raster, type Size, type View } from "../../view-geometry.js";
import type { ImageOnPane } from "./plane.js";

/** Clockwise rotations, x to the right and y downwards. */
const TURNS: Readonly<Record<PresentationState["rotation"], readonly [a: number, b: number, c: number, d: number]>> = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
};

/** The rotation, and then the flip (PS3.3 C.10.6). */
export function turnOf({ rotation, isFlipped }: Pick<PresentationState, "rotation" | "isFlipped">): Matrix {
  const [a, b, c, d] = TURNS[rotation];
  const turned = { a, b, c, d, e: 0, f: 0 };
  return isFlipped ? compose({ a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 }, turned) : turned;
}

/** The displayed area of an image; all of it if the state names none. */
export function areaOf(state: PresentationState, image: ImageOnPane): Omit<DisplayedArea, "images"> {
  const found = state.areas.find(({ images }) => images.length === 0 || refersTo(images, image));
  return found ?? { from: [0, 0], to: [image.columns, image.rows], mode: "SCALE TO FIT", magnification: null };
}

/** The view that shows the displayed area. A true size on an unknown screen is not known, so it is fitted. */
export function viewOf(state: PresentationState, image: ImageOnPane, raster: Raster, stage: Size): View {
  const turn = turnOf(state);
  const { from, to, mode, magnification } = areaOf(state, image);
  const box = { columns: to[0] - from[0], rows: to[1] - from[1], aspect: raster.aspect };
  const whole = turnedSize(raster, turn);
  const part = turnedSize(box, turn);
  const fitted = fit(whole, stage).width / whole.width;
  const side = mode === "MAGNIFY" && magnification !== null ? magnification / devicePixelRatio : fit(part, stage).width / part.width;
  if (!Number.isFinite(side) || side <= 0 || fitted <= 0) {
    return { ...FITTED, turn };
  }
  const offset = {
    x: ((from[0] + to[0]) / 2 - raster.columns / 2) * side,
    y: ((from[1] + to[1]) / 2 - raster.rows / 2) * side * raster.aspect,
  };
  const moved = apply(turn, offset);
  return { scale: side / fitted, shift: { x: -moved.x, y: -moved.y }, turn };
}

/** The window, in the image's own modality values, or the table for an image; nothing if the state names none. */
export function voiOf(state: PresentationState, image: ImageOnPane, rescale: Rescale | null): { readonly window: Window | null; readonly table: GreyTable | null } {
  const found = state.vois.find(({ images }) => images.length === 0 || refersTo(images, image));
  const window = found?.window ?? null;
  return { window: window === null ? null : inUnitsOf(window, state.rescale, rescale), table: found?.table ?? null };
}

function inUnitsOf(window: Window, theirs: PresentationState["rescale"], ours: Rescale | null): Window {
  const { slope, intercept } = ours ?? { slope: 1, intercept: 0 };
  if (theirs === null || (theirs.slope === slope && theirs.intercept === intercept)) {
    return window;
  }
  const factor = (slope || 1) / theirs.slope;
  return { ...window, center: (window.center - theirs.intercept) * factor + intercept, width: window.width * Math.abs(factor) };
}
