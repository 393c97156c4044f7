/** Rotates, flips, and shows pixel by pixel: what the tools need from a view. */

import {
  apply,
  compose,
  keepInside,
  pixelSide,
  type Matrix,
  type Raster,
  type Size,
  type View,
} from "./view-geometry.js";

/** A quarter turn clockwise, since y points down. */
const QUARTER: Matrix = { a: 0, b: 1, c: -1, d: 0, e: 0, f: 0 };
const MIRRORED: Matrix = { a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 };

/** Shows the picture so that one of its pixels is `side` CSS pixels wide. */
export function withPixelSide(view: View, side: number, raster: Raster, stage: Size): View {
  const scale = side / pixelSide({ ...view, scale: 1 }, raster, stage);
  return keepInside({ ...view, scale }, raster, stage);
}

export function rotate(view: View, raster: Raster, stage: Size): View {
  return turnBy(QUARTER, view, raster, stage);
}

/** Exchanges left and right of the screen. */
export function mirror(view: View, raster: Raster, stage: Size): View {
  return turnBy(MIRRORED, view, raster, stage);
}

function turnBy(by: Matrix, view: View, raster: Raster, stage: Size): View {
  return keepInside({ scale: view.scale, shift: apply(by, view.shift), turn: compose(by, view.turn) }, raster, stage);
}

/** How far a picture is rotated clockwise, and whether it was mirrored first. */
export function turnOf({ a, b, c, d }: Matrix): { readonly isMirrored: boolean; readonly degrees: number } {
  const isMirrored = a * d - b * c < 0;
  const side = isMirrored ? -1 : 1;
  const degrees = Math.round((Math.atan2(side * b, side * a) * 180) / Math.PI);
  return { isMirrored, degrees: (degrees + 360) % 360 };
}
