/** Where a frame lies in the patient. */

import { vec3 } from "gl-matrix";
import { frameDetails, type FrameDetails } from "../../read/frame-details.js";
import type { Frame } from "../../read/series-index.js";
import type { Point } from "../../view-geometry.js";

/** A frame as a plane. Lengths are in millimetres, directions have the length 1. */
export interface Plane {
  readonly frameOfReferenceUid: string;
  /** The centre of the first pixel. */
  readonly origin: vec3;
  readonly row: vec3;
  readonly column: vec3;
  readonly normal: vec3;
  readonly columnMm: number;
  readonly rowMm: number;
}

/** A point on a plane, in picture pixels from the outer corner of the first one, and how far in front of it. */
export interface OnPlane extends Point {
  readonly awayMm: number;
}

type Placed = Pick<FrameDetails, "position" | "rowDirection" | "columnDirection" | "spacing" | "frameOfReferenceUid">;

/** Null for a frame that does not say where it lies. */
export function planeOf({ position, rowDirection, columnDirection, spacing, frameOfReferenceUid }: Placed): Plane | null {
  if (position === null || rowDirection === null || columnDirection === null || spacing === null || frameOfReferenceUid === null) {
    return null;
  }
  const [row, column] = [vec3.normalize(zero(), [...rowDirection]), vec3.normalize(zero(), [...columnDirection])];
  const normal = vec3.normalize(zero(), vec3.cross(zero(), row, column));
  const isPlane = Math.abs(vec3.length(normal) - 1) < 1e-3;
  const { rowMm, columnMm } = spacing;
  return isPlane ? { frameOfReferenceUid, origin: [...position], row, column, normal, columnMm, rowMm } : null;
}

export function toPlane({ origin, row, column, normal, columnMm, rowMm }: Plane, point: Readonly<ArrayLike<number>>): OnPlane {
  const away = vec3.subtract(zero(), [point[0] ?? 0, point[1] ?? 0, point[2] ?? 0], origin);
  return { x: vec3.dot(away, row) / columnMm + 0.5, y: vec3.dot(away, column) / rowMm + 0.5, awayMm: vec3.dot(away, normal) };
}

export function toPatient({ origin, row, column, columnMm, rowMm }: Plane, { x, y }: Point): vec3 {
  const along = vec3.scaleAndAdd(zero(), origin, row, (x - 0.5) * columnMm);
  return vec3.scaleAndAdd(along, along, column, (y - 0.5) * rowMm);
}

/** In full precision, which `vec3.create` does not have. */
function zero(): vec3 {
  return [0, 0, 0];
}

/** What an object may be drawn on. */
export interface ImageOnPane {
  readonly sopInstanceUid: string;
  /** From 1; null if the index does not tell. */
  readonly number: number | null;
  readonly columns: number;
  readonly rows: number;
  readonly plane: Plane | null;
  /** Half the distance to the nearest slice on either side: what is farther away belongs to another one. */
  readonly reachMm: number;
}

/** For a slice that is alone. */
const REACH_MM_ALONE = 0.5;
const SAME_PLACE_MM = 0.005;
const PARALLEL_MIN = 0.999;
/** Rounding in files. */
const SLACK_MM = 0.01;

interface Known {
  readonly planes: readonly (Plane | null)[];
  readonly images: (ImageOnPane | undefined)[];
}

const known = new WeakMap<readonly Frame[], Known>();

/** Each frame of a series is looked at once. */
export function imageOnPane(frames: readonly Frame[], at: number): ImageOnPane | null {
  const frame = frames[at];
  if (frame === undefined) {
    return null;
  }
  const series = known.get(frames) ?? { planes: frames.map((one) => planeOf(frameDetails(one))), images: [] };
  known.set(frames, series);
  const plane = series.planes[at] ?? null;
  const { sopInstanceUid, number, columns, rows } = frame;
  const image = series.images[at] ?? { sopInstanceUid, number, columns, rows, plane, reachMm: plane === null ? 0 : reachOf(series.planes, plane) };
  series.images[at] = image;
  return image;
}

function reachOf(planes: readonly (Plane | null)[], { origin, normal }: Plane): number {
  const along = (vector: vec3) => normal[0] * vector[0] + normal[1] * vector[1] + normal[2] * vector[2];
  const here = along(origin);
  let nearest = Number.POSITIVE_INFINITY;
  for (const other of planes) {
    const away = other === null ? 0 : Math.abs(along(other.origin) - here);
    if (other !== null && away > SAME_PLACE_MM && away < nearest && Math.abs(along(other.normal)) >= PARALLEL_MIN) {
      nearest = away;
    }
  }
  return (Number.isFinite(nearest) ? nearest / 2 : REACH_MM_ALONE) + SLACK_MM;
}
