/** One series on the stage: which frame is wanted, which one is shown, and the pictures in between. */

import { BoundedFrames } from "./bounded-frames.js";
import { clipAround, type Clip } from "./clip.js";
import { decodePicture, type Picture } from "./picture.js";
import type { SeriesIndex } from "./series-index.js";
import type { SeriesLoader } from "./series-loader.js";
import { clamp } from "./view-geometry.js";

const DECODED_BYTES_MAX = 96 * 1024 * 1024;
const BYTES_PER_PIXEL = 4;

export interface PlayerEvents {
  /** A picture is to be drawn. */
  onPicture(picture: Picture): void;
  /** Another frame is wanted. */
  onFrame(frame: number): void;
  /** The wanted frame is (no longer) on its way. */
  onWaiting(isWaiting: boolean): void;
  /** The wanted frame cannot be decoded here. */
  onBroken(): void;
}

export class SeriesPlayer {
  private readonly pictures = new BoundedFrames<Picture>(DECODED_BYTES_MAX, (picture) => picture.release());
  private readonly broken = new Set<number>();
  private wanted: number;
  private shown: number | null = null;
  private isDecoding = false;

  constructor(
    private readonly index: SeriesIndex,
    private readonly loader: SeriesLoader,
    private readonly events: PlayerEvents,
  ) {
    this.wanted = Math.floor(index.frames.length / 2);
  }

  get frame(): number {
    return this.wanted;
  }

  get frames(): number {
    return this.index.frames.length;
  }

  get clip(): Clip | null {
    return clipAround(this.index.frames, this.wanted);
  }

  /** Wants a frame; the nearest one there is. */
  go(frame: number): void {
    this.wanted = clamp(frame, 0, this.frames - 1);
    this.events.onFrame(this.wanted);
    this.loader.want(this.wanted);
    void this.paint();
  }

  /** Whether a frame could be drawn at once. */
  isReady(frame: number): boolean {
    return this.pictures.has(frame) || this.loader.bytesOf(frame) !== undefined || this.broken.has(frame);
  }

  /** Bytes of a frame have come in. */
  onBytes(frame: number): void {
    if (frame === this.wanted) {
      void this.paint();
    }
  }

  close(): void {
    this.loader.close();
    this.pictures.clear();
  }

  /** Decodes until the wanted frame is shown; frames wished for in between are drawn on the way. */
  private async paint(): Promise<void> {
    if (this.isDecoding) {
      return;
    }
    this.isDecoding = true;
    try {
      while (this.shown !== this.wanted && (await this.paintOnce(this.wanted))) {
        // The wanted frame may have changed while it was decoded.
      }
    } finally {
      this.isDecoding = false;
    }
    this.events.onWaiting(this.shown !== this.wanted && !this.broken.has(this.wanted));
  }

  private async paintOnce(frame: number): Promise<boolean> {
    const picture = this.pictures.get(frame) ?? (await this.decode(frame));
    if (picture === null) {
      if (this.broken.has(frame)) {
        this.events.onBroken();
      }
      return this.wanted !== frame;
    }
    this.shown = frame;
    this.events.onPicture(picture);
    return true;
  }

  private async decode(frame: number): Promise<Picture | null> {
    const bytes = this.loader.bytesOf(frame);
    const preview = this.index.frames[frame]?.preview;
    if (bytes === undefined || preview === undefined || this.broken.has(frame)) {
      return null;
    }
    try {
      const picture = await decodePicture(bytes, preview.mediaType);
      this.pictures.put(frame, picture, picture.width * picture.height * BYTES_PER_PIXEL, frame);
      return picture;
    } catch {
      this.broken.add(frame);
      return null;
    }
  }
}
