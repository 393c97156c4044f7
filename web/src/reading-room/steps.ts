/** Which image comes next, where wheel and keys go through some images of a series only. */

/** Frames among which steps go, and at which of them they stop. */
export interface Steps {
  /** The frames that belong together with one, in their order, such as those of its volume; null for all in a row. */
  readonly run: ((frame: number) => readonly number[]) | null;
  /** Null stops at each. */
  readonly isStop: ((frame: number) => boolean) | null;
}

export const EVERY_FRAME: Steps = { run: null, isStop: null };

/** The frame that is `by` stops from another; the first or last one beyond them. A run without a stop is gone through frame by frame. */
export function frameFrom({ run, isStop }: Steps, frames: number, frame: number, by: number): number {
  const row = run?.(frame) ?? Array.from({ length: frames }, (_, place) => place);
  const here = row.indexOf(frame);
  if (here < 0) {
    return frame + by;
  }
  const marked = isStop === null ? [] : row.flatMap((one, place) => (isStop(one) ? [place] : []));
  const stops = marked.length > 0 ? marked : row.map((_, place) => place);
  const after = stops.findIndex((place) => place > here);
  const before = stops.filter((place) => place < here).length - 1;
  const from = by > 0 ? (after < 0 ? stops.length : after) - 1 : before + 1;
  return row[stops[Math.min(stops.length - 1, Math.max(0, from + by))] ?? here] ?? frame;
}

/** Where to begin when steps get stops: here, at the next one of the run, or at that of another run if this one has none. */
export function firstStop(steps: Steps, frames: number, frame: number): number {
  const { run, isStop } = steps;
  if (isStop === null || isStop(frame)) {
    return frame;
  }
  const isInRun = run !== null && run(frame).some(isStop);
  const next = frameFrom(isInRun ? steps : { run: null, isStop }, frames, frame, 1);
  return isStop(next) ? next : frame;
}
