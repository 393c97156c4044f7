/** A frame in full quality, as the stage draws it. */

import type { Shown } from "../stage.js";
import { apply, compose, invert, type Matrix, type Size } from "../view-geometry.js";
import type { Overlay } from "../read/frame-details.js";
import type { FrameValues } from "./frame-values.js";
import type { Look } from "./look.js";
import type { Box } from "./drawing.js";
import { draw } from "./renderer.js";

export interface DrawnOverlay {
  readonly overlay: Overlay;
  readonly canvas: HTMLCanvasElement;
}

export function fullShown(values: FrameValues, look: Look, overlays: readonly DrawnOverlay[]): Shown {
  const { columns, rows } = values.decoded;
  const { details } = values;
  // A smaller resolution is stretched over the pixels it represents.
  const isWhole = details.columns === columns && details.rows === rows;
  const stretch = { a: details.columns / columns, b: 0, c: 0, d: details.rows / rows, e: 0, f: 0 };
  const raster = { columns, rows, aspect: details.aspect };
  return {
    raster: isWhole ? raster : { columns: details.columns, rows: details.rows, aspect: details.aspect },
    quality: isWhole ? "full" : "preview",
    isLossy: details.isLossy,
    paint: (context, toCanvas, canvas) => {
      const matrix = isWhole ? toCanvas : compose(toCanvas, stretch);
      const step = stepFor(matrix);
      const box = visibleBox(matrix, canvas, raster, step);
      const drawn = box === null ? null : draw({ values, look, box, step });
      context.setTransform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
      if (drawn !== null && box !== null) {
        // Enlarged linearly between pixels: a smoother curve would overshoot at edges.
        context.imageSmoothingQuality = isEnlarging(matrix) ? "low" : "high";
        const { source, width, height } = drawn;
        context.drawImage(source, 0, 0, width, height, box.x, box.y, width * step, height * step);
      }
      context.setTransform(toCanvas.a, toCanvas.b, toCanvas.c, toCanvas.d, toCanvas.e, toCanvas.f);
      for (const { overlay, canvas: plane } of look.hasOverlays ? overlays : []) {
        context.drawImage(plane, overlay.column - 1, overlay.row - 1);
      }
    },
  };
}

function isEnlarging({ a, b, c, d }: Matrix): boolean {
  return Math.min(Math.hypot(a, b), Math.hypot(c, d)) >= 1;
}

/** How many picture pixels there are per pixel of the canvas. */
function stepFor({ a, b, c, d }: Matrix): number {
  return Math.max(1, Math.floor(1 / Math.max(Math.hypot(a, b), Math.hypot(c, d))));
}

/** Of a step. Edges often lie on whole pixels, and noise of arithmetic must not move them by one: the enlarged picture has other greys then. */
const NOISE = 1e-6;

/** The visible part of the picture, in whole steps with a small margin. */
export function visibleBox(matrix: Matrix, canvas: Size, raster: { columns: number; rows: number }, step: number): Box | null {
  const back = invert(matrix);
  const corners = [
    apply(back, { x: 0, y: 0 }),
    apply(back, { x: canvas.width, y: canvas.height }),
  ] as const;
  const range = (from: number, to: number, size: number) => {
    const start = Math.max(0, Math.floor(Math.min(from, to) / step - 2 + NOISE) * step);
    const end = Math.min(size, Math.ceil(Math.max(from, to) / step + 2 - NOISE) * step);
    return [start, end - start] as const;
  };
  const [x, width] = range(corners[0].x, corners[1].x, raster.columns);
  const [y, height] = range(corners[0].y, corners[1].y, raster.rows);
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
