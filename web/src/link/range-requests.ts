/** Fetches frames of a pack by ranged requests, those closest to the current frame first. */

import type { PackSource } from "./pack-source.js";
import { nextRange, type FrameRange } from "./range-plan.js";
import type { Span } from "../read/series-index.js";

export interface RangePolicy {
  /** Most requests at the same time. */
  requestsMax(): number;
  /** Most bytes of the next request. */
  bytesMax(): number;
  /** Whether requests go past the browser's cache, and so side by side. */
  isAside?(): boolean;
  /** Whether a frame should be fetched now. */
  isNeeded(frame: number): boolean;
  /** Whether to request nothing for now; whoever returns true calls [`RangeRequests.pump`] when that is over. */
  isHeldBack?(): boolean;
  onFrame(frame: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** The beginning of a frame has arrived; the bytes are only lent. */
  onPart?(frame: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** Everything that is needed has arrived. */
  onComplete?(): void;
}

interface Request {
  readonly range: FrameRange;
  readonly abort: AbortController;
  /** The next frame to arrive. */
  next: number;
}

/** A wanted frame further away than this in a running request is requested again. */
const SOON_BYTES = 192 * 1024;

export class RangeRequests {
  private readonly requests = new Set<Request>();
  private wanted = 0;
  /** The received part of a frame whose request broke off: a large frame continues from there. */
  private begun: { readonly frame: number; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;

  constructor(
    private readonly source: PackSource,
    private readonly spans: readonly (Span | null)[],
    private readonly policy: RangePolicy,
  ) {}

  /** Sets the current frame; it and its neighbours come first. */
  want(frame: number): void {
    this.wanted = frame;
    if (this.policy.isNeeded(frame) && !this.isSoon(frame)) {
      const late = [...this.requests].find((request) => isOf(request, frame));
      if (late !== undefined) {
        this.abort(late);
      } else if (this.requests.size >= this.policy.requestsMax()) {
        this.abortFarthest();
      }
    }
    this.pump();
  }

  close(): void {
    for (const request of this.requests) {
      request.abort.abort();
    }
    this.requests.clear();
    this.begun = null;
  }

  pump(): void {
    const { policy } = this;
    while (!this.source.isPaused && this.requests.size < policy.requestsMax() && policy.isHeldBack?.() !== true) {
      const isNeeded = (frame: number) => policy.isNeeded(frame) && !this.isRequested(frame);
      const range = nextRange(this.spans, isNeeded, this.wanted, policy.bytesMax());
      if (range === null) {
        if (this.requests.size === 0) {
          policy.onComplete?.();
        }
        return;
      }
      void this.bring(range);
    }
  }

  private async bring(range: FrameRange): Promise<void> {
    const request: Request = { range, abort: new AbortController(), next: range.first };
    this.requests.add(request);
    let failure: unknown = null;
    try {
      await this.fetch(request);
    } catch (error) {
      failure = request.abort.signal.aborted ? null : error;
    }
    this.requests.delete(request);
    if (failure === null || (await this.source.recover(failure))) {
      this.pump();
    }
  }

  private async fetch(request: Request): Promise<void> {
    const { range, abort } = request;
    const isAlone = range.first === range.last;
    const before = isAlone && this.begun?.frame === range.first ? this.begun.bytes : new Uint8Array();
    const whole = before.length > 0 ? new Uint8Array(range.end - range.start) : null;
    whole?.set(before);
    let copied = 0;
    await this.source.bytes(range.start + before.length, range.end, abort.signal, (bytes) => {
      whole?.set(bytes.subarray(copied), before.length + copied);
      copied = bytes.length;
      const there = whole?.subarray(0, before.length + bytes.length) ?? bytes;
      if (isAlone) {
        this.begun = there.length < range.end - range.start ? { frame: range.first, bytes: there } : null;
      }
      this.take(request, there);
    }, this.policy.isAside?.());
  }

  /** Passes on every complete frame, and the beginning of the next one. */
  private take(request: Request, bytes: Uint8Array<ArrayBuffer>): void {
    const { range } = request;
    for (; request.next <= range.last; request.next++) {
      const span = this.spans[request.next];
      if (span === undefined || span === null) {
        return;
      }
      const start = span.offset - range.start;
      if (start + span.length > bytes.length) {
        this.policy.onPart?.(request.next, bytes.subarray(start));
        return;
      }
      this.policy.onFrame(request.next, bytes.slice(start, start + span.length));
    }
  }

  private isRequested(frame: number): boolean {
    return [...this.requests].some((request) => isOf(request, frame));
  }

  /** Whether a frame is about to arrive. */
  isSoon(frame: number): boolean {
    const start = (place: number) => this.spans[place]?.offset ?? 0;
    return [...this.requests].some(
      (request) => isOf(request, frame) && start(frame) - start(request.next) < SOON_BYTES,
    );
  }

  private abortFarthest(): void {
    const distance = ({ range }: Request) => Math.max(range.first - this.wanted, this.wanted - range.last);
    const [farthest] = [...this.requests].sort((a, b) => distance(b) - distance(a));
    if (farthest !== undefined) {
      this.abort(farthest);
    }
  }

  private abort(request: Request): void {
    request.abort.abort();
    this.requests.delete(request);
  }
}

/** Whether a request will still bring a frame. */
function isOf({ range, next }: Request, frame: number): boolean {
  return frame >= next && frame <= range.last;
}
