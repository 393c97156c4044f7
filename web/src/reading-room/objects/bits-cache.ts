/** The pixels of segmentations, fetched when they are to be drawn. */

import { inflate } from "../../full/decode.js";
import { unpackBits } from "../../full/overlay-plane.js";
import { SegmentationBits } from "../../link/segmentation-bits.js";
import type { Grant } from "../../link/link.js";
import type { StoredSegmentation } from "../../read/segmentation-bits.js";
import type { FrameBits, SegmentValues } from "./segmentation-drawing.js";
import type { BitsOf } from "./study-objects.js";

/** Frames whose values are held, of all segmentations together; outlines once made are kept by who draws. */
const FRAMES_MAX = 64;

export class BitsCache {
  private readonly series = new Map<string, SegmentationBits>();
  private readonly held = new Map<string, SegmentValues | null>();
  /** Instances whose pixels are not in the pack. */
  readonly without = new Set<string>();

  /** `onArrival`: more can be drawn. */
  constructor(
    private readonly grant: Grant,
    private readonly onArrival: () => void,
  ) {}

  readonly bitsOf: BitsOf = (seriesInstanceUid, sopInstanceUid, { pixels }) => {
    let stored: StoredSegmentation | null = null;
    const bits: FrameBits = (frame) => {
      const key = `${sopInstanceUid}/${frame}`;
      const found = this.held.get(key);
      if (found === undefined) {
        this.held.set(key, null);
        void this.bring(seriesInstanceUid, sopInstanceUid, frame, pixels, stored).then((known) => (stored = known));
      }
      return found ?? null;
    };
    return bits;
  };

  close(): void {
    this.series.forEach((series) => series.close());
    this.series.clear();
  }

  private async bring(seriesUid: string, uid: string, frame: number, pixels: number, known: StoredSegmentation | null): Promise<StoredSegmentation | null> {
    const series = this.series.get(seriesUid) ?? new SegmentationBits(this.grant, seriesUid);
    this.series.set(seriesUid, series);
    const stored = known ?? (await series.of(uid).catch(() => null));
    const span = stored?.frames[frame - 1];
    if (stored === null || span === undefined || span.length === 0) {
      this.without.add(uid);
      this.onArrival();
      return stored;
    }
    const bytes = await series.frame(span);
    const whole = bytes === null ? null : await inflate(bytes).catch(() => null);
    if (whole !== null) {
      this.keep(`${uid}/${frame}`, valuesOf(whole, stored.bitsAllocated, pixels));
      this.onArrival();
    }
    return stored;
  }

  private keep(key: string, values: SegmentValues): void {
    this.held.delete(key);
    this.held.set(key, values);
    for (const [oldest, held] of this.held) {
      if (this.held.size > FRAMES_MAX && held !== null) {
        this.held.delete(oldest);
      }
    }
  }
}

/** One value per pixel. */
export function valuesOf(bytes: Uint8Array<ArrayBuffer>, bitsAllocated: number, pixels: number): SegmentValues {
  if (bitsAllocated === 1) {
    return unpackBits(bytes, pixels);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bitsAllocated === 8 ? bytes : Uint16Array.from({ length: bytes.length >> 1 }, (_, place) => view.getUint16(2 * place, true));
}
