/** Where three planes cross, and how they are turned: what all views of a volume share. */

import { vec3 } from "gl-matrix";
import type { Triple } from "../../read/frame-details.js";
import { transform, type VolumeGeometry } from "./geometry.js";
import { lastWithin, normalOf, PLANES, stepped, turned, UPRIGHT, within, type Basis, type ShownPlane, type Slab } from "./plane.js";
import type { PlaneName } from "./commands.js";

const SLACK_MM = 1e-3;

export class Crosshair {
  point: Triple;
  bases: Readonly<Record<PlaneName, Basis>> = UPRIGHT;
  slab: Slab = { mode: "mean", mm: 0 };
  /** A hand is on it: speed counts for more than sharpness. */
  isMoving = false;
  private readonly start: Triple;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly geometry: VolumeGeometry) {
    const { columns, rows, places, toPatient } = geometry;
    // The centre of a voxel, so that planes along the axes show stored values.
    this.start = transform(toPatient, [columns >> 1, rows >> 1, places[places.length >> 1] ?? 0]);
    this.point = this.start;
  }

  /** Returns a function that stops listening. */
  listen(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }

  isTurned(plane: PlaneName): boolean {
    return this.bases[plane] !== UPRIGHT[plane];
  }

  /** Moves within a plane, which stays where it is even if the slices lie across it and the hand has left them. */
  moveTo(point: Triple, plane: PlaneName): void {
    const inside = within(this.geometry, point);
    const aside = vec3.dot(vec3.subtract([0, 0, 0], inside, point), normalOf(this.bases[plane]));
    this.point = Math.abs(aside) < SLACK_MM ? inside : lastWithin(this.geometry, this.point, point);
    this.tell();
  }

  step(plane: PlaneName, by: number): void {
    this.point = stepped(this.geometry, this.bases[plane], this.point, by);
    this.tell();
  }

  /** Turns the other planes around the line of sight of this one. */
  turn(plane: PlaneName, radians: number): void {
    const axis = normalOf(this.bases[plane]);
    const others = PLANES.filter((name) => name !== plane).map((name) => [name, turned(this.bases[name], axis, radians)] as const);
    this.bases = { ...this.bases, ...Object.fromEntries(others) };
    this.tell();
  }

  setSlab(slab: Slab): void {
    this.slab = slab;
    this.tell();
  }

  /** A plane as another room has it. */
  take({ name, point, basis, slab }: ShownPlane): void {
    const upright = UPRIGHT[name];
    const isUpright = vec3.exactEquals(basis.right, upright.right) && vec3.exactEquals(basis.down, upright.down);
    const inside = within(this.geometry, point);
    // To the last digit, so that what is measured there is measured on the same plane.
    this.point = vec3.distance(inside, point) < SLACK_MM ? point : inside;
    this.bases = { ...this.bases, [name]: isUpright ? upright : basis };
    this.slab = slab;
    this.tell();
  }

  setMoving(isMoving: boolean): void {
    this.isMoving = isMoving;
    this.tell();
  }

  reset(): void {
    this.point = this.start;
    this.bases = UPRIGHT;
    this.slab = { mode: this.slab.mode, mm: 0 };
    this.tell();
  }

  private tell(): void {
    this.listeners.forEach((told) => told());
  }
}

/** The direction of the line in which one plane cuts another. */
export function cutDirection(a: Basis, b: Basis): Triple {
  return vec3.normalize([0, 0, 0], vec3.cross([0, 0, 0], normalOf(a), normalOf(b))) as Triple;
}
