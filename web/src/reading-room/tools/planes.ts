/** Planes of images in the patient: from a point of a picture to millimetres and back (PS3.3 C.7.6.2.1.1). */

import { vec3 } from "gl-matrix";
import { frameDetails, type FrameDetails, type Triple } from "../../read/frame-details.js";
import type { SeriesIndex } from "../../read/series-index.js";
import type { Point } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";

export interface ImagePlane {
  readonly frameOfReferenceUid: string;
  /** The centre of the first pixel, in millimetres. */
  readonly origin: Triple;
  readonly row: Triple;
  readonly column: Triple;
  readonly normal: Triple;
  readonly rowMm: number;
  readonly columnMm: number;
  readonly rows: number;
  readonly columns: number;
}

/** Planes whose normals differ by less do not cut each other in a line that would mean anything. */
const CROSSING_MIN = Math.sin((3 * Math.PI) / 180);

/** The plane of a frame; null if the frame does not say where it lies. */
export function planeOf({ position, rowDirection, columnDirection, spacing, frameOfReferenceUid, rows, columns }: FrameDetails): ImagePlane | null {
  if (position === null || rowDirection === null || columnDirection === null || spacing === null || frameOfReferenceUid === null) {
    return null;
  }
  const unit = (direction: Triple) => vec3.normalize([0, 0, 0], direction) as Triple;
  const [row, column] = [unit(rowDirection), unit(columnDirection)];
  const normal = unit(vec3.cross([0, 0, 0], row, column) as Triple);
  const { rowMm, columnMm } = spacing;
  return { frameOfReferenceUid, origin: position, row, column, normal, rowMm, columnMm, rows, columns };
}

/** A point of a picture (0,0 is the outer corner of its first pixel) in the patient. */
export function toPatient({ origin, row, column, rowMm, columnMm }: ImagePlane, { x, y }: Point): Triple {
  const along = vec3.scaleAndAdd([0, 0, 0], origin, row, (x - 0.5) * columnMm);
  return vec3.scaleAndAdd(along, along, column, (y - 0.5) * rowMm) as Triple;
}

/** The point of a picture closest to a place in the patient, and how far in front of the plane that is. */
export function toPicture({ origin, row, column, normal, rowMm, columnMm }: ImagePlane, place: Triple): Point & { readonly distanceMm: number } {
  const from = vec3.subtract([0, 0, 0], place, origin);
  return { x: vec3.dot(from, row) / columnMm + 0.5, y: vec3.dot(from, column) / rowMm + 0.5, distanceMm: vec3.dot(from, normal) };
}

export function isInPicture({ rows, columns }: ImagePlane, { x, y }: Point): boolean {
  return x >= 0 && y >= 0 && x <= columns && y <= rows;
}

/** The line in which the picture of `cut` cuts that of `seen`, in pixels of `seen`; null if it does not. */
export function cutLine(cut: ImagePlane, seen: ImagePlane): readonly [Point, Point] | null {
  const isCrossing = vec3.length(vec3.cross([0, 0, 0], cut.normal, seen.normal)) >= CROSSING_MIN;
  if (cut.frameOfReferenceUid !== seen.frameOfReferenceUid || !isCrossing) {
    return null;
  }
  const { columns, rows } = cut;
  const corners = [{ x: 0, y: 0 }, { x: columns, y: 0 }, { x: columns, y: rows }, { x: 0, y: rows }].map((corner) => toPatient(cut, corner));
  const sides = corners.map((corner) => toPicture(seen, corner).distanceMm);
  const ends = corners.flatMap((corner, place) => {
    const next = (place + 1) % corners.length;
    const [here, there] = [sides[place] ?? 0, sides[next] ?? 0];
    if (here > 0 === there > 0) {
      return [];
    }
    return [vec3.lerp([0, 0, 0], corner, corners[next] ?? corner, here / (here - there)) as Triple];
  });
  const [a, b] = ends.map((end) => toPicture(seen, end));
  return a === undefined || b === undefined ? null : [{ x: a.x, y: a.y }, { x: b.x, y: b.y }];
}

/** The frame whose picture a place in the patient lies in, or next to; null if it is farther from all than they are from each other. */
export function frameAt(place: Triple, planes: readonly (ImagePlane | null)[], frameOfReferenceUid: string): number | null {
  let nearest: { readonly frame: number; readonly mm: number } | null = null;
  const heights: number[] = [];
  for (const [frame, plane] of planes.entries()) {
    if (plane !== null && plane.frameOfReferenceUid === frameOfReferenceUid) {
      const at = toPicture(plane, place);
      heights.push(at.distanceMm);
      const mm = Math.abs(at.distanceMm);
      if (isInPicture(plane, at) && (nearest === null || mm < nearest.mm)) {
        nearest = { frame, mm };
      }
    }
  }
  return nearest === null || nearest.mm > reachOf(heights) ? null : nearest.frame;
}

const SINGLE_REACH_MM = 5;
const SAME_PLACE_MM = 0.01;

/** The usual distance between two slices, of which the distances to one place are given. */
function reachOf(heights: readonly number[]): number {
  const sorted = [...heights].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((height, place) => height - (sorted[place] ?? 0)).filter((gap) => gap > SAME_PLACE_MM);
  return gaps.length === 0 ? SINGLE_REACH_MM : ([...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? SINGLE_REACH_MM);
}

const known = new WeakMap<SeriesIndex, readonly FrameDetails[]>();

/** What is known of all frames of a series. */
export function detailsOf(index: SeriesIndex): readonly FrameDetails[] {
  const details = known.get(index) ?? index.frames.map((frame) => frameDetails(frame));
  known.set(index, details);
  return details;
}

/** What is known of the picture in a pane: of a frame, or of a plane in place of it. */
export function shownDetails({ pane, marks }: RoomPane): FrameDetails | null {
  return marks.subject?.details ?? (pane.index === null ? null : (detailsOf(pane.index)[pane.frame] ?? null));
}

export function shownPlane(pane: RoomPane): ImagePlane | null {
  const details = pane.content !== null && pane.marks.subject === null ? null : shownDetails(pane);
  return details === null ? null : planeOf(details);
}
