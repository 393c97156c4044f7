/**
 * Brings the frames of one pack that OHIF waits for. OHIF asks for the image that it shows and then, one by one, for its
 * neighbours, the nearest first; those that lie beside each other in the pack come in one request. A wish away from all that
 * it waits for is an image that the reader went to: it goes first, at once and alone, and its neighbours follow. The next request
 * is under way before the last one ends, so that the link is never idle.
 */

import type { PackSource } from "../link/pack-source.js";
import { RangePlan, type FrameRange } from "../link/range-plan.js";
import type { PackedFrame } from "../read/packed-frames.js";

interface Waiting {
  readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: unknown) => void;
}

interface Request {
  readonly range: FrameRange;
  /** The frame awaited next. */
  next: number;
  /** Bytes that are still to come. */
  left: number;
}

/** How long a request may take. */
const AHEAD_MS = 2000;
const REQUESTS_MAX = 3;
const BYTES_MIN = 128 * 1024;
/** Frames so near to one that is waited for belong to the same wish. */
const NEAR = 4;
const BYTES_MAX = 2 * 1024 * 1024;
/** Until the first bytes say otherwise. */
const BYTES_PER_MS_AT_FIRST = 400;
/** How much of it must have come before its speed is believed. */
const MEASURED_MS_MIN = 250;

export class FrameQueue {
  /** In the order in which they lie in the pack. */
  private readonly frames: readonly PackedFrame[];
  private readonly plan: RangePlan;
  private readonly places: ReadonlyMap<PackedFrame, number>;
  private readonly waiting = new Map<number, Waiting[]>();
  private readonly requests = new Set<Request>();
  /** The frame that the reader went to. */
  private wanted = 0;
  private bytesPerMs = BYTES_PER_MS_AT_FIRST;
  private measured = { since: 0, bytes: 0 };

  constructor(
    private readonly source: PackSource,
    frames: readonly PackedFrame[],
  ) {
    this.frames = [...frames].sort((a, b) => a.offset - b.offset);
    this.plan = new RangePlan(this.frames);
    this.places = new Map(this.frames.map((frame, place) => [frame, place]));
  }

  /** The bytes of a frame as they lie in the pack; fails when the pack cannot be read any more. */
  ask(frame: PackedFrame): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      const place = this.places.get(frame) ?? 0;
      if (!this.isNearWaiting(place)) {
        this.wanted = place;
      }
      this.waiting.set(place, [...(this.waiting.get(place) ?? []), { resolve, reject }]);
      this.pump();
    });
  }

  private isNearWaiting(place: number): boolean {
    return [...this.waiting.keys()].some((waiting) => Math.abs(waiting - place) <= NEAR);
  }

  private pump(): void {
    while (!this.source.isPaused && this.hasRoom()) {
      const isNeeded = (place: number) => this.waiting.has(place) && !this.isRequested(place);
      const range = this.plan.next(isNeeded, this.wanted, this.bytesAhead());
      if (range === null) {
        return;
      }
      void this.bring(range);
    }
  }

  private bytesAhead(): number {
    return Math.min(BYTES_MAX, Math.max(BYTES_MIN, this.bytesPerMs * AHEAD_MS));
  }

  private hasRoom(): boolean {
    if (this.waiting.has(this.wanted)) {
      return !this.isRequested(this.wanted) && this.requests.size < REQUESTS_MAX;
    }
    const left = [...this.requests].reduce((sum, request) => sum + request.left, 0);
    return this.requests.size < REQUESTS_MAX && left < this.bytesAhead();
  }

  private isRequested(place: number): boolean {
    return [...this.requests].some(({ range, next }) => range.frames.indexOf(place) >= next);
  }

  private async bring(range: FrameRange): Promise<void> {
    const request: Request = { range, next: 0, left: range.end - range.start };
    if (this.requests.size === 0) {
      this.measured = { since: performance.now(), bytes: 0 };
    }
    this.requests.add(request);
    let failure: unknown = null;
    try {
      await this.source.bytes(range.start, range.end, new AbortController().signal, (bytes) => this.take(request, bytes));
    } catch (error) {
      failure = error;
    }
    this.requests.delete(request);
    if (failure === null || (await this.source.recover(failure))) {
      this.pump();
    } else {
      this.giveUp(failure);
    }
  }

  /** Hands on every frame that has arrived whole. */
  private take(request: Request, bytes: Uint8Array<ArrayBuffer>): void {
    const { range } = request;
    this.measure(bytes.length - (range.end - range.start - request.left));
    request.left = range.end - range.start - bytes.length;
    for (; request.next < range.frames.length; request.next++) {
      const place = range.frames[request.next] ?? 0;
      const frame = this.frames[place];
      const start = (frame?.offset ?? 0) - range.start;
      if (frame === undefined || start + frame.length > bytes.length) {
        break;
      }
      const whole = bytes.slice(start, start + frame.length);
      this.waiting.get(place)?.forEach(({ resolve }) => resolve(whole));
      this.waiting.delete(place);
    }
    this.pump();
  }

  private measure(bytes: number): void {
    const { since } = this.measured;
    this.measured.bytes += bytes;
    const ms = performance.now() - since;
    if (ms >= MEASURED_MS_MIN) {
      this.bytesPerMs = (this.bytesPerMs + this.measured.bytes / ms) / 2;
      this.measured = { since: since + ms, bytes: 0 };
    }
  }

  private giveUp(error: unknown): void {
    const all = [...this.waiting.values()].flat();
    this.waiting.clear();
    all.forEach(({ reject }) => reject(error));
  }
}
