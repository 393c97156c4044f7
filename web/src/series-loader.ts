/**
 * Brings the quick pictures of one series: few around the wanted frame, so that something moves soon; then, as long
 * as the shown frame in full quality is on its way, nothing; then all others in few requests.
 */

import { BoundedFrames } from "./bounded-frames.js";
import type { PackSource } from "./pack-source.js";
import { RangeRequests } from "./range-requests.js";
import type { SeriesIndex } from "./read/series-index.js";

const REQUESTS_MAX = 2;
const NEAR_BYTES = 48 * 1024;
const RANGE_BYTES = 1024 * 1024;
const HELD_BYTES_MAX = 40 * 1024 * 1024;

export interface LoaderEvents {
  onFrame(frame: number): void;
  /** Whether the link is to be left to this frame in full quality. */
  givesWayTo(frame: number): boolean;
  /** All quick pictures have been brought. */
  onComplete(): void;
}

export class SeriesLoader {
  /** Whether all quick pictures were there once. */
  isComplete = false;
  private readonly held = new BoundedFrames<Uint8Array<ArrayBuffer>>(HELD_BYTES_MAX);
  private readonly requests: RangeRequests;
  private wanted = 0;

  constructor(source: PackSource, index: SeriesIndex, events: LoaderEvents) {
    const spans = index.frames.map((frame) => frame.preview);
    this.requests = new RangeRequests(source, spans, {
      requestsMax: REQUESTS_MAX,
      bytesMax: () => (this.held.has(this.wanted) ? RANGE_BYTES : NEAR_BYTES),
      isNeeded: (frame) => !this.held.has(frame) && !(this.held.isFull && this.held.has(this.wanted)),
      onFrame: (frame, bytes) => {
        this.held.put(frame, bytes, bytes.length, this.wanted);
        events.onFrame(frame);
      },
      isHeldBack: () =>
        this.held.has(this.wanted) ? events.givesWayTo(this.wanted) : this.requests.isSoon(this.wanted),
      onComplete: () => {
        if (!this.isComplete) {
          this.isComplete = true;
          events.onComplete();
        }
      },
    });
  }

  want(frame: number): void {
    this.wanted = frame;
    this.requests.want(frame);
  }

  /** The link is free again. */
  goOn(): void {
    this.requests.pump();
  }

  bytesOf(frame: number): Uint8Array<ArrayBuffer> | undefined {
    return this.held.get(frame);
  }

  close(): void {
    this.requests.close();
    this.held.clear();
  }
}
