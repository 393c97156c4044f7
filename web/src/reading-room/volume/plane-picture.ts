/** A plane as the stage draws it, and its values as the tools measure them. */

import { DEFAULT_LOOK } from "../../full/look.js";
import { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Shown } from "../../stage.js";
import { apply, invert, type Matrix, type Size } from "../../view-geometry.js";
import { pointAt, samplingOf, type PlaneRaster, type Sampling, type Slab } from "./plane.js";
import type { DrawnVolume, Rays, Shades } from "./plane-gl.js";
import { NO_VALUE } from "./shader.js";
import type { Volume } from "./volume.js";

export interface DrawnPlane {
  readonly raster: PlaneRaster;
  readonly slab: Slab;
  readonly isFull: boolean;
}

/** The part of a canvas that a plane covers. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function planeShown(volume: Volume, { raster, slab, isFull }: DrawnPlane): Shown {
  const sampling = samplingOf(volume.geometry, raster, slab);
  return {
    raster: { columns: raster.columns, rows: raster.rows, aspect: 1 },
    quality: isFull ? "full" : "preview",
    isLossy: volume.isLossy,
    paint: (context, matrix, canvas) => {
      const drawn = volume.drawn();
      const box = coveredBox(matrix, canvas, raster);
      if (drawn !== null && box !== null) {
        paintBox(context, volume, drawn, { box, step: volume.step, matrix, sampling, slab });
      }
      context.setTransform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
    },
  };
}

interface Painting {
  readonly box: Box;
  readonly step: number;
  readonly matrix: Matrix;
  readonly sampling: Sampling;
  readonly slab: Slab;
}

function paintBox(context: CanvasRenderingContext2D, volume: Volume, drawn: DrawnVolume, { box, step, matrix, sampling, slab }: Painting): void {
  const [width, height] = [Math.ceil(box.width / step), Math.ceil(box.height / step)];
  // From a pixel of the drawing to one of the canvas, to one of the raster.
  const { a, b, c, d, e, f } = invert(matrix);
  const toRaster = { a: a * step, b: b * step, c: c * step, d: d * step, e: a * box.x + c * box.y + e, f: b * box.x + d * box.y + f };
  const source = volume.gl.draw(drawn, raysThrough(sampling, slab, toRaster), shadesOf(volume), width, height);
  if (source !== null) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(source, 0, 0, width, height, box.x, box.y, width * step, height * step);
  }
}

/** Rays for the pixels of a canvas; the matrix leads from them to pixels of the raster, whose first has its centre at ½, ½. */
export function raysThrough({ origin, right, down, deep, samples }: Sampling, { mode }: Slab, { a, b, c, d, e, f }: Matrix): Rays {
  const along = (x: number, y: number) => [0, 1, 2].map((axis) => (right[axis] ?? 0) * x + (down[axis] ?? 0) * y) as unknown as Rays["right"];
  const [x, y, z] = along(e - 0.5, f - 0.5);
  return { origin: [origin[0] + x, origin[1] + y, origin[2] + z], right: along(a, b), down: along(c, d), deep, samples, mode };
}

/** The look of the series, in one window for all slices. */
export function shadesOf(volume: Volume): Shades {
  const look = volume.seriesLook ?? DEFAULT_LOOK;
  const isWhiteLow = volume.details[0]?.photometric === "MONOCHROME1";
  return { window: look.window ?? volume.defaultWindow, isInverted: look.isInverted !== isWhiteLow, colours: look.colours };
}

function coveredBox(matrix: Matrix, canvas: Size, { columns, rows }: PlaneRaster): Box | null {
  const corners = [
    [0, 0],
    [columns, 0],
    [0, rows],
    [columns, rows],
  ].map(([x = 0, y = 0]) => apply(matrix, { x, y }));
  const range = (along: readonly number[], size: number) => {
    const from = Math.max(0, Math.floor(Math.min(...along)));
    return [from, Math.min(size, Math.ceil(Math.max(...along))) - from] as const;
  };
  const [x, width] = range(corners.map((corner) => corner.x), canvas.width);
  const [y, height] = range(corners.map((corner) => corner.y), canvas.height);
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** What the header of an image in this plane would say. */
export function planeDetails(volume: Volume, raster: PlaneRaster): FrameDetails | null {
  const middle = volume.details[volume.slices >> 1];
  if (middle === undefined) {
    return null;
  }
  const { basis, mm, columns, rows } = raster;
  const isMeasured = middle.rescale?.slope !== 0;
  return {
    ...middle,
    rows,
    columns,
    aspect: 1,
    diagnostic: null,
    rescale: { slope: isMeasured ? 1 : 0, intercept: 0, unit: middle.rescale?.unit ?? null },
    padding: [NO_VALUE, NO_VALUE],
    spacing: { rowMm: mm, columnMm: mm, source: "pixel-spacing" },
    position: pointAt(raster, 0.5, 0.5),
    rowDirection: basis.right,
    columnDirection: basis.down,
    slicePosition: null,
    overlays: [],
    mask: null,
    regions: [],
  };
}

/** Read back from the graphics processor; null unless every value comes from full quality. */
export function planeValues(volume: Volume, { raster, slab, isFull }: DrawnPlane, details: FrameDetails): FrameValues | null {
  const drawn = isFull ? volume.drawn() : null;
  if (drawn === null) {
    return null;
  }
  const { columns, rows } = raster;
  const rays = raysThrough(samplingOf(volume.geometry, raster, slab), slab, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 });
  const samples = volume.gl.read(drawn, rays, columns, rows);
  return samples === null ? null : new FrameValues(details, { columns, rows, channels: 1, samples }, []);
}
