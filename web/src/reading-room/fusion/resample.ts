/** The values of a stack of slices where another image lies: in the patient, trilinear, each slice with its own scale. */

import { vec3 } from "gl-matrix";
import { toPatient, toPlane, type Plane } from "../objects/plane.js";

/** A slice of the stack. */
export interface StackSlice {
  readonly plane: Plane;
  readonly columns: number;
  readonly rows: number;
  /** Along the normal of the stack, in millimetres from its first slice. */
  readonly mm: number;
}

/** The stored values of a slice, and what they mean. */
export interface SliceValues {
  readonly samples: ArrayLike<number>;
  readonly slope: number;
  readonly intercept: number;
}

export type StackFault = "too-few" | "no-place" | "mixed";

/** Slices that lie along one normal, sorted; what they lack otherwise. */
export function stackOf(slices: readonly (Omit<StackSlice, "mm" | "plane"> & { readonly plane: Plane | null })[]): readonly (StackSlice & { readonly place: number })[] | StackFault {
  const [first] = slices;
  if (first === undefined || slices.length < 2) {
    return "too-few";
  }
  const placed = slices.map((slice, place) => (slice.plane === null ? null : { ...slice, plane: slice.plane, place }));
  const there = placed.filter((slice) => slice !== null);
  const base = there[0]?.plane;
  if (base === undefined || there.length < slices.length) {
    return "no-place";
  }
  const isAlike = ({ plane, columns, rows }: (typeof there)[number]) =>
    plane.frameOfReferenceUid === base.frameOfReferenceUid &&
    vec3.dot(plane.row, base.row) > 0.9999 &&
    vec3.dot(plane.column, base.column) > 0.9999 &&
    Math.abs(plane.columnMm - base.columnMm) < 1e-3 &&
    Math.abs(plane.rowMm - base.rowMm) < 1e-3 &&
    columns === first.columns &&
    rows === first.rows;
  if (!there.every(isAlike)) {
    return "mixed";
  }
  const sorted = there.map((slice) => ({ ...slice, mm: toPlane(base, slice.plane.origin).awayMm })).sort((a, b) => a.mm - b.mm);
  const isDouble = sorted.some(({ mm }, at) => at > 0 && mm - (sorted[at - 1]?.mm ?? 0) < 0.01);
  const from = sorted[0]?.mm ?? 0;
  return isDouble ? "mixed" : sorted.map((slice) => ({ ...slice, mm: slice.mm - from }));
}

/** Between which slices a point of the stack's normal lies, and how far towards the second. */
export interface Between {
  readonly below: number;
  readonly above: number;
  readonly part: number;
}

/** Null outside of the stack, where half a slice belongs to its ends, and in a gap. */
export function betweenSlices(slices: readonly StackSlice[], mm: number): Between | null {
  const last = slices.length - 1;
  const gaps = slices.slice(1).map((slice, at) => slice.mm - (slices[at]?.mm ?? 0)).sort((a, b) => a - b);
  const usual = gaps[gaps.length >> 1] ?? 0;
  const [bottom, top] = [slices[0]?.mm ?? 0, slices[last]?.mm ?? 0];
  if (mm < bottom || mm > top) {
    const isEdge = mm >= bottom - usual / 2 && mm <= top + usual / 2;
    const end = mm < bottom ? 0 : last;
    return isEdge ? { below: end, above: end, part: 0 } : null;
  }
  const above = Math.max(1, slices.findIndex((slice) => slice.mm >= mm));
  const [from, to] = [slices[above - 1]?.mm ?? 0, slices[above]?.mm ?? 0];
  const part = to > from ? (mm - from) / (to - from) : 0;
  return to - from > GAP_SHARE_MAX * usual && part > 0 && part < 1 ? null : { below: above - 1, above, part };
}

/** Slices farther apart than this many usual distances have something missing between them. */
const GAP_SHARE_MAX = 1.9;

/** How a target lies in the stack: its pixel centres, in steps. */
interface Path {
  readonly mm: readonly [start: number, right: number, down: number];
}

function pathOf(target: Plane, base: Plane): Path {
  const at = (x: number, y: number) => toPlane(base, toPatient(target, { x: x + 0.5, y: y + 0.5 })).awayMm;
  const start = at(0, 0);
  return { mm: [start, at(1, 0) - start, at(0, 1) - start] };
}

/** The slices that an image of this size needs. */
export function slicesFor(target: Plane, size: { readonly columns: number; readonly rows: number }, slices: readonly StackSlice[]): readonly number[] {
  const [base] = slices;
  if (base === undefined || target.frameOfReferenceUid !== base.plane.frameOfReferenceUid) {
    return [];
  }
  const { mm } = pathOf(target, base.plane);
  const corners = [0, 1, 2, 3].map((corner) => mm[0] + (corner & 1) * mm[1] * (size.columns - 1) + (corner >> 1) * mm[2] * (size.rows - 1));
  const [lowest, highest] = [Math.min(...corners), Math.max(...corners)];
  const needed = new Set<number>();
  for (const end of [lowest, highest]) {
    const found = betweenSlices(slices, end);
    [found?.below, found?.above].forEach((place) => (place === undefined ? undefined : needed.add(place)));
  }
  slices.forEach((slice, place) => (slice.mm > lowest && slice.mm < highest ? needed.add(place) : undefined));
  return [...needed].sort((a, b) => a - b);
}

/** The values at each pixel of an image, row by row; NaN where the stack does not reach, or a slice has not come yet. */
export function resample(
  target: Plane,
  size: { readonly columns: number; readonly rows: number },
  slices: readonly StackSlice[],
  valuesOf: (slice: number) => SliceValues | null,
): Float32Array<ArrayBuffer> {
  const { columns, rows } = size;
  const result = new Float32Array(columns * rows).fill(Number.NaN);
  const [base] = slices;
  if (base === undefined || target.frameOfReferenceUid !== base.plane.frameOfReferenceUid) {
    return result;
  }
  const { mm } = pathOf(target, base.plane);
  const readers = new Map<number, ((column: number, row: number) => number) | null>();
  const readerOf = (place: number) => {
    if (!readers.has(place)) {
      const [slice, values] = [slices[place], valuesOf(place)];
      readers.set(place, slice === undefined || values === null ? null : reader(target, slice, values));
    }
    return readers.get(place) ?? null;
  };
  const isParallel = Math.abs(mm[1]) * columns < 1e-3 && Math.abs(mm[2]) * rows < 1e-3;
  let found = betweenSlices(slices, mm[0]);
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      found = isParallel ? found : betweenSlices(slices, mm[0] + column * mm[1] + row * mm[2]);
      if (found !== null) {
        const [below, above] = [readerOf(found.below), readerOf(found.above)];
        if (below !== null && above !== null) {
          const low = below(column, row);
          result[place] = found.part === 0 ? low : low * (1 - found.part) + above(column, row) * found.part;
        }
      }
    }
  }
  return result;
}

/** Reads a slice bilinearly at a pixel of the target; NaN beyond its outer pixels. */
function reader(target: Plane, { plane, columns, rows }: StackSlice, { samples, slope, intercept }: SliceValues): (column: number, row: number) => number {
  const at = (x: number, y: number) => toPlane(plane, toPatient(target, { x: x + 0.5, y: y + 0.5 }));
  const [start, right, down] = [at(0, 0), at(1, 0), at(0, 1)];
  const [xRight, yRight, xDown, yDown] = [right.x - start.x, right.y - start.y, down.x - start.x, down.y - start.y];
  return (column, row) => {
    // From the outer corner to centres.
    const x = start.x + column * xRight + row * xDown - 0.5;
    const y = start.y + column * yRight + row * yDown - 0.5;
    if (!(x >= -0.5 && y >= -0.5 && x <= columns - 0.5 && y <= rows - 0.5)) {
      return Number.NaN;
    }
    const [left, top] = [Math.min(columns - 1, Math.max(0, x)), Math.min(rows - 1, Math.max(0, y))];
    const [x0, y0] = [Math.floor(left), Math.floor(top)];
    const [x1, y1] = [Math.min(columns - 1, x0 + 1), Math.min(rows - 1, y0 + 1)];
    const [partX, partY] = [left - x0, top - y0];
    const upper = (samples[y0 * columns + x0] ?? 0) * (1 - partX) + (samples[y0 * columns + x1] ?? 0) * partX;
    const lower = (samples[y1 * columns + x0] ?? 0) * (1 - partX) + (samples[y1 * columns + x1] ?? 0) * partX;
    return (upper * (1 - partY) + lower * partY) * slope + intercept;
  };
}
