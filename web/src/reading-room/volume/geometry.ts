/**
 * From the frames of a series to a volume: where each voxel lies in the patient (PS3.3 C.7.6.2.1.1). Slices of a tilted
 * gantry make a sheared volume; its matrix says so, and planes through it are exact. Slices at uneven distances are
 * placed where they are.
 */

import { vec3 } from "gl-matrix";
import type { FrameDetails, Triple } from "../../read/frame-details.js";
import type { FramePlace } from "../../read/frame-place.js";
import { SLICES_MIN } from "./thinned.js";
import type { RefusalReason } from "./words.js";

/** What a frame says about its place. */
export interface SliceFacts {
  readonly details: FrameDetails;
  readonly place: FramePlace;
}

export type Numbers16 = readonly number[];

export interface VolumeGeometry {
  /** The frame of each slice, along the normal of the slices. */
  readonly frames: readonly number[];
  /** How many images its series has, in this volume or not. */
  readonly imagesOfSeries: number;
  readonly columns: number;
  readonly rows: number;
  /**
   * From (column, row, place) to millimetres in the patient, column by column. Whole columns and rows are the centres of voxels;
   * a place counts usual distances from the first slice.
   */
  readonly toPatient: Numbers16;
  readonly toVoxel: Numbers16;
  /** The place of each slice: 0, 1, 2 … if they are evenly spaced. */
  readonly places: readonly number[];
  readonly isEven: boolean;
  /** Between the planes of two slices: the usual, the least, and the greatest. */
  readonly distanceMm: { readonly usual: number; readonly least: number; readonly greatest: number };
  readonly columnMm: number;
  readonly rowMm: number;
  /** Between the way from slice to slice and the normal of the slices. */
  readonly tiltDegrees: number;
}

/** Why there are no planes, with the numbers that belong to the reason. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Directions that differ by more do not make one volume: a tenth of a degree is a third of a millimetre at the edge. */
const ANGLE_MAX_DEGREES = 0.1;
/** Two directions that are not perpendicular by more than this (as a cosine) are an error of the file. */
const SKEW_MAX = 0.005;
const SAME_PLACE_MM = 0.005;
/** Slices are evenly spaced if each lies within this share of a distance from where it would be. */
const EVEN_SHARE = 0.01;
/** Nothing is interpolated across more than two usual distances, or two slices: one slice may be missing. */
const BRIDGED_MAX = 2.05;
/** A slice that is off the line of the others by more than this share of a pixel was taken elsewhere. */
const OFF_LINE_PIXELS_MAX = 0.25;

/** The volume that a frame belongs to, or why it belongs to none. */
export function volumeOf(frames: readonly SliceFacts[], shown: number): VolumeGeometry | Refusal {
  const key = frames[shown]?.place.volume;
  const own = frames.map((facts, frame) => ({ ...facts, frame })).filter(({ place }) => place.volume === key);
  const refused = formRefusal(own);
  if (refused !== null) {
    return refused;
  }
  const [first] = own;
  const axes = axesOf(first?.details);
  if (first === undefined || axes === null) {
    return refusal("unplaced");
  }
  const isParallel = own.every(({ details }) => {
    const other = axesOf(details);
    return other !== null && isSameDirection(axes.row, other.row) && isSameDirection(axes.column, other.column);
  });
  if (!isParallel) {
    return refusal("turned");
  }
  const slices = own
    .map(({ frame, details, place }) => ({ frame, position: details.position ?? ORIGIN, thickness: place.thicknessMm ?? 0 }))
    .map((slice) => ({ ...slice, mm: vec3.dot(slice.position, axes.normal) }))
    .sort((a, b) => a.mm - b.mm);
  return gapRefusal(slices) ?? lineUp(first.details, slices, axes, frames.length);
}

export function isRefusal(result: VolumeGeometry | Refusal): result is Refusal {
  return "reason" in result;
}

const ORIGIN: Triple = [0, 0, 0];

interface Axes {
  readonly row: Triple;
  readonly column: Triple;
  readonly normal: Triple;
}

interface Slice {
  readonly frame: number;
  readonly position: Triple;
  readonly thickness: number;
  /** Along the normal. */
  readonly mm: number;
}

function refusal(reason: RefusalReason, facts: Refusal["facts"] = {}): Refusal {
  return { reason, facts };
}

/** Whether the frames are grey, complete, and alike enough for one volume. */
function formRefusal(own: readonly SliceFacts[]): Refusal | null {
  const all = own.map(({ details }) => details);
  const [first] = all;
  if (first === undefined || own.length < SLICES_MIN) {
    return refusal("few", { count: own.length, least: SLICES_MIN });
  }
  if (all.some(({ diagnostic }) => diagnostic === null)) {
    return refusal("incomplete");
  }
  if (all.some(({ diagnostic, palette, photometric }) => diagnostic?.samplesPerPixel !== 1 || palette !== null || photometric === "PALETTE COLOR")) {
    return refusal("colour");
  }
  if (all.some(({ modalityLut, diagnostic }) => modalityLut !== null || (diagnostic?.bitsPerSample ?? 0) > (diagnostic?.sampleType === "float" ? 32 : 16))) {
    return refusal("values");
  }
  const form = ({ rows, columns, spacing, diagnostic, rescale, photometric, frameOfReferenceUid }: FrameDetails) =>
    [rows, columns, spacing?.rowMm, spacing?.columnMm, diagnostic?.sampleType, (diagnostic?.bitsPerSample ?? 0) > 8, rescale?.unit, photometric, frameOfReferenceUid].join();
  if (all.some((details) => form(details) !== form(first))) {
    return refusal("different");
  }
  return all.some(({ position, spacing }) => position === null || spacing === null) ? refusal("unplaced") : null;
}

function axesOf(details: FrameDetails | undefined): Axes | null {
  const { rowDirection: row, columnDirection: column } = details ?? {};
  if (row == null || column == null) {
    return null;
  }
  const unit = (direction: Triple) => vec3.normalize([0, 0, 0], direction) as Triple;
  const axes = { row: unit(row), column: unit(column) };
  const isSound = Math.abs(vec3.dot(axes.row, axes.column)) < SKEW_MAX;
  return isSound ? { ...axes, normal: unit(vec3.cross([0, 0, 0], axes.row, axes.column) as Triple) } : null;
}

function isSameDirection(a: Triple, b: Triple): boolean {
  return vec3.length(vec3.cross([0, 0, 0], a, b)) <= Math.sin((ANGLE_MAX_DEGREES * Math.PI) / 180) && vec3.dot(a, b) > 0;
}

/** Slices of one place, and gaps that nobody may fill. */
function gapRefusal(slices: readonly Slice[]): Refusal | null {
  const distances = distancesOf(slices);
  const usual = median(distances);
  const same = distances.filter((mm) => mm < SAME_PLACE_MM).length;
  if (same > 0) {
    return refusal("repeated", { count: same + 1 });
  }
  const at = distances.findIndex((mm, place) => {
    const thick = ((slices[place]?.thickness ?? 0) + (slices[place + 1]?.thickness ?? 0)) / 2;
    return mm > BRIDGED_MAX * Math.max(usual, thick);
  });
  const { frame: a = 0 } = slices[at] ?? {};
  const { frame: b = 0 } = slices[at + 1] ?? {};
  const ends = { first: Math.min(a, b) + 1, second: Math.max(a, b) + 1 };
  return at < 0 ? null : refusal("gap", { ...ends, mm: (distances[at] ?? 0).toFixed(1), usual: usual.toFixed(1) });
}

/** The matrix from slices that lie on one line, whatever its direction. */
function lineUp(details: FrameDetails, slices: readonly Slice[], axes: Axes, imagesOfSeries: number): VolumeGeometry | Refusal {
  const { rowMm = 1, columnMm = 1 } = details.spacing ?? {};
  const [first, last] = [slices[0], slices[slices.length - 1]];
  if (first === undefined || last === undefined) {
    return refusal("few", { count: 0, least: SLICES_MIN });
  }
  const span = last.mm - first.mm;
  /** On the way along the normal by 1 mm. */
  const way = vec3.scale([0, 0, 0], vec3.subtract([0, 0, 0], last.position, first.position), 1 / span) as Triple;
  const isOff = slices.some(({ position, mm }) => {
    const expected = vec3.scaleAndAdd([0, 0, 0], first.position, way, mm - first.mm);
    return vec3.distance(position, expected) > OFF_LINE_PIXELS_MAX * Math.min(rowMm, columnMm);
  });
  if (isOff) {
    return refusal("scattered");
  }
  const distances = distancesOf(slices);
  const mean = span / (slices.length - 1);
  const isEven = slices.every(({ mm }, place) => Math.abs((mm - first.mm) / mean - place) <= EVEN_SHARE);
  const usual = isEven ? mean : median(distances);
  const { row, column } = axes;
  const scaled = (direction: Triple, by: number) => vec3.scale([0, 0, 0], direction, by) as Triple;
  const steps = [scaled(row, columnMm), scaled(column, rowMm), scaled(way, usual)] as const;
  return {
    frames: slices.map(({ frame }) => frame),
    imagesOfSeries,
    columns: details.columns,
    rows: details.rows,
    toPatient: affine([...steps, first.position]),
    toVoxel: inverse(steps, first.position),
    places: slices.map(({ mm }, place) => (isEven ? place : (mm - first.mm) / usual)),
    isEven,
    distanceMm: { usual, least: Math.min(...distances), greatest: Math.max(...distances) },
    columnMm,
    rowMm,
    tiltDegrees: (Math.acos(Math.min(1, 1 / vec3.length(way))) * 180) / Math.PI,
  };
}

function distancesOf(slices: readonly Slice[]): readonly number[] {
  return slices.slice(1).map(({ mm }, place) => mm - (slices[place]?.mm ?? 0));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function affine(columns: readonly Triple[]): Numbers16 {
  return columns.flatMap((column, place) => [...column, place === 3 ? 1 : 0]);
}

/** The way back: each of its rows is perpendicular to two of the axes. */
function inverse([x, y, z]: readonly [Triple, Triple, Triple], origin: Triple): Numbers16 {
  const across = (a: Triple, b: Triple) => vec3.cross([0, 0, 0], a, b) as Triple;
  const size = vec3.dot(x, across(y, z));
  const rows = [across(y, z), across(z, x), across(x, y)].map((row) => vec3.scale([0, 0, 0], row, 1 / size) as Triple);
  const column = (axis: number) => rows.map((row) => row[axis] ?? 0) as unknown as Triple;
  return affine([column(0), column(1), column(2), rows.map((row) => -vec3.dot(row, origin)) as unknown as Triple]);
}

/** A point or, without the last column of the matrix, a direction. */
export function transform(matrix: Numbers16, [x, y, z]: Triple, isDirection = false): Triple {
  const w = isDirection ? 0 : 1;
  const along = (row: number) => (matrix[row] ?? 0) * x + (matrix[4 + row] ?? 0) * y + (matrix[8 + row] ?? 0) * z + (matrix[12 + row] ?? 0) * w;
  return [along(0), along(1), along(2)];
}

/** The corners of the volume in the patient, at the outer edges of its voxels. */
export function cornersOf({ columns, rows, places, toPatient }: VolumeGeometry): readonly Triple[] {
  const last = places[places.length - 1] ?? 0;
  const ends = [[-0.5, columns - 0.5], [-0.5, rows - 0.5], [-0.5, last + 0.5]] as const;
  return [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
    const voxel = ends.map((end, axis) => end[(corner >> axis) & 1] ?? 0);
    return transform(toPatient, voxel as unknown as Triple);
  });
}
