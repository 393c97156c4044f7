/** How far a finger moves per image. */

const STEP_PX_MIN = 8;
const STEP_PX_MAX = 48;

/** A swipe across the stage goes through a short series once; in a long one images move at a pace an eye can follow. */
export function stepPx(frames: number, stageWidth: number): number {
  return Math.min(STEP_PX_MAX, Math.max(STEP_PX_MIN, stageWidth / Math.max(1, frames)));
}

/** Turns small movements into whole steps and keeps the remainder for the next one. */
export class StepCounter {
  private rest = 0;

  /** Movement `by`, in the unit of `step`; returns whole steps. */
  add(by: number, step: number): number {
    this.rest += by;
    const steps = Math.trunc(this.rest / step);
    this.rest -= steps * step;
    return steps;
  }

  reset(): void {
    this.rest = 0;
  }
}
