/** Moving pictures: several frames of one instance with a frame time. */

import type { Frame } from "./series-index.js";

/** Projections of a gamma camera have no frame time; turning them ten times a second shows the body. */
const TURN_FRAME_MS = 100;

export interface Clip {
  readonly first: number;
  readonly last: number;
  /** How long each of its frames is shown. */
  readonly frameTimesMs: readonly number[];
}

/** The clip around a frame, or null when it does not belong to one. */
export function clipAround(frames: readonly Frame[], frame: number, modality: string): Clip | null {
  const here = frames[frame];
  const other = modality === "NM" ? TURN_FRAME_MS : null;
  const timeOf = (index: number) => frames[index]?.frameTimeMs ?? other;
  if (here === undefined || timeOf(frame) === null) {
    return null;
  }
  const isSame = (index: number) => {
    const there = frames[index];
    return there?.sopInstanceUid === here.sopInstanceUid && there.runKey === here.runKey;
  };
  let first = frame;
  let last = frame;
  while (isSame(first - 1)) {
    first -= 1;
  }
  while (isSame(last + 1)) {
    last += 1;
  }
  const frameTimesMs = Array.from({ length: last - first + 1 }, (_, index) => timeOf(first + index) ?? TURN_FRAME_MS);
  return last > first ? { first, last, frameTimesMs } : null;
}

/** Plays a clip; waits on a frame that is not there yet. */
export class ClipPlayer {
  /** Faster or slower than recorded. */
  speed = 1;
  isLooping = true;
  private animation = 0;

  get isPlaying(): boolean {
    return this.animation !== 0;
  }

  /** `timeMs` says how long the frame now shown stays; `advance` shows the next one, or answers false to wait. */
  play(timeMs: () => number, advance: () => boolean): void {
    this.stop();
    let due = performance.now() + timeMs() / this.speed;
    const tick = (now: number) => {
      this.animation = requestAnimationFrame(tick);
      if (now >= due && advance()) {
        due = Math.max(due + timeMs() / this.speed, now);
      }
    };
    this.animation = requestAnimationFrame(tick);
  }

  stop(): void {
    cancelAnimationFrame(this.animation);
    this.animation = 0;
  }
}
