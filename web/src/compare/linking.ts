/** Which image of one series belongs to an image of another. */

import type { FrameDetails, Triple } from "../read/frame-details.js";

/** What is known of a frame's position in the patient. */
export type Place = Pick<FrameDetails, "position" | "rowDirection" | "columnDirection" | "frameOfReferenceUid">;

/** Planes that differ by less than about 8 degrees show the same cut. */
const PARALLEL_MIN = 0.99;

/** Whether positions of two frames can be compared: same frame of reference, and parallel planes. */
export function isSameSpace(a: Place, b: Place): boolean {
  const [normalA, normalB] = [normalOf(a), normalOf(b)];
  return (
    a.frameOfReferenceUid !== null &&
    a.frameOfReferenceUid === b.frameOfReferenceUid &&
    normalA !== null &&
    normalB !== null &&
    a.position !== null &&
    b.position !== null &&
    Math.abs(dot(normalA, normalB)) >= PARALLEL_MIN
  );
}

/** The frame closest to a plane, among those in the same space; null if there is none. */
export function nearestFrame(from: Place, frames: readonly Place[]): number | null {
  const normal = normalOf(from);
  const { position } = from;
  if (normal === null || position === null) {
    return null;
  }
  let nearest: { frame: number; distance: number } | null = null;
  frames.forEach((place, frame) => {
    if (place.position !== null && isSameSpace(from, place)) {
      const distance = Math.abs(dot(normal, subtract(place.position, position)));
      nearest = nearest === null || distance < nearest.distance ? { frame, distance } : nearest;
    }
  });
  return (nearest as { frame: number } | null)?.frame ?? null;
}

/** The frame at the same distance from the joined one, limited to the first and last frame. */
export function offsetFrame(frame: number, offset: number, frames: number): number {
  return Math.min(frames - 1, Math.max(0, frame + offset));
}

function normalOf({ rowDirection: row, columnDirection: column }: Place): Triple | null {
  if (row === null || column === null) {
    return null;
  }
  return [
    row[1] * column[2] - row[2] * column[1],
    row[2] * column[0] - row[0] * column[2],
    row[0] * column[1] - row[1] * column[0],
  ];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function subtract(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
