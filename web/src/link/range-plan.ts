/** Which bytes of a pack to fetch next: those closest to the current frame. */

import type { Span } from "../read/series-index.js";

/** Frames that lie one behind the other in the pack, in this order, and the bytes that contain them. */
export interface FrameRange {
  readonly frames: readonly number[];
  readonly start: number;
  readonly end: number;
}

export class RangePlan {
  /** Frames by their first byte, and by the one behind their last: they may lie in another order than they are shown. */
  private readonly starting = new Map<number, number>();
  private readonly ending = new Map<number, number>();

  constructor(private readonly spans: readonly (Span | null)[]) {
    spans.forEach((span, frame) => {
      if (span !== null && span.length > 0) {
        this.starting.set(span.offset, frame);
        this.ending.set(span.offset + span.length, frame);
      }
    });
  }

  /**
   * The next range: the needed frame closest to the wanted one, extended by needed frames beside it in the pack, the
   * closer ones first, while they fit into `bytesMax`. A frame larger than that comes alone.
   */
  next(isNeeded: (frame: number) => boolean, wanted: number, bytesMax: number): FrameRange | null {
    const { spans } = this;
    const seed = nearest(spans.length, wanted, (frame) => spans[frame] != null && isNeeded(frame));
    const span = seed === null ? null : spans[seed];
    if (seed === null || span == null) {
      return null;
    }
    const frames = [seed];
    let [start, end] = [span.offset, span.offset + span.length];
    for (;;) {
      const fits = (frame: number | undefined) =>
        frame !== undefined && isNeeded(frame) && end - start + (spans[frame]?.length ?? 0) <= bytesMax ? Math.abs(frame - wanted) : null;
      const [after, before] = [this.starting.get(end), this.ending.get(start)];
      const [far, near] = [fits(after), fits(before)];
      if (after !== undefined && far !== null && (near === null || far <= near)) {
        frames.push(after);
        end += spans[after]?.length ?? 0;
      } else if (before !== undefined && near !== null) {
        frames.unshift(before);
        start -= spans[before]?.length ?? 0;
      } else {
        return { frames, start, end };
      }
    }
  }
}

/** The needed frame closest to the wanted one; the following one is preferred. */
function nearest(frames: number, wanted: number, isNeeded: (frame: number) => boolean): number | null {
  for (let distance = 0; distance < frames; distance++) {
    for (const frame of [wanted + distance, wanted - distance]) {
      if (frame >= 0 && frame < frames && isNeeded(frame)) {
        return frame;
      }
    }
  }
  return null;
}
