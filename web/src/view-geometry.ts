/** Where a picture is on the stage: fitted, enlarged, moved, rotated. All lengths are in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The pixels of a picture, and the height of a pixel over its width. */
export interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly aspect: number;
}

/** x' = a·x + c·y + e, y' = b·x + d·y + f: the order that a canvas uses. */
export interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/**
 * Enlargement relative to the fitted size, offset of the picture's centre from the stage's, and the rotation (no e, f).
 */
export interface View {
  readonly scale: number;
  readonly shift: Point;
  readonly turn: Matrix;
}

const UPRIGHT: Matrix = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export const FITTED: View = { scale: 1, shift: { x: 0, y: 0 }, turn: UPRIGHT };
export const SCALE_MAX = 8;
const PIXEL_SIDE_MAX = 16;

/** `first`, then `then`. */
export function compose(then: Matrix, first: Matrix): Matrix {
  return {
    a: then.a * first.a + then.c * first.b,
    b: then.b * first.a + then.d * first.b,
    c: then.a * first.c + then.c * first.d,
    d: then.b * first.c + then.d * first.d,
    e: then.a * first.e + then.c * first.f + then.e,
    f: then.b * first.e + then.d * first.f + then.f,
  };
}

export function apply({ a, b, c, d, e, f }: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

export function invert({ a, b, c, d, e, f }: Matrix): Matrix {
  const det = a * d - b * c;
  return {
    a: d / det,
    b: -b / det,
    c: -c / det,
    d: a / det,
    e: (c * f - d * e) / det,
    f: (b * e - a * f) / det,
  };
}

/** The picture's size with square pixels, after rotation. */
export function turnedSize({ columns, rows, aspect }: Raster, { a }: Matrix): Size {
  const height = rows * aspect;
  return a === 0 ? { width: height, height: columns } : { width: columns, height };
}

/** The largest size with the picture's proportions that fits into the stage. */
export function fit(picture: Size, stage: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) {
    return { width: 0, height: 0 };
  }
  const factor = Math.min(stage.width / picture.width, stage.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** CSS pixels per picture pixel (its width) in a view. */
export function pixelSide(view: View, raster: Raster, stage: Size): number {
  const turned = turnedSize(raster, view.turn);
  return turned.width > 0 ? (fit(turned, stage).width / turned.width) * view.scale : 1;
}

/** Maps picture pixels (0,0 is the outer corner of the first one) to the stage, from its top left corner. */
export function toStage(view: View, raster: Raster, stage: Size): Matrix {
  const side = pixelSide(view, raster, stage);
  const centred: Matrix = {
    a: side,
    b: 0,
    c: 0,
    d: side * raster.aspect,
    e: (-side * raster.columns) / 2,
    f: (-side * raster.aspect * raster.rows) / 2,
  };
  const { x, y } = view.shift;
  return compose({ ...view.turn, e: stage.width / 2 + x, f: stage.height / 2 + y }, centred);
}

/** How small and how large a picture may become: one pixel of the image per pixel of the screen is always possible. */
function scaleRange(raster: Raster, view: View, stage: Size): readonly [number, number] {
  const fitted = pixelSide({ ...view, scale: 1 }, raster, stage);
  return [Math.min(1, 1 / fitted), Math.max(SCALE_MAX, PIXEL_SIDE_MAX / fitted)];
}

/** Enlarges around a point of the stage (measured from its centre), which stays in place. */
export function zoomAt(view: View, factor: number, point: Point, raster: Raster, stage: Size): View {
  const [min, max] = scaleRange(raster, view, stage);
  // A picture that the reader makes smaller snaps to the fitted size.
  const scale = clamp(view.scale * factor, factor < 1 ? Math.min(1, view.scale) : min, max);
  const change = scale / view.scale;
  const shift = {
    x: point.x - (point.x - view.shift.x) * change,
    y: point.y - (point.y - view.shift.y) * change,
  };
  return keepInside({ ...view, scale, shift }, raster, stage);
}

export function pan(view: View, by: Point, raster: Raster, stage: Size): View {
  return keepInside({ ...view, shift: { x: view.shift.x + by.x, y: view.shift.y + by.y } }, raster, stage);
}

/** No edge of the picture moves inside the stage's edge, unless the picture is smaller. */
export function keepInside(view: View, raster: Raster, stage: Size): View {
  const side = pixelSide(view, raster, stage);
  const { width, height } = turnedSize(raster, view.turn);
  const roomX = Math.max(0, (width * side - stage.width) / 2);
  const roomY = Math.max(0, (height * side - stage.height) / 2);
  const shift = { x: clamp(view.shift.x, -roomX, roomX), y: clamp(view.shift.y, -roomY, roomY) };
  return { ...view, shift };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
