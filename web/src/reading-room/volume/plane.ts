/** Planes through a volume. All points and directions are in millimetres of the patient: to the left, back and head. */

import { vec3 } from "gl-matrix";
import type { Triple } from "../../read/frame-details.js";
import { cornersOf, transform, type VolumeGeometry } from "./geometry.js";
import type { PlaneName, SlabMode } from "./commands.js";

/** Directions of the right and lower edge of the screen; unit vectors, perpendicular to each other. */
export interface Basis {
  readonly right: Triple;
  readonly down: Triple;
}

/** As doctors look at them: from the feet, from the front, and from the left side. */
export const UPRIGHT: Readonly<Record<PlaneName, Basis>> = {
  axial: { right: [1, 0, 0], down: [0, 1, 0] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1] },
};
export const PLANES = Object.keys(UPRIGHT) as readonly PlaneName[];

/** What is put together across the plane; a thickness of 0 is the plane alone. */
export interface Slab {
  readonly mode: SlabMode;
  readonly mm: number;
}

/** A plane as a room shows it: which one, through which point, turned how. */
export interface ShownPlane {
  /** Frames of the volume that is cut, all or one: a series may have several volumes. */
  readonly frames: readonly number[];
  readonly name: PlaneName;
  readonly point: Triple;
  readonly basis: Basis;
  readonly slab: Slab;
}

/** The pixels of a plane: squares that cover the whole volume. */
export interface PlaneRaster {
  readonly basis: Basis;
  readonly columns: number;
  readonly rows: number;
  /** Side of a pixel. */
  readonly mm: number;
  /** The outer corner of the first pixel. */
  readonly corner: Triple;
}

/** In voxels: the centre of the first pixel, one pixel to the right, down, and one sample into the depth. */
export interface Sampling {
  readonly origin: Triple;
  readonly right: Triple;
  readonly down: Triple;
  readonly deep: Triple;
  /** How many samples across the slab. */
  readonly samples: number;
}

export function normalOf({ right, down }: Basis): Triple {
  return vec3.cross([0, 0, 0], right, down) as Triple;
}

/**
 * The raster of a plane through a point, as sharp as the slices. An upright one fits the volume; a turned one is as wide
 * as the volume is from corner to corner, so that the picture keeps its scale while it is being turned.
 */
export function rasterOf(geometry: VolumeGeometry, basis: Basis, through: Triple): PlaneRaster {
  const mm = Math.min(geometry.columnMm, geometry.rowMm);
  const normal = normalOf(basis);
  const corners = cornersOf(geometry);
  const isUpright = PLANES.some((name) => vec3.equals(UPRIGHT[name].right, basis.right) && vec3.equals(UPRIGHT[name].down, basis.down));
  const [first = [0, 0, 0], last = [0, 0, 0]] = [corners[0], corners[7]] as const;
  const diagonal = Math.max(...corners.slice(0, 4).map((corner, place) => vec3.distance(corner, corners[7 - place] ?? corner)));
  const middle = vec3.lerp([0, 0, 0], first, last, 0.5);
  const range = (axis: Triple) => {
    const along = corners.map((corner) => vec3.dot(corner, axis));
    const [from, to] = [Math.min(...along), Math.max(...along)];
    return isUpright
      ? { from, count: Math.max(1, Math.ceil((to - from) / mm - 1e-6)) }
      : { from: vec3.dot(middle, axis) - diagonal / 2, count: Math.ceil(diagonal / mm) };
  };
  const [across, along] = [range(basis.right), range(basis.down)];
  const corner = vec3.scale([0, 0, 0], basis.right, across.from);
  vec3.scaleAndAdd(corner, corner, basis.down, along.from);
  vec3.scaleAndAdd(corner, corner, normal, vec3.dot(through, normal));
  return { basis, mm, columns: across.count, rows: along.count, corner: corner as Triple };
}

/** Where a point of the raster (0,0 is the outer corner of its first pixel) is in the patient. */
export function pointAt({ basis, corner, mm }: PlaneRaster, x: number, y: number): Triple {
  const across = vec3.scaleAndAdd([0, 0, 0], corner, basis.right, x * mm);
  return vec3.scaleAndAdd([0, 0, 0], across, basis.down, y * mm) as Triple;
}

/** The point of the raster below a point of the patient. */
export function rasterPoint({ basis, corner, mm }: PlaneRaster, point: Triple): { readonly x: number; readonly y: number } {
  const from = vec3.subtract([0, 0, 0], point, corner);
  return { x: vec3.dot(from, basis.right) / mm, y: vec3.dot(from, basis.down) / mm };
}

export function samplingOf(geometry: VolumeGeometry, raster: PlaneRaster, slab: Slab): Sampling {
  const { toVoxel } = geometry;
  const { basis, mm } = raster;
  const scaled = (axis: Triple, by: number) => transform(toVoxel, vec3.scale([0, 0, 0], axis, by) as Triple, true);
  const normal = normalOf(basis);
  const samples = Math.max(1, Math.ceil(slab.mm / voxelMm(geometry, normal) - 1e-6));
  return {
    origin: transform(toVoxel, pointAt(raster, 0.5, 0.5)),
    right: scaled(basis.right, mm),
    down: scaled(basis.down, mm),
    deep: scaled(normal, slab.mm / samples),
    samples,
  };
}

/** How far one moves along a direction until the next voxel: one column, row or slice further. */
export function voxelMm({ toVoxel }: VolumeGeometry, direction: Triple): number {
  return 1 / Math.max(...transform(toVoxel, direction, true).map(Math.abs));
}

/** The lowest and highest slice place that a plane and its slab touch. */
export function placesTouched(raster: PlaneRaster, { origin, right, down, deep, samples }: Sampling, { mode }: Slab): readonly [number, number] {
  // An extreme value is looked for up to the faces.
  const half = ((mode === "mean" ? samples - 1 : samples) / 2) * deep[2];
  const [x, y] = [(raster.columns - 1) * right[2], (raster.rows - 1) * down[2]];
  const places = [0, x, y, x + y].flatMap((by) => [origin[2] + by - half, origin[2] + by + half]);
  return [Math.min(...places), Math.max(...places)];
}

/** A point within the volume, as close as possible. */
export function within({ columns, rows, places, toPatient, toVoxel }: VolumeGeometry, point: Triple): Triple {
  const last = [columns - 1, rows - 1, places[places.length - 1] ?? 0];
  const inside = transform(toVoxel, point).map((place, axis) => Math.min(last[axis] ?? 0, Math.max(0, place)));
  return transform(toPatient, inside as unknown as Triple);
}

/** The last point within the volume on the way from one that is within it. */
export function lastWithin({ columns, rows, places, toPatient, toVoxel }: VolumeGeometry, from: Triple, to: Triple): Triple {
  const last = [columns - 1, rows - 1, places[places.length - 1] ?? 0];
  const [start, end] = [transform(toVoxel, from), transform(toVoxel, to)];
  const shares = start.map((at, axis) => {
    const way = (end[axis] ?? 0) - at;
    const limit = way > 0 ? (last[axis] ?? 0) : 0;
    return Math.abs(way) < 1e-9 ? 1 : Math.max(0, (limit - at) / way);
  });
  return transform(toPatient, vec3.lerp([0, 0, 0], start, end, Math.min(1, ...shares)) as Triple);
}

/** A point moved along the normal of a plane; from slice to slice if the plane lies in the slices. */
export function stepped(geometry: VolumeGeometry, basis: Basis, point: Triple, by: number): Triple {
  const { toVoxel, toPatient, places } = geometry;
  const normal = normalOf(basis);
  const isInSlices = [basis.right, basis.down].every((axis) => Math.abs(transform(toVoxel, axis, true)[2]) < 1e-4);
  if (!isInSlices) {
    return within(geometry, vec3.scaleAndAdd([0, 0, 0], point, normal, by * voxelMm(geometry, normal)) as Triple);
  }
  const [x, y, z] = transform(toVoxel, point);
  const forth = Math.sign(transform(toVoxel, normal, true)[2]) * by;
  const slice = Math.min(places.length - 1, Math.max(0, nearestSlice(places, z) + forth));
  const moved = transform(toPatient, [x, y, places[slice] ?? 0]);
  // In a sheared volume the next slice lies beside this one; the crosshair keeps its place on the screen.
  const depth = vec3.dot(vec3.subtract([0, 0, 0], moved, point), normal);
  return vec3.scaleAndAdd([0, 0, 0], point, normal, depth) as Triple;
}

/** Which slice is nearest to a place. */
export function nearestSlice(places: readonly number[], place: number): number {
  return places.reduce((best, at, slice) => (Math.abs(at - place) < Math.abs((places[best] ?? 0) - place) ? slice : best), 0);
}

/** A basis turned around an axis of unit length (Rodrigues). */
export function turned({ right, down }: Basis, axis: Triple, radians: number): Basis {
  const by = (direction: Triple) => {
    const moved = vec3.scale([0, 0, 0], direction, Math.cos(radians));
    vec3.scaleAndAdd(moved, moved, vec3.cross([0, 0, 0], axis, direction), Math.sin(radians));
    vec3.scaleAndAdd(moved, moved, axis, vec3.dot(axis, direction) * (1 - Math.cos(radians)));
    return vec3.normalize([0, 0, 0], moved) as Triple;
  };
  const across = by(right);
  // Exactly perpendicular after any number of turns.
  const along = vec3.cross([0, 0, 0], vec3.cross([0, 0, 0], across, by(down)), across);
  return { right: across, down: vec3.normalize([0, 0, 0], along) as Triple };
}
