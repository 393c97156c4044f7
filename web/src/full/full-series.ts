/** Fetches the frames around the shown one in full quality, and limits the memory they use. */

import { BoundedFrames } from "../bounded-frames.js";
import { bringFull, type FullLane } from "../link/full-lane.js";
import type { Link } from "../link/link.js";
import type { SeriesIndex } from "../read/series-index.js";
import type { FullPictures } from "../series-player.js";
import type { Shown } from "../stage.js";
import { inflate } from "./decode.js";
import { decodeFrame } from "./decoder-pool.js";
import { frameDetails, NOTHING_KNOWN, type FrameDetails, type Mask } from "../read/frame-details.js";
import { FirstResolutions } from "./first-resolutions.js";
import { FrameValues } from "./frame-values.js";
import { fullShown, type DrawnOverlay } from "./full-shown.js";
import { DEFAULT_LOOK, type Look } from "./look.js";
import { overlayCanvas } from "./overlay-plane.js";
import { meanOf, subtract, type MaskMean } from "./subtraction.js";
import { parseTables, type Table } from "../read/tables.js";

/**
 * Together with the quick pictures (64 MB) the decoded frames stay within 192 MB; on a phone, which has less memory,
 * within 128 MB.
 */
const DECODED_BYTES_WIDE = 128 * 1024 * 1024;
const DECODED_BYTES_NARROW = 64 * 1024 * 1024;
const SUBTRACTED_BYTES_MAX = 16 * 1024 * 1024;
const BYTES_PER_PIXEL = 4;
const WIDE_PX = 960;

/** A decoded frame and its overlays; they come and go together. */
interface Kept {
  readonly values: FrameValues;
  readonly overlays: readonly DrawnOverlay[];
}

/** Takes every frame of a volume once, as stored: where it puts them, there is more room than here. */
export interface Collector {
  isMissing(frame: number): boolean;
  take(frame: number, values: FrameValues | null): void;
}

/** Frames of a volume that wait to be decoded; compressed they are small. */
const DECODING_MAX = 6;

export interface FullEvents {
  /** A frame can be drawn, or drawn better. */
  onArrival(frame: number): void;
  /** Width of the picture in pixels of the screen. */
  screenColumns(): number;
}

export class FullSeries implements FullPictures {
  private look_: Look = DEFAULT_LOOK;
  private readonly tables: readonly (Table | null)[];
  private readonly known = new Map<number, FrameDetails>();
  private readonly decoded: BoundedFrames<Kept>;
  private readonly subtracted = new BoundedFrames<FrameValues>(SUBTRACTED_BYTES_MAX);
  /** Frames of a mask whose mean is not known yet: these must be kept, however far away they are. */
  private readonly maskFrames = new Map<number, Kept>();
  private readonly means = new Map<string, MaskMean>();
  private readonly decoding = new Set<number>();
  private readonly broken = new Set<number>();
  private readonly first: FirstResolutions;
  private readonly lane: FullLane;
  private wanted = 0;
  private direction = 1;
  private readonly bytesAlone = isWide() ? DECODED_BYTES_WIDE : DECODED_BYTES_NARROW;
  private bytesMax = this.bytesAlone;
  /** Frames dropped since the link was last told. */
  private readonly dropped = new Set<number>();
  private isClosed = false;
  private collector: Collector | null = null;

  constructor(
    private readonly index: SeriesIndex,
    private readonly link: Link,
    private readonly events: FullEvents,
  ) {
    this.tables = parseTables(index.tables);
    this.decoded = new BoundedFrames(this.bytesMax, (_, frame) => this.dropped.add(frame));
    this.first = new FirstResolutions(this.tables, {
      isWanted: (frame) => frame === this.wanted && this.isMissing(frame),
      // The quick picture does not have the reader's own window, so any sharper one is better than none.
      screenColumns: () => (this.isOtherLook ? 0 : events.screenColumns()),
      onArrival: (frame) => events.onArrival(frame),
    });
    this.lane = bringFull(link, index, {
      onFrame: (frame, bytes) => void this.decode(frame, bytes),
      onPart: (frame, bytes) => this.first.take(frame, this.details(frame), bytes),
    });
  }

  get look(): Look {
    return this.look_;
  }

  /** Overlays and the file's own subtraction are in the quick pictures as well. */
  get isOtherLook(): boolean {
    const { window, voiTable, isInverted, colours, isMasked } = this.look_;
    return window !== null || voiTable != null || isInverted || colours !== "grey" || isMasked !== null;
  }

  setLook(look: Partial<Look>): void {
    this.look_ = { ...this.look_, ...look };
    this.want(this.wanted, this.direction);
  }

  /** Uses less memory while there is another series beside this one. */
  limit(share: number): void {
    this.bytesMax = this.bytesAlone * share;
    this.decoded.limit(this.bytesMax, this.wanted);
  }

  get bytesHeld(): number {
    return this.decoded.bytesHeld;
  }

  /** Has all frames of a volume brought, after what is shown; null ends it. */
  collect(collector: Collector | null): void {
    this.collector = collector;
    const isWanted = (frame: number) => collector?.isMissing(frame) === true;
    this.index.frames.forEach((_, frame) => {
      const values = isWanted(frame) ? this.kept(frame)?.values : undefined;
      if (values !== undefined) {
        collector?.take(frame, values);
      }
    });
    this.lane.wantVolume(collector === null ? null : {
      isMissing: (frame) => isWanted(frame) && !this.decoding.has(frame) && !this.broken.has(frame),
      hasRoom: () => this.decoding.size < DECODING_MAX,
    });
  }

  details(frame: number): FrameDetails {
    const found = this.known.get(frame);
    const entry = this.index.frames[frame];
    if (found !== undefined || entry === undefined) {
      return found ?? NOTHING_KNOWN;
    }
    const details = frameDetails(entry);
    this.known.set(frame, details);
    return details;
  }

  want(frame: number, direction: number): void {
    this.wanted = frame;
    this.direction = direction;
    const masks = this.maskOf(frame)?.frames ?? [];
    const lost = [...this.dropped].filter((one) => this.kept(one) === undefined);
    this.dropped.clear();
    this.lane.want({
      frame,
      needs: [frame, ...(this.means.has(masks.join()) ? [] : masks)],
      direction,
      room: this.roomAround(frame),
      lost,
      isUrgent: this.link.isPlaying || this.isOtherLook,
    });
  }

  shown(frame: number): Shown | null {
    const values = this.drawn(frame);
    return values === null ? null : fullShown(values, this.look_, this.kept(frame)?.overlays ?? []);
  }

  /** What is drawn of a frame: its values, or those of a smaller resolution until they arrive. */
  drawn(frame: number): FrameValues | null {
    return this.kept(frame) === undefined && this.maskOf(frame) === null ? this.first.of(frame) : this.values(frame);
  }

  /** The values of a frame as shown: with the mask subtracted, if that is wanted. Null until they arrive. */
  values(frame: number): FrameValues | null {
    const values = this.kept(frame)?.values ?? null;
    const mask = this.maskOf(frame);
    return values === null || mask === null ? values : this.subtracted_(frame, values, mask);
  }

  /** Whether to subtract the mask of a frame. */
  isMasked(frame: number): boolean {
    return this.maskOf(frame) !== null;
  }

  close(): void {
    this.isClosed = true;
    this.collector = null;
    this.decoded.clear();
    this.subtracted.clear();
    this.maskFrames.clear();
    this.means.clear();
    this.first.close();
  }

  private kept(frame: number): Kept | undefined {
    return this.decoded.get(frame) ?? this.maskFrames.get(frame);
  }

  private maskOf(frame: number): Mask | null {
    const { mask } = this.details(frame);
    return mask !== null && (this.look_.isMasked ?? mask.isDefault) ? mask : null;
  }

  /** The number of a frame's neighbours for which there is memory. */
  private roomAround(frame: number): number {
    const { rows, columns, diagnostic } = this.details(frame);
    const bytes = rows * columns * (diagnostic?.samplesPerPixel ?? 1) * Math.ceil((diagnostic?.bitsPerSample ?? 16) / 8);
    return Math.floor(this.bytesMax / 2 / Math.max(1, bytes));
  }

  private isMissing(frame: number): boolean {
    return this.kept(frame) === undefined && !this.decoding.has(frame) && !this.broken.has(frame);
  }

  private async decode(frame: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const details = this.details(frame);
    const { diagnostic, rows, columns } = details;
    if (diagnostic === null) {
      return;
    }
    this.decoding.add(frame);
    const { mediaType, samplesPerPixel: channels, bitsPerSample: bits, sampleType: type } = diagnostic;
    const [decoded, overlays] = await Promise.all([
      decodeFrame({ bytes, mediaType, rows, columns, channels, bits, type }),
      this.fetchOverlays(details),
    ]);
    this.decoding.delete(frame);
    if (this.isClosed) {
      return;
    }
    if (decoded === null) {
      this.broken.add(frame);
      this.collector?.take(frame, null);
    } else {
      const values = new FrameValues(details, decoded, this.tables);
      const planes = overlays.reduce((sum, { overlay }) => sum + overlay.rows * overlay.columns * BYTES_PER_PIXEL, 0);
      const kept = { values, overlays };
      const mask = this.maskOf(this.wanted)?.frames ?? [];
      const isOfMask = mask.includes(frame) && !this.means.has(mask.join());
      this.first.close();
      this.collector?.take(frame, values);
      this.decoded.put(frame, kept, values.bytes + planes, this.wanted);
      if (isOfMask) {
        this.maskFrames.set(frame, kept);
      }
      this.events.onArrival(isOfMask ? this.wanted : frame);
    }
    if (this.collector !== null) {
      this.lane.goOn();
    }
  }

  private async fetchOverlays({ overlays }: FrameDetails): Promise<readonly DrawnOverlay[]> {
    const drawn: DrawnOverlay[] = [];
    for (const overlay of overlays) {
      const bytes = await this.link.part(overlay);
      const canvas = bytes === null ? null : overlayCanvas(overlay, await inflate(bytes).catch(() => new Uint8Array()));
      if (canvas !== null) {
        drawn.push({ overlay, canvas });
      }
    }
    return drawn;
  }

  private subtracted_(frame: number, values: FrameValues, mask: Mask): FrameValues | null {
    const found = this.subtracted.get(frame);
    if (found !== undefined) {
      return found;
    }
    const key = mask.frames.join();
    const frames = mask.frames.map((place) => this.kept(place)?.values).filter((entry) => entry !== undefined);
    const mean = this.means.get(key) ?? (frames.length === mask.frames.length ? meanOf(frames) : null);
    if (mean === null) {
      return null;
    }
    this.means.set(key, mean);
    [...this.maskFrames.keys()].forEach((place) => this.dropped.add(place));
    this.maskFrames.clear();
    const difference = subtract(values, mean, mask);
    if (difference !== null) {
      this.subtracted.put(frame, difference, difference.bytes, frame);
    }
    return difference ?? values;
  }
}

function isWide(): boolean {
  return innerWidth >= WIDE_PX;
}
