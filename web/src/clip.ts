/** Moving pictures: frames of one instance, and stacks of slices. */

import type { Frame, SeriesIndex } from "./read/series-index.js";

/** Projections of a gamma camera have no frame time; turning them ten times a second shows the body. */
const TURN_FRAME_MS = 100;
/** A pace at which an eye can follow the slices of a stack. */
const STACK_FRAME_MS = 100;
/** The phases of a heart at one slice make one beat. */
const BEAT_MS = 900;
const BEAT_FRAME_MS_MIN = 30;
/** Films without a time: a pace for fast motion, and one for everything else. */
const FILM_FRAME_MS: Readonly<Record<string, number>> = { US: 40, IVUS: 40, XA: 1000 / 15, RF: 1000 / 15, NM: TURN_FRAME_MS };
const OTHER_FRAME_MS = 100;
const STACKED = ["CT", "MR", "PT"];

export interface Clip {
  readonly first: number;
  readonly last: number;
  /** How long each frame is shown. */
  readonly frameTimesMs: readonly number[];
}

/** The clip that a frame belongs to, or null if there is none. */
export function clipAround(frames: readonly Frame[], frame: number, modality: string): Clip | null {
  const here = frames[frame];
  if (here === undefined || frames.length < 2) {
    return null;
  }
  const isSame = (index: number) => {
    const there = frames[index];
    return here.beatKey === null
      ? there?.sopInstanceUid === here.sopInstanceUid && there.runKey === here.runKey
      : there?.beatKey === here.beatKey;
  };
  let first = frame;
  let last = frame;
  while (isSame(first - 1)) {
    first -= 1;
  }
  while (isSame(last + 1)) {
    last += 1;
  }
  const run = frames.slice(first, last + 1);
  // A vector of times begins with 0 (PS3.3 C.7.6.5.1.2), so one frame's time may be missing.
  const stated = run.find(({ frameTimeMs }) => frameTimeMs !== null)?.frameTimeMs;
  if (here.beatKey !== null && run.length > 1) {
    return { first, last, frameTimesMs: run.map(() => Math.max(BEAT_MS / run.length, BEAT_FRAME_MS_MIN)) };
  }
  if (STACKED.includes(modality) && (run.length < 2 || stated == null)) {
    return { first: 0, last: frames.length - 1, frameTimesMs: frames.map(() => STACK_FRAME_MS) };
  }
  const usual = stated ?? FILM_FRAME_MS[modality] ?? OTHER_FRAME_MS;
  return run.length < 2 ? null : { first, last, frameTimesMs: run.map(({ frameTimeMs }) => frameTimeMs ?? usual) };
}

/** Whether a series has anything to play; then the play button keeps its place. */
export function hasClip({ frames, modality }: SeriesIndex): boolean {
  const isRun = ({ sopInstanceUid, runKey }: Frame, place: number) =>
    frames[place + 1]?.sopInstanceUid === sopInstanceUid && frames[place + 1]?.runKey === runKey;
  return frames.length > 1 && (STACKED.includes(modality) || frames.some(isRun));
}

/** Plays a clip; waits at a frame that has not arrived yet. */
export class ClipPlayer {
  /** Faster or slower than recorded. */
  speed = 1;
  isLooping = true;
  private animation = 0;

  get isPlaying(): boolean {
    return this.animation !== 0;
  }

  /** `timeMs` returns how long the current frame stays; `advance` shows the next one, or returns false to wait. */
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
