/** Brings the quick pictures of one series, nearest first, through a network that comes and goes. */

import { BoundedFrames } from "./bounded-frames.js";
import type { Grant } from "./grant.js";
import { nextRange, type FrameRange, type Span } from "./range-plan.js";
import { parseIndex, InvalidIndexError, type SeriesIndex } from "./series-index.js";
import { backOffMs, ExpiredError, fetchBytes, fetchJson, MissingError } from "./transfer.js";

/** What a person is told about the way of the pictures. */
export type LoaderState = "fine" | "offline" | "signed-out" | "failed";

export interface LoaderEvents {
  onFrame(frame: number): void;
  onState(state: LoaderState): void;
}

const REQUESTS_MAX = 2;
/** Small at first, so that something moves soon; larger afterwards, so that the round trips do not count. */
const FIRST_RANGES_BYTES = [48 * 1024, 96 * 1024];
const RANGE_BYTES = 256 * 1024;
const HELD_BYTES_MAX = 48 * 1024 * 1024;

interface Request {
  readonly range: FrameRange;
  readonly abort: AbortController;
}

export class SeriesLoader {
  private index: SeriesIndex | null = null;
  private spans: readonly Span[] = [];
  private readonly held = new BoundedFrames<Uint8Array<ArrayBuffer>>(HELD_BYTES_MAX);
  private readonly requests = new Set<Request>();
  private readonly closing = new AbortController();
  private rangesStarted = 0;
  private failures = 0;
  private wanted = 0;
  private isWaiting = false;
  private state: LoaderState = "fine";

  constructor(
    private readonly grant: Grant,
    private readonly seriesInstanceUid: string,
    private readonly events: LoaderEvents,
  ) {}

  /** Reads the index; null when the series was closed or cannot be shown. */
  async open(): Promise<SeriesIndex | null> {
    while (!this.closing.signal.aborted) {
      try {
        const json = await fetchJson(this.grant.urlsOf(this.seriesInstanceUid).indexUrl, this.closing.signal);
        this.index = parseIndex(json);
        this.spans = this.index.frames.map((frame) => frame.preview);
        this.succeed();
        return this.index;
      } catch (error) {
        if (!(await this.recover(error))) {
          return null;
        }
      }
    }
    return null;
  }

  /** Says which frame is looked at; it and its neighbours come first. */
  want(frame: number): void {
    this.wanted = frame;
    if (!this.held.has(frame) && !this.isRequested(frame) && this.requests.size >= REQUESTS_MAX) {
      this.abortFarthest();
    }
    this.pump();
  }

  bytesOf(frame: number): Uint8Array<ArrayBuffer> | undefined {
    return this.held.get(frame);
  }

  close(): void {
    this.closing.abort();
    for (const request of this.requests) {
      request.abort.abort();
    }
    this.held.clear();
  }

  private pump(): void {
    while (!this.isWaiting && !this.closing.signal.aborted && this.requests.size < REQUESTS_MAX) {
      if (this.held.isFull && this.held.has(this.wanted)) {
        return;
      }
      const bytesMax = FIRST_RANGES_BYTES[this.rangesStarted] ?? RANGE_BYTES;
      const isNeeded = (frame: number) => !this.held.has(frame) && !this.isRequested(frame);
      const range = nextRange(this.spans, isNeeded, this.wanted, bytesMax);
      if (range === null) {
        return;
      }
      this.rangesStarted += 1;
      void this.bring(range);
    }
  }

  private async bring(range: FrameRange): Promise<void> {
    const request: Request = { range, abort: new AbortController() };
    this.requests.add(request);
    let failure: unknown = null;
    try {
      const { packUrl } = this.grant.urlsOf(this.seriesInstanceUid);
      let next = range.first;
      await fetchBytes(packUrl, range.start, range.end, request.abort.signal, (bytes) => {
        next = this.keep(range, next, bytes);
      });
      this.succeed();
    } catch (error) {
      failure = request.abort.signal.aborted ? null : error;
    }
    this.requests.delete(request);
    if (failure === null || (await this.recover(failure))) {
      this.pump();
    }
  }

  /** Keeps every frame that has arrived whole, and says which one is awaited next. */
  private keep(range: FrameRange, first: number, bytes: Uint8Array<ArrayBuffer>): number {
    let frame = first;
    for (; frame <= range.last; frame++) {
      const span = this.spans[frame];
      if (span === undefined || span.offset + span.length > range.start + bytes.length) {
        break;
      }
      const start = span.offset - range.start;
      this.held.put(frame, bytes.slice(start, start + span.length), span.length, this.wanted);
      this.events.onFrame(frame);
    }
    return frame;
  }

  /** Waits out a failure, with fresh URLs; false when there is no point in trying again. */
  private async recover(error: unknown): Promise<boolean> {
    if (this.closing.signal.aborted) {
      return false;
    }
    if (error instanceof InvalidIndexError || error instanceof MissingError) {
      return this.giveUp("failed");
    }
    if (this.isWaiting) {
      return false;
    }
    this.isWaiting = true;
    const renewal = await this.grant.renew();
    if (renewal === "signed-out") {
      return this.giveUp("signed-out");
    }
    if (!(error instanceof ExpiredError && renewal === "renewed" && this.failures === 0)) {
      this.setState("offline");
      await this.pause(backOffMs(this.failures, Math.random()));
    }
    this.failures += 1;
    this.isWaiting = false;
    return !this.closing.signal.aborted;
  }

  private giveUp(state: LoaderState): false {
    this.isWaiting = true;
    this.setState(state);
    return false;
  }

  private succeed(): void {
    this.failures = 0;
    this.setState("fine");
  }

  private setState(state: LoaderState): void {
    if (this.state !== state) {
      this.state = state;
      this.events.onState(state);
    }
  }

  /** Ends early when the network says that it is back. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        removeEventListener("online", end);
        this.closing.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      addEventListener("online", end);
      this.closing.signal.addEventListener("abort", end);
    });
  }

  private isRequested(frame: number): boolean {
    return [...this.requests].some(({ range }) => frame >= range.first && frame <= range.last);
  }

  private abortFarthest(): void {
    const distance = ({ range }: Request) =>
      Math.max(range.first - this.wanted, this.wanted - range.last);
    const [farthest] = [...this.requests].sort((a, b) => distance(b) - distance(a));
    if (farthest !== undefined) {
      farthest.abort.abort();
      this.requests.delete(farthest);
    }
  }
}
