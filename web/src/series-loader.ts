/** Brings the quick pictures of one series, nearest first. */

import { BoundedFrames } from "./bounded-frames.js";
import type { PackSource } from "./pack-source.js";
import { RangeRequests } from "./range-requests.js";
import type { SeriesIndex } from "./series-index.js";

const REQUESTS_MAX = 2;
/** Small at first, so that something moves soon; larger afterwards, so that the round trips do not count. */
const FIRST_RANGES_BYTES = [48 * 1024, 96 * 1024];
const RANGE_BYTES = 1024 * 1024;
const HELD_BYTES_MAX = 40 * 1024 * 1024;

export class SeriesLoader {
  private readonly held = new BoundedFrames<Uint8Array<ArrayBuffer>>(HELD_BYTES_MAX);
  private readonly requests: RangeRequests;
  private wanted = 0;

  constructor(source: PackSource, index: SeriesIndex, onFrame: (frame: number) => void) {
    const spans = index.frames.map((frame) => frame.preview);
    this.requests = new RangeRequests(source, spans, {
      requestsMax: REQUESTS_MAX,
      bytesMax: (request) => FIRST_RANGES_BYTES[request] ?? RANGE_BYTES,
      isNeeded: (frame) => !this.held.has(frame) && !(this.held.isFull && this.held.has(this.wanted)),
      onFrame: (frame, bytes) => {
        this.held.put(frame, bytes, bytes.length, this.wanted);
        onFrame(frame);
      },
    });
  }

  want(frame: number): void {
    this.wanted = frame;
    this.requests.want(frame);
  }

  bytesOf(frame: number): Uint8Array<ArrayBuffer> | undefined {
    return this.held.get(frame);
  }

  close(): void {
    this.requests.close();
    this.held.clear();
  }
}
