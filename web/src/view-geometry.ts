/** Where a picture lies on the stage: fitted, enlarged, moved. All lengths in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Enlargement over the fitted size, and the shift of the picture's centre from the stage's. */
export interface View {
  readonly scale: number;
  readonly shift: Point;
}

export const FITTED: View = { scale: 1, shift: { x: 0, y: 0 } };
export const SCALE_MAX = 8;

/** The largest size with the picture's proportions that fits into the stage. */
export function fit(picture: Size, stage: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) {
    return { width: 0, height: 0 };
  }
  const factor = Math.min(stage.width / picture.width, stage.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** Enlarges around a point of the stage (measured from its centre), which stays where it is. */
export function zoomAt(view: View, factor: number, point: Point, fitted: Size, stage: Size): View {
  const scale = clamp(view.scale * factor, 1, SCALE_MAX);
  const change = scale / view.scale;
  const shift = {
    x: point.x - (point.x - view.shift.x) * change,
    y: point.y - (point.y - view.shift.y) * change,
  };
  return keepInside({ scale, shift }, fitted, stage);
}

export function pan(view: View, by: Point, fitted: Size, stage: Size): View {
  return keepInside({ ...view, shift: { x: view.shift.x + by.x, y: view.shift.y + by.y } }, fitted, stage);
}

/** No edge of the picture comes further in than the stage's edge, unless the picture is smaller. */
function keepInside(view: View, fitted: Size, stage: Size): View {
  const roomX = Math.max(0, (fitted.width * view.scale - stage.width) / 2);
  const roomY = Math.max(0, (fitted.height * view.scale - stage.height) / 2);
  return {
    scale: view.scale,
    shift: { x: clamp(view.shift.x, -roomX, roomX), y: clamp(view.shift.y, -roomY, roomY) },
  };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
