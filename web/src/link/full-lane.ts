/**
 * Frames in full quality, as far as the link has capacity: the shown frame at once, its neighbours when nothing else
 * waits.
 */

import type { FullSpan, SeriesIndex } from "../read/series-index.js";
import type { Lane, Link } from "./link.js";
import type { PackSource } from "./pack-source.js";
import { RangeRequests } from "./range-requests.js";

/** What full quality needs around the current frame. */
export interface FullWish {
  readonly frame: number;
  /** The frames it is drawn from: itself, and its mask. */
  readonly needs: readonly number[];
  /** Direction of reading: 1 or -1. */
  readonly direction: number;
  /** Number of neighbours there is memory for. */
  readonly room: number;
  /** Frames that arrived but were dropped. */
  readonly lost: readonly number[];
  /** Whether it is wanted before the reader pauses. */
  readonly isUrgent: boolean;
}

/** All frames of a volume, those around the current frame first; they come after everything else. */
export interface VolumeWish {
  /** Whether a frame is not there yet, nor being decoded. */
  isMissing(frame: number): boolean;
  /** Whether more frames can be decoded now: those that arrive wait in memory. */
  hasRoom(): boolean;
}

export interface FullReceiver {
  onFrame(frame: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** The beginning of a frame has arrived; the bytes are only lent. */
  onPart(frame: number, bytes: Uint8Array<ArrayBuffer>): void;
}

/** For neighbours; small, so that a frame wanted in between does not wait for long. */
const REQUEST_BYTES_MAX = 512 * 1024;
/** A frame is only fetched after the reader has rested on it for this long. */
const REST_MS = 90;
const AHEAD_WIDE = 12;
const AHEAD_NARROW = 4;
const WIDE_PX = 960;

/** Opens the lane for full quality on the link of a series. */
export function bringFull(link: Link, { frames }: SeriesIndex, receiver: FullReceiver): FullLane {
  const spans = frames.map(({ full }) => full);
  return link.addFull((source, onBrought) => new FullLane(link, source, spans, receiver, onBrought));
}

export class FullLane implements Lane {
  private readonly requests: RangeRequests;
  private readonly brought = new Set<number>();
  private wish: FullWish | null = null;
  private needed: readonly number[] = [];
  private volume: VolumeWish | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly link: Link,
    source: PackSource,
    private readonly spans: readonly (FullSpan | null)[],
    receiver: FullReceiver,
    onBrought: () => void,
  ) {
    this.requests = new RangeRequests(source, spans, {
      requestsMax: () => 2,
      bytesMax: () => REQUEST_BYTES_MAX,
      isHeldBack: () => link.isHurrying,
      isNeeded: (frame) => (this.needed.includes(frame) && this.isMissing(frame)) || this.isOfVolume(frame),
      onFrame: (frame, bytes) => {
        this.brought.add(frame);
        receiver.onFrame(frame, bytes);
        this.goOn();
        onBrought();
      },
      onPart: (frame, bytes) => receiver.onPart(frame, bytes),
    });
  }

  isMissing(frame: number): boolean {
    return this.spans[frame] != null && !this.brought.has(frame);
  }

  /** Sets which frames of a volume are wanted; null for none. */
  wantVolume(volume: VolumeWish | null): void {
    this.volume = volume;
    this.goOn();
  }

  want(wish: FullWish): void {
    wish.lost.forEach((frame) => this.brought.delete(frame));
    this.wish = wish;
    this.stop();
    this.timer = setTimeout(() => this.rest(wish), wish.isUrgent ? 0 : REST_MS);
  }

  goOn(): void {
    if (this.timer === null && this.wish !== null) {
      this.needed = this.around(this.wish);
      this.requests.pump();
    }
  }

  close(): void {
    this.stop();
    this.requests.close();
  }

  /** A volume gives way to all that the eye sees at once: quick pictures, and what the shown frame needs. */
  private isOfVolume(frame: number): boolean {
    const { volume, link, wish } = this;
    const isFree = link.isComplete && !link.isPlaying && !(wish?.needs.some((one) => this.isMissing(one)) ?? false);
    return volume !== null && isFree && this.spans[frame] != null && volume.isMissing(frame) && volume.hasRoom();
  }

  private stop(): void {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
  }

  private rest(wish: FullWish): void {
    this.timer = null;
    this.needed = this.around(wish);
    this.requests.want(wish.frame);
  }

  /**
   * What is needed; once that is there and nobody else waits for the link, the neighbours too, more of them in the
   * direction of reading.
   */
  private around({ frame, needs, direction, room }: FullWish): readonly number[] {
    const { isComplete, isPlaying } = this.link;
    if (!isComplete || needs.some((one) => this.isMissing(one))) {
      return needs;
    }
    const ahead = Math.min(aheadMax(), room) * (isPlaying ? 2 : 1);
    const next = Array.from({ length: ahead }, (_, step) => frame + direction * (step + 1));
    const back = Array.from({ length: Math.floor(ahead / 3) }, (_, step) => frame - direction * (step + 1));
    return [...needs, ...next, ...back];
  }
}

/** None if the reader asked the browser to save data. */
function aheadMax(): number {
  const isThrifty = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  return isThrifty ? 0 : innerWidth >= WIDE_PX ? AHEAD_WIDE : AHEAD_NARROW;
}
