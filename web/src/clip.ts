/** Moving pictures: several frames of one instance with a frame time. */

import type { Frame } from "./series-index.js";

export interface Clip {
  readonly first: number;
  readonly last: number;
  readonly frameTimeMs: number;
}

/** The clip around a frame, or null when it does not belong to one. */
export function clipAround(frames: readonly Frame[], frame: number): Clip | null {
  const here = frames[frame];
  if (here === undefined || here.frameTimeMs === null) {
    return null;
  }
  const isSame = (index: number) => frames[index]?.sopInstanceUid === here.sopInstanceUid;
  let first = frame;
  let last = frame;
  while (isSame(first - 1)) {
    first -= 1;
  }
  while (isSame(last + 1)) {
    last += 1;
  }
  return last > first ? { first, last, frameTimeMs: here.frameTimeMs } : null;
}

/** Plays a clip in a loop; waits on a frame that is not there yet. */
export class ClipPlayer {
  private animation = 0;

  get isPlaying(): boolean {
    return this.animation !== 0;
  }

  /** `advance` shows the next frame, or answers false when it has to wait for it. */
  play(frameTimeMs: number, advance: () => boolean): void {
    this.stop();
    let due = performance.now() + frameTimeMs;
    const tick = (now: number) => {
      this.animation = requestAnimationFrame(tick);
      if (now >= due) {
        advance();
        due = Math.max(due + frameTimeMs, now);
      }
    };
    this.animation = requestAnimationFrame(tick);
  }

  stop(): void {
    cancelAnimationFrame(this.animation);
    this.animation = 0;
  }
}
