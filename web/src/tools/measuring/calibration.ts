/** The size of a pixel in the patient, as far as a picture is calibrated. Points are in picture pixels. */

import type { FrameDetails, Region } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";

/** Why a length is not one in the patient, or how it was estimated. */
export type Caveat = "uncalibrated" | "at-detector" | "by-geometry" | "by-fiducial" | "on-film" | "by-hand";

export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

/** Sizes that may not be those in the patient, by source (PS3.3 10.7). */
const CAVEATS: Readonly<Record<string, Caveat>> = {
  "imager-pixel-spacing": "at-detector",
  "imager-pixel-spacing-over-magnification": "by-geometry",
  "pixel-spacing-by-geometry": "by-geometry",
  "pixel-spacing-by-fiducial": "by-fiducial",
  "nominal-scanned-pixel-spacing": "on-film",
  "by-hand": "by-hand",
};
const CENTIMETRES = 3;
const MM_PER_CM = 10;

/** Size of a pixel at some point; null if nothing is known. */
export interface PixelSize {
  readonly x: number;
  readonly y: number;
  readonly caveat: Caveat | null;
}

/** Millimetres per pixel across the whole picture, for a scale bar; null if unknown or not uniform. */
export function wholeScale(details: FrameDetails): PixelSize | null {
  return details.regions.length > 0 ? null : pixelSize(details, []);
}

/** For areas if the size of a pixel is unknown: all pixels count alike, whatever their shape. */
export const A_PIXEL: PixelSize = { x: 1, y: 1, caveat: "uncalibrated" };

/** Only the shape of a pixel, which is enough for an angle. */
export function pixelShape({ aspect }: FrameDetails): Pick<PixelSize, "x" | "y"> {
  return { x: 1, y: aspect };
}

export function pixelSize({ regions, spacing }: FrameDetails, points: readonly Point[]): PixelSize | null {
  // A reader's own calibration holds outside of regions with other units, too.
  const region = regionAround(regions, points);
  if (regions.length > 0 && (region !== null || spacing?.source !== "by-hand")) {
    return region === null || !isInCentimetres(region)
      ? null
      : { x: Math.abs(region.deltaX) * MM_PER_CM, y: Math.abs(region.deltaY) * MM_PER_CM, caveat: null };
  }
  if (spacing === null) {
    return null;
  }
  return { x: spacing.columnMm, y: spacing.rowMm, caveat: CAVEATS[spacing.source] ?? null };
}

/** The smallest region that contains all points, because insets lie on larger regions. */
export function regionAround(regions: readonly Region[], points: readonly Point[]): Region | null {
  const area = ({ x0, x1, y0, y1 }: Region) => (x1 - x0) * (y1 - y0);
  const isInside = ({ x0, y0, x1, y1 }: Region) =>
    points.every(({ x, y }) => x >= x0 && x <= x1 + 1 && y >= y0 && y <= y1 + 1);
  return [...regions].filter(isInside).sort((a, b) => area(a) - area(b))[0] ?? null;
}

export function isInCentimetres({ unitX, unitY, deltaX, deltaY }: Region): boolean {
  return unitX === CENTIMETRES && unitY === CENTIMETRES && deltaX !== 0 && deltaY !== 0;
}

/** A distance in millimetres, or in widths of a pixel if its size is unknown; `around`: all points that it belongs with. */
export function distanceBetween(details: FrameDetails, a: Point, b: Point, around: readonly Point[] = [a, b]): Quantity & { readonly caveat: Caveat | null } {
  const size = pixelSize(details, around);
  const { x, y, caveat } = size ?? { ...pixelShape(details), caveat: "uncalibrated" as const };
  return { value: Math.hypot((b.x - a.x) * x, (b.y - a.y) * y), unit: size === null ? "px" : "mm", caveat };
}
