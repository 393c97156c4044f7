/** Which frame and which view of one pane belong to those of another. */

import { vec3 } from "gl-matrix";
import { isSameSpace, nearestFrame, offsetFrame } from "../../compare/linking.js";
import type { FrameDetails, Triple } from "../../read/frame-details.js";
import { pixelSide, type Point, type Raster, type Size, type View } from "../../view-geometry.js";
import { planeOf, toPatient, toPicture } from "../tools/planes.js";

/** Planes that differ by less than about 8 degrees show the same cut. */
const PARALLEL_MIN = 0.99;

/** A series, and the frame that was shown when it was linked. */
export interface Linked {
  readonly details: readonly FrameDetails[];
  readonly joined: number;
}

/**
 * The frame of `other` that belongs to a frame of `leader`: at the same place in the body where both are in one frame of
 * reference; as many millimetres from where both were linked if they are parallel, as those of another day; else as many
 * images from there.
 */
export function frameBeside(leader: Linked, frame: number, other: Linked): number {
  const { details } = other;
  const here = leader.details[frame];
  const nearest = here === undefined ? null : nearestFrame(here, details);
  if (here !== undefined && nearest !== null) {
    return nearest;
  }
  return frameAsFar(leader, frame, other) ?? offsetFrame(frame, other.joined - leader.joined, details.length);
}

function frameAsFar(leader: Linked, frame: number, other: Linked): number | null {
  const [here, begin, otherBegin] = [leader.details[frame], leader.details[leader.joined], other.details[other.joined]];
  const normal = normalOf(begin);
  const isParallel = [here, otherBegin].every((details) => {
    const turned = normalOf(details);
    return normal !== null && turned !== null && Math.abs(vec3.dot(normal, turned)) >= PARALLEL_MIN;
  });
  const height = (details: FrameDetails | undefined) => (normal === null || details?.position == null ? null : vec3.dot(details.position, normal));
  const [now, then, otherThen] = [height(here), height(begin), height(otherBegin)];
  if (!isParallel || now === null || then === null || otherThen === null) {
    return null;
  }
  const wanted = otherThen + now - then;
  let nearest: { readonly frame: number; readonly mm: number } | null = null;
  for (const [at, details] of other.details.entries()) {
    const mm = Math.abs((height(details) ?? Number.POSITIVE_INFINITY) - wanted);
    nearest = nearest === null || mm < nearest.mm ? { frame: at, mm } : nearest;
  }
  return nearest?.frame ?? null;
}

function normalOf(details: FrameDetails | undefined): Triple | null {
  const { rowDirection: row, columnDirection: column } = details ?? {};
  return row == null || column == null ? null : (vec3.cross([0, 0, 0], row, column) as Triple);
}

/** A picture on its stage. */
export interface Seen {
  readonly details: FrameDetails;
  readonly view: View;
  readonly raster: Raster;
  readonly size: Size;
}

/**
 * The view of `other` in which a millimetre is as long as in that of `leader`, and which has the same place of the body,
 * or the same place of the picture, in its centre. Each keeps its rotation. Without sizes of pixels both are enlarged
 * alike.
 */
export function viewBeside(leader: Seen, other: Seen): View {
  const [mm, otherMm] = [leader.details.spacing?.columnMm, other.details.spacing?.columnMm];
  const { view } = other;
  if (mm === undefined || otherMm === undefined) {
    return { ...view, scale: leader.view.scale, shift: leader.view.shift };
  }
  const side = (pixelSide(leader.view, leader.raster, leader.size) * otherMm) / mm;
  const fitted = pixelSide({ ...view, scale: 1 }, other.raster, other.size);
  const scaled = { ...view, scale: side / fitted };
  const centre = centreIn(leader, other);
  return { ...scaled, shift: centre === null ? leader.view.shift : shiftTo(centre, side, scaled, other.raster) };
}

/** The point of the other picture at the place in the body that is in the centre of the leader's stage. */
function centreIn(leader: Seen, other: Seen): Point | null {
  const [plane, otherPlane] = [planeOf(leader.details), planeOf(other.details)];
  if (plane === null || otherPlane === null || !isSameSpace(leader.details, other.details)) {
    return null;
  }
  const { turn, shift } = leader.view;
  const side = pixelSide(leader.view, leader.raster, leader.size);
  // A rotation's inverse is its transpose.
  const x = leader.raster.columns / 2 - (turn.a * shift.x + turn.b * shift.y) / side;
  const y = leader.raster.rows / 2 - (turn.c * shift.x + turn.d * shift.y) / (side * leader.raster.aspect);
  return toPicture(otherPlane, toPatient(plane, { x, y }));
}

/** The shift that brings a point of the picture to the centre of the stage. */
function shiftTo({ x, y }: Point, side: number, { turn }: View, { columns, rows, aspect }: Raster): Point {
  const from = { x: (x - columns / 2) * side, y: (y - rows / 2) * side * aspect };
  return { x: -(turn.a * from.x + turn.c * from.y) + 0, y: -(turn.b * from.x + turn.d * from.y) + 0 };
}
