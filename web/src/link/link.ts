/**
 * The link of one series to the server. It decides what to request, when, and in which order. Others only say what is
 * looked at and what they lack; bytes and news reach them through [`LinkEvents`] and `FullReceiver`, which decide
 * nothing.
 *
 * The order is: the index; a few quick pictures around the wanted frame, so that something moves soon; that frame in
 * full quality, unless it is large; all other quick pictures, in few requests; the neighbours in full quality.
 * [`PackSource`] below renews expired URLs and waits out failures.
 */

import { BoundedFrames } from "../bounded-frames.js";
import type { SeriesIndex, Span } from "../read/series-index.js";
import type { Grant } from "./grant.js";
import { PackSource, type LinkState } from "./pack-source.js";
import { RangeRequests } from "./range-requests.js";

export { Grant } from "./grant.js";
export { fetchFromPortal, tellPortal } from "./portal.js";
export type { LinkState };

export interface LinkEvents {
  onState?(state: LinkState): void;
  /** A quick picture has arrived; [`Link.preview`] has its bytes. */
  onPreview?(frame: number): void;
  /** All quick pictures have arrived once. */
  onComplete?(): void;
}

/** The transfer of full quality; it comes with `full-lane.ts`, so that the first picture does not wait for it. */
export interface Lane {
  /** Whether a frame's bytes are awaited or will be requested. */
  isMissing(frame: number): boolean;
  /** The link may have capacity for more. */
  goOn(): void;
  close(): void;
}

const REQUESTS_MAX = 2;
/** Where a pack has them side by side, few are needed; in an older one each brings one picture. Over HTTP/1.1 they share six connections. */
const REQUESTS_THIN_MAX = 64;
/** What lies between the thinned-out ones comes by requests of some of them, without a pause either. */
const REQUESTS_BETWEEN_MAX = 6;
const NEAR_BYTES = 48 * 1024;
const RANGE_BYTES = 1024 * 1024;
const HELD_BYTES_MAX = 40 * 1024 * 1024;
/** The shown frame in full quality comes before the quick pictures of others, unless it is larger than this. */
const FULL_FIRST_BYTES_MAX = 512 * 1024;

export class Link {
  /** While a film plays, nothing waits for full quality. */
  isPlaying = false;
  /** Whether all quick pictures have arrived once. */
  isComplete = false;
  /** Others who are told that a quick picture has arrived. */
  readonly onPreview = new Set<(frame: number) => void>();
  private readonly source: PackSource;
  readonly held = new BoundedFrames<Uint8Array<ArrayBuffer>>(HELD_BYTES_MAX);
  private previews: RangeRequests | null = null;
  private full: Lane | null = null;
  private isWithoutFull = false;
  private wanted = 0;
  /** Quick pictures that come before all others. */
  private first: readonly number[] = [];
  private isForPlanes = false;

  constructor(
    grant: Grant,
    seriesInstanceUid: string,
    private readonly events: LinkEvents = {},
  ) {
    this.source = new PackSource(grant, seriesInstanceUid, (state) => events.onState?.(state));
  }

  /** Reads the index; null if the series was closed or cannot be shown. */
  async open(): Promise<SeriesIndex | null> {
    const index = await this.source.index();
    if (index !== null) {
      this.previews = this.previewLane(this.source, index);
    }
    return index;
  }

  /** Sets the current frame: it and its neighbours come first. */
  want(frame: number): void {
    this.wanted = frame;
    this.previews?.want(frame);
  }

  /** Whether planes wait for quick pictures: nothing else is asked for until then. */
  get isHurrying(): boolean {
    return this.isForPlanes && !this.isComplete;
  }

  private get isThinning(): boolean {
    return this.first.length > 0;
  }

  /** These quick pictures come before all others: a series thinned out, from which planes can be drawn soon. */
  wantFirst(frames: readonly number[]): void {
    this.first = frames.filter((frame) => !this.held.has(frame));
    this.isForPlanes = true;
    // What is on its way may take the link for seconds.
    this.previews?.makeWayFor(this.first);
    this.previews?.pump();
  }

  /** The bytes of a quick picture, if they have arrived. */
  preview(frame: number): Uint8Array<ArrayBuffer> | undefined {
    return this.held.get(frame);
  }

  /**
   * Opens the lane for full quality, on top of the same requests. `onBrought`: a frame has arrived, and the link is
   * free again.
   */
  addFull<Full extends Lane>(open: (source: PackSource, onBrought: () => void) => Full): Full {
    const lane = open(this.source, () => this.previews?.pump());
    this.full = lane;
    return lane;
  }

  /** There will be no full quality, so nothing waits for it. */
  doWithoutFull(): void {
    this.isWithoutFull = true;
    this.previews?.pump();
  }

  /** Reads another part of the pack; null if the series was closed or cannot be shown. */
  part(span: Span): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.source.whole(span);
  }

  close(): void {
    this.source.close();
    this.previews?.close();
    this.full?.close();
    this.held.clear();
  }

  private previewLane(source: PackSource, index: SeriesIndex): RangeRequests {
    const { held } = this;
    const lane: RangeRequests = new RangeRequests(source, index.frames.map(({ preview }) => preview), {
      requestsMax: () => (this.isThinning ? REQUESTS_THIN_MAX : this.isHurrying ? REQUESTS_BETWEEN_MAX : REQUESTS_MAX),
      isAside: () => this.isHurrying,
      bytesMax: () => (held.has(this.wanted) && !this.isThinning ? RANGE_BYTES : NEAR_BYTES),
      isNeeded: (frame) =>
        !held.has(frame) && !(held.isFull && held.has(this.wanted)) && (!this.isThinning || this.first.includes(frame)),
      onFrame: (frame, bytes) => {
        held.put(frame, bytes, bytes.length, this.wanted);
        this.first = this.first.filter((one) => one !== frame);
        this.events.onPreview?.(frame);
        this.onPreview.forEach((told) => told(frame));
      },
      isHeldBack: () => !this.isHurrying && (held.has(this.wanted) ? this.givesWayToFull(index) : lane.isSoon(this.wanted)),
      onComplete: () => {
        if (!this.isComplete) {
          this.isComplete = true;
          this.events.onComplete?.();
          this.full?.goOn();
        }
      },
    });
    return lane;
  }

  /** Whether quick pictures leave the link to the wanted frame in full quality. */
  private givesWayToFull({ frames }: SeriesIndex): boolean {
    const bytes = frames[this.wanted]?.full?.length ?? Number.POSITIVE_INFINITY;
    const isFirst = bytes <= FULL_FIRST_BYTES_MAX && !this.isPlaying;
    return isFirst && (this.full?.isMissing(this.wanted) ?? !this.isWithoutFull);
  }
}
