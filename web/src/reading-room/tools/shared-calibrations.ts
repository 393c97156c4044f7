/**
 * Calibrations by hand while several readers look at one image: those of all, the last drawn one last, so that one distance has one
 * length on every screen. Alone, a reader has their own.
 */

import type { Annotation } from "../../tools/annotations.js";
import { CALIBRATE, CALIBRATE_SERIES } from "../../tools/measuring/calibrate.js";

export interface Dated {
  readonly mark: Annotation;
  /** By the server's clock; a mark that was not told yet is the last. */
  readonly atMs: number;
  readonly id: string;
}

export class SharedCalibrations {
  private known: (() => readonly Dated[]) | null = null;

  share(known: () => readonly Dated[]): void {
    this.known = known;
  }

  /** Null for a reader alone. */
  get all(): readonly Annotation[] | null {
    const found = this.known?.() ?? null;
    const order = (a: Dated, b: Dated) => a.atMs - b.atMs || (a.id < b.id ? -1 : Number(a.id > b.id));
    return found === null ? null : [...found].sort(order).map(({ mark }) => mark);
  }
}

export const SHARED_CALIBRATIONS = new SharedCalibrations();

export function isCalibration({ kind }: Pick<Annotation, "kind">): boolean {
  return kind === CALIBRATE.name || kind === CALIBRATE_SERIES.name;
}
