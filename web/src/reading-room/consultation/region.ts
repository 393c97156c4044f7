/** Which part of an image a stage shows, for stages of other sizes: the same point in the middle, and at least as much around it. */

import type { Region } from "../../read/view-state.js";
import { apply, invert, pixelSide, toStage, type Raster, type Size, type View } from "../../view-geometry.js";

/** Screens of one size show the same to a millionth of a pixel: a ten thousandth already gives other greys. */
const PARTS = 1e12;
const EXACT = 1e-9;

/** The stage's sides along the columns and rows of the image, however it is turned. */
function along({ turn }: Pick<Region, "turn">, { width, height }: Size): Size {
  return turn.a === 0 ? { width: height, height: width } : { width, height };
}

/** Null without a stage. */
export function regionOf(view: View, raster: Raster, stage: Size): Region | null {
  const side = pixelSide(view, raster, stage);
  if (!(side > 0) || stage.width === 0 || stage.height === 0) {
    return null;
  }
  const middle = apply(invert(toStage(view, raster, stage)), { x: stage.width / 2, y: stage.height / 2 });
  const centre = { x: middle.x / raster.columns, y: middle.y / raster.rows };
  const { width, height } = along(view, stage);
  const seen = { x: width / (side * raster.columns), y: height / (side * raster.aspect * raster.rows) };
  // As far as the image goes from the centre, on both sides.
  const image = { x: 2 * Math.max(Math.abs(centre.x), Math.abs(1 - centre.x)), y: 2 * Math.max(Math.abs(centre.y), Math.abs(1 - centre.y)) };
  const beyond = Math.max(1, Math.min(seen.x / image.x, seen.y / image.y));
  const extent = { x: Math.min(seen.x, image.x * beyond), y: Math.min(seen.y, image.y * beyond) };
  const { a, b, c, d } = view.turn;
  return { centre: rounded(centre), extent: rounded(extent), turn: { a: a + 0, b: b + 0, c: c + 0, d: d + 0 } };
}

/** The view in which a stage shows a region: all of it, as large as possible. */
export function viewOf({ centre, extent, turn }: Region, raster: Raster, stage: Size): View {
  const { width, height } = along({ turn }, stage);
  const { columns, rows, aspect } = raster;
  const side = Math.min(width / (extent.x * columns), height / (extent.y * rows * aspect));
  const turned = { ...turn, e: 0, f: 0 };
  const scale = exact(side / pixelSide({ scale: 1, shift: { x: 0, y: 0 }, turn: turned }, raster, stage), 1);
  const from = { x: (centre.x - 0.5) * columns * side, y: (centre.y - 0.5) * rows * aspect * side };
  const shift = apply(turned, from);
  return { scale, shift: { x: exact(-shift.x, 0), y: exact(-shift.y, 0) }, turn: turned };
}

/** A fitted image is not enlarged by the noise of arithmetic. */
function exact(value: number, target: number): number {
  return Math.abs(value - target) < EXACT ? target : value;
}

function rounded({ x, y }: { readonly x: number; readonly y: number }) {
  return { x: Math.round(x * PARTS) / PARTS + 0, y: Math.round(y * PARTS) / PARTS + 0 };
}
