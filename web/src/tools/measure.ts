/** Lengths, angles and areas in real units, as far as a picture is calibrated. Points are in picture pixels. */

import type { FrameDetails, Region } from "../read/frame-details.js";
import type { FrameValues } from "../full/frame-values.js";
import type { Point } from "../view-geometry.js";

/** Why a length is not one in the patient, or how it was estimated. */
export type Caveat = "uncalibrated" | "at-detector" | "by-geometry" | "by-fiducial" | "on-film";

export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

export interface Length {
  /** One distance; or, where the axes are of different kinds (time and speed), one along each. */
  readonly quantities: readonly Quantity[];
  readonly caveat: Caveat | null;
}

/** Physical units of ultrasound regions (PS3.3 C.8.5.5.1.15). */
const UNITS: Readonly<Record<number, string>> = { 1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s" };
/** Sizes that are not those in the patient for certain, by where they come from (PS3.3 10.7). */
const CAVEATS: Readonly<Record<string, Caveat>> = {
  "imager-pixel-spacing": "at-detector",
  "imager-pixel-spacing-over-magnification": "by-geometry",
  "pixel-spacing-by-geometry": "by-geometry",
  "pixel-spacing-by-fiducial": "by-fiducial",
  "nominal-scanned-pixel-spacing": "on-film",
};
const CENTIMETRES = 3;
const MM_PER_CM = 10;

/** Size of a pixel at some place; null where nothing is known. */
interface PixelSize {
  readonly x: number;
  readonly y: number;
  readonly caveat: Caveat | null;
}

export function lengthBetween(details: FrameDetails, a: Point, b: Point): Length {
  const region = regionAround(details.regions, [a, b]);
  if (region !== null && !isInCentimetres(region)) {
    const along = (by: number, delta: number, unit: number): readonly Quantity[] =>
      UNITS[unit] === undefined ? [] : [{ value: Math.abs(by * delta), unit: UNITS[unit] }];
    const quantities = [
      ...along(b.x - a.x, region.deltaX, region.unitX),
      ...along(b.y - a.y, region.deltaY, region.unitY),
    ];
    if (quantities.length > 0) {
      return { quantities, caveat: null };
    }
  }
  const size = pixelSize(details, [a, b]);
  const { x, y, caveat } = size ?? A_PIXEL;
  const value = Math.hypot((b.x - a.x) * x, (b.y - a.y) * y);
  return { quantities: [{ value, unit: size === null ? "px" : "mm" }], caveat };
}

/** The angle at `vertex` in degrees, 0 to 180. */
export function angleAt(details: FrameDetails, a: Point, vertex: Point, c: Point): number {
  const { x, y } = pixelSize(details, [a, vertex, c]) ?? pixelShape(details);
  const direction = (to: Point) => Math.atan2((to.y - vertex.y) * y, (to.x - vertex.x) * x);
  const turn = Math.abs(direction(a) - direction(c)) * (180 / Math.PI);
  return turn > 180 ? 360 - turn : turn;
}

/** The area of the ellipse between two corners. */
export function ellipseArea(details: FrameDetails, a: Point, b: Point): Quantity & { readonly caveat: Caveat | null } {
  const size = pixelSize(details, [a, b]);
  const { x, y, caveat } = size ?? A_PIXEL;
  const value = (Math.PI / 4) * Math.abs((b.x - a.x) * x * (b.y - a.y) * y);
  return { value, unit: size === null ? "px²" : "mm²", caveat };
}

export interface Statistics {
  readonly pixels: number;
  readonly mean: number;
  /** Of all pixels inside, which are no sample of something larger. */
  readonly deviation: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The values of all pixels whose centres lie within the ellipse between two corners; null without any. */
export function ellipseStatistics(values: FrameValues, a: Point, b: Point): Statistics | null {
  const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const radius = { x: Math.abs(b.x - a.x) / 2, y: Math.abs(b.y - a.y) / 2 };
  let [pixels, mean, squares] = [0, 0, 0];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { columns, rows } = values.decoded;
  const last = { x: Math.min(columns, centre.x + radius.x), y: Math.min(rows, centre.y + radius.y) };
  for (let row = Math.max(0, Math.floor(centre.y - radius.y)); row < last.y; row++) {
    for (let column = Math.max(0, Math.floor(centre.x - radius.x)); column < last.x; column++) {
      const distance = ((column + 0.5 - centre.x) / radius.x) ** 2 + ((row + 0.5 - centre.y) / radius.y) ** 2;
      const value = distance <= 1 ? values.valueAt(column, row) : null;
      if (value !== null) {
        pixels += 1;
        const change = value - mean;
        mean += change / pixels;
        squares += change * (value - mean);
        lowest = Math.min(lowest, value);
        highest = Math.max(highest, value);
      }
    }
  }
  return pixels === 0 ? null : { pixels, mean, deviation: Math.sqrt(squares / pixels), lowest, highest };
}

/** Millimetres per pixel across the whole picture, for a scale bar; null where they are unknown or differ. */
export function wholeScale(details: FrameDetails): PixelSize | null {
  return details.regions.length > 0 ? null : pixelSize(details, []);
}

/** What lengths and areas count where nobody knows how large a pixel is: every one alike, whatever its shape. */
const A_PIXEL: PixelSize = { x: 1, y: 1, caveat: "uncalibrated" };

/** The shape of a pixel alone, which decides an angle. */
function pixelShape({ aspect }: FrameDetails): Pick<PixelSize, "x" | "y"> {
  return { x: 1, y: aspect };
}

function pixelSize({ regions, spacing }: FrameDetails, points: readonly Point[]): PixelSize | null {
  if (regions.length > 0) {
    const region = regionAround(regions, points);
    return region === null || !isInCentimetres(region)
      ? null
      : { x: Math.abs(region.deltaX) * MM_PER_CM, y: Math.abs(region.deltaY) * MM_PER_CM, caveat: null };
  }
  if (spacing === null) {
    return null;
  }
  return { x: spacing.columnMm, y: spacing.rowMm, caveat: CAVEATS[spacing.source] ?? null };
}

/** The smallest region that holds all points: insets lie on larger ones. */
function regionAround(regions: readonly Region[], points: readonly Point[]): Region | null {
  const area = ({ x0, x1, y0, y1 }: Region) => (x1 - x0) * (y1 - y0);
  const isInside = ({ x0, y0, x1, y1 }: Region) =>
    points.every(({ x, y }) => x >= x0 && x <= x1 + 1 && y >= y0 && y <= y1 + 1);
  return [...regions].filter(isInside).sort((a, b) => area(a) - area(b))[0] ?? null;
}

function isInCentimetres({ unitX, unitY, deltaX, deltaY }: Region): boolean {
  return unitX === CENTIMETRES && unitY === CENTIMETRES && deltaX !== 0 && deltaY !== 0;
}
