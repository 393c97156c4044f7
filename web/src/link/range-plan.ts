/** Which bytes of a pack to fetch next: those closest to the current frame. */

import type { Span } from "../read/series-index.js";

/** Consecutive frames and the bytes that contain them. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The next range: the needed frame closest to the wanted one, extended towards its nearest needed neighbours while they
 * are adjacent in the pack and fit into `bytesMax`. A frame larger than that comes alone.
 */
export function nextRange(
  spans: readonly (Span | null)[],
  isNeeded: (frame: number) => boolean,
  wanted: number,
  bytesMax: number,
): FrameRange | null {
  const isThere = (frame: number) => isSpan(spans[frame]) && isNeeded(frame);
  const seed = nearest(spans.length, wanted, isThere);
  const span = seed === null ? undefined : spans[seed];
  if (seed === null || span === undefined || span === null) {
    return null;
  }
  let range: FrameRange = { first: seed, last: seed, start: span.offset, end: span.offset + span.length };
  for (;;) {
    const sides = [range.last + 1, range.first - 1].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    const grown = sides
      .filter((frame) => isSpan(spans[frame]) && isNeeded(frame))
      .map((frame) => grow(range, frame, spans[frame]))
      .find((candidate) => candidate !== null && candidate.end - candidate.start <= bytesMax);
    if (grown === undefined || grown === null) {
      return range;
    }
    range = grown;
  }
}

function grow(range: FrameRange, frame: number, span: Span | null | undefined): FrameRange | null {
  if (!isSpan(span)) {
    return null;
  }
  if (frame > range.last && span.offset === range.end) {
    return { ...range, last: frame, end: range.end + span.length };
  }
  if (frame < range.first && span.offset + span.length === range.start) {
    return { ...range, first: frame, start: span.offset };
  }
  return null;
}

function isSpan(span: Span | null | undefined): span is Span {
  return span !== undefined && span !== null;
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
