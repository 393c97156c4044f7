/** Fetches frames of a pack by ranged requests, those closest to the current frame first. */

import type { PackSource } from "./pack-source.js";
import { RangePlan, type FrameRange } from "./range-plan.js";
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
  /** The frames that it will still bring. */
  readonly left: Set<number>;
}

/** A wanted frame further away than this in a running request is requested again. */
const SOON_BYTES = 192 * 1024;
/** What a slow link brings in a third of a second. */
const SHORT_BYTES_MAX = 64 * 1024;

export class RangeRequests {
  private readonly requests = new Set<Request>();
  private readonly plan: RangePlan;
  private wanted = 0;
  /** The received part of a frame whose request broke off: a large frame continues from there. */
  private begun: { readonly frame: number; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;

  constructor(
    private readonly source: PackSource,
    private readonly spans: readonly (Span | null)[],
    private readonly policy: RangePolicy,
  ) {
    this.plan = new RangePlan(spans);
  }

  /** Sets the current frame; it and its neighbours come first. */
  want(frame: number): void {
    this.wanted = frame;
    if (this.policy.isNeeded(frame) && !this.isSoon(frame)) {
      const late = [...this.requests].find(({ left }) => left.has(frame));
      if (late !== undefined) {
        this.abort(late);
      } else if (this.requests.size >= this.policy.requestsMax()) {
        this.abortFarthest();
      }
    }
    this.pump();
  }

  close(): void {
    this.requests.forEach((request) => this.abort(request));
    this.begun = null;
  }

  /** Breaks off long requests that bring none of these frames. A short one is over sooner than a new connection is there. */
  makeWayFor(frames: readonly number[]): void {
    const isInTheWay = ({ range, left }: Request) => range.end - range.start > SHORT_BYTES_MAX && !frames.some((frame) => left.has(frame));
    [...this.requests].filter(isInTheWay).forEach((request) => this.abort(request));
  }

  pump(): void {
    const { policy } = this;
    while (!this.source.isPaused && this.requests.size < policy.requestsMax() && policy.isHeldBack?.() !== true) {
      const isNeeded = (frame: number) => policy.isNeeded(frame) && !this.isRequested(frame);
      const range = this.plan.next(isNeeded, this.wanted, policy.bytesMax());
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
    const request: Request = { range, abort: new AbortController(), left: new Set(range.frames) };
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
    const [frame = 0] = range.frames;
    const isAlone = range.frames.length === 1;
    const before = isAlone && this.begun?.frame === frame ? this.begun.bytes : new Uint8Array();
    const whole = before.length > 0 ? new Uint8Array(range.end - range.start) : null;
    whole?.set(before);
    let copied = 0;
    await this.source.bytes(range.start + before.length, range.end, abort.signal, (bytes) => {
      whole?.set(bytes.subarray(copied), before.length + copied);
      copied = bytes.length;
      const there = whole?.subarray(0, before.length + bytes.length) ?? bytes;
      if (isAlone) {
        this.begun = there.length < range.end - range.start ? { frame, bytes: there } : null;
      }
      this.take(request, there);
    }, this.policy.isAside?.());
  }

  /** Passes on every complete frame, and the beginning of the next one. */
  private take(request: Request, bytes: Uint8Array<ArrayBuffer>): void {
    const { range, left } = request;
    for (const frame of left) {
      const { offset = 0, length = 0 } = this.spans[frame] ?? {};
      const start = offset - range.start;
      if (start + length > bytes.length) {
        this.policy.onPart?.(frame, bytes.subarray(start));
        return;
      }
      left.delete(frame);
      this.policy.onFrame(frame, bytes.slice(start, start + length));
    }
  }

  private isRequested(frame: number): boolean {
    return [...this.requests].some(({ left }) => left.has(frame));
  }

  /** Whether a frame is about to arrive. */
  isSoon(frame: number): boolean {
    const start = (place: number) => this.spans[place]?.offset ?? 0;
    return [...this.requests].some(({ left }) => left.has(frame) && start(frame) - start(left.values().next().value ?? frame) < SOON_BYTES);
  }

  private abortFarthest(): void {
    const distance = ({ left }: Request) => Math.min(...[...left].map((frame) => Math.abs(frame - this.wanted)));
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
