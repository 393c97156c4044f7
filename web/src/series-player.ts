/** One series on the stage: the wanted frame, the shown one, and the pictures in between. */

import { BoundedFrames } from "./bounded-frames.js";
import { clipAround, type Clip } from "./clip.js";
import type { Link } from "./link/link.js";
import { decodePicture, quick, type Picture } from "./picture.js";
import type { SeriesIndex } from "./read/series-index.js";
import type { Shown } from "./stage.js";
import { clamp } from "./view-geometry.js";

const DECODED_BYTES_MAX = 64 * 1024 * 1024;
const BYTES_PER_PIXEL = 4;

export interface PlayerEvents {
  /** A picture should be drawn. */
  onPicture(shown: Shown, frame: number): void;
  /** Another frame is wanted. */
  onFrame(frame: number): void;
  /** The wanted frame is (no longer) on its way. */
  onWaiting(isWaiting: boolean): void;
  /** The stage has shown another frame than the wanted one for so long that it could be mistaken for it. */
  onStale(): void;
  /** The wanted frame cannot be decoded here. */
  onBroken(): void;
}

/**
 * A quick picture has the file's look. If the reader chose another one, full quality is awaited for this long before
 * the quick picture is shown anyway.
 */
const OTHER_LOOK_MS_MAX = 500;

/** How long a picture may stay under the number of the next one: about as long as drawing takes. */
const STALE_MS_MAX = 80;
/** While the eye moves on, so many of the next quick pictures are decoded before they are wanted. */
const AHEAD = 6;

/** Source of pictures in full quality. */
export interface FullPictures {
  /** Whether quick pictures look different. */
  readonly isOtherLook: boolean;
  /** Sets the current frame and the direction of reading. */
  want(frame: number, direction: number): void;
  /** A frame, if it has arrived. */
  shown(frame: number): Shown | null;
  close(): void;
}

export class SeriesPlayer {
  full: FullPictures | null = null;
  readonly pictures = new BoundedFrames<Picture>(DECODED_BYTES_MAX, (picture) => picture.release());
  private readonly broken = new Set<number>();
  private wanted: number;
  private direction = 1;
  private painted: { readonly frame: number; readonly quality: string } | null = null;
  private isDecoding = false;
  private readonly decoding = new Map<number, Promise<Picture | null>>();
  private awaited = 0;
  private staleTimer = 0;
  /** Before the first picture, the poster's frame. */
  private onStage: number;
  private isClosed = false;

  constructor(
    readonly index: SeriesIndex,
    private readonly link: Link,
    private readonly events: PlayerEvents,
  ) {
    this.wanted = this.onStage = index.posterFrame;
  }

  get frame(): number {
    return this.wanted;
  }

  get frames(): number {
    return this.index.frames.length;
  }

  get clip(): Clip | null {
    return clipAround(this.index.frames, this.wanted, this.index.modality);
  }

  /** Requests a frame, or the closest one that exists. */
  go(frame: number): void {
    const next = clamp(frame, 0, this.frames - 1);
    const way = Math.sign(next - this.wanted);
    this.direction = way || this.direction;
    this.wanted = next;
    this.events.onFrame(next);
    this.full?.want(next, this.direction);
    this.link.want(next);
    this.watch();
    void this.paint();
    for (let ahead = 1; way !== 0 && ahead <= AHEAD; ahead++) {
      if (!this.pictures.has(next + way * ahead)) {
        void this.decode(next + way * ahead);
      }
    }
  }

  /** Full quality is available from now on. */
  setFull(full: FullPictures): void {
    this.full = full;
    full.want(this.wanted, this.direction);
  }

  /** A film plays or pauses. */
  setPlaying(isPlaying: boolean): void {
    this.link.isPlaying = isPlaying;
    this.full?.want(this.wanted, 1);
  }

  /** Whether a frame could be drawn at once. */
  isReady(frame: number): boolean {
    return this.pictures.has(frame) || this.link.preview(frame) !== undefined || this.broken.has(frame);
  }

  /** A frame can be drawn, or drawn better. */
  onArrival(frame: number): void {
    if (frame === this.wanted) {
      void this.paint();
    }
  }

  /** Draws the wanted frame again, because it looks different now. */
  repaint(): void {
    this.painted = null;
    void this.paint();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.staleTimer);
    clearTimeout(this.awaited);
    this.full?.close();
    this.full = null;
    this.pictures.clear();
  }

  /** Decodes until the wanted frame is shown; frames requested in between are drawn on the way. */
  private async paint(): Promise<void> {
    const full = this.full?.shown(this.wanted) ?? null;
    if (full !== null) {
      clearTimeout(this.awaited);
      this.awaited = 0;
      this.put(full, this.wanted);
      this.events.onWaiting(false);
      return;
    }
    if (this.full?.isOtherLook === true && !this.link.isPlaying && this.painted !== null) {
      this.events.onWaiting(true);
      this.awaited ||= setTimeout(() => void this.paintQuick(), OTHER_LOOK_MS_MAX) as unknown as number;
      return;
    }
    await this.paintQuick();
  }

  private async paintQuick(): Promise<void> {
    this.awaited = 0;
    if (this.isDecoding) {
      return;
    }
    this.isDecoding = true;
    try {
      while (this.painted?.frame !== this.wanted && (await this.paintOnce(this.wanted))) {
        // The wanted frame may have changed during decoding.
      }
    } finally {
      this.isDecoding = false;
    }
    this.events.onWaiting(this.painted?.frame !== this.wanted && !this.broken.has(this.wanted) && !this.isClosed);
  }

  private async paintOnce(frame: number): Promise<boolean> {
    const picture = this.pictures.get(frame) ?? (await this.decode(frame));
    if (picture === null) {
      if (this.broken.has(frame) && this.full?.shown(frame) == null) {
        this.events.onBroken();
      }
      return this.wanted !== frame;
    }
    const entry = this.index.frames[frame];
    if (entry !== undefined && !(this.painted?.frame === frame && this.painted.quality === "full")) {
      this.put(this.full?.shown(frame) ?? quick(picture, entry), frame);
    }
    return true;
  }

  private put(shown: Shown, frame: number): void {
    this.painted = { frame, quality: shown.quality };
    this.onStage = frame;
    this.events.onPicture(shown, frame);
    clearTimeout(this.staleTimer);
    this.staleTimer = 0;
    this.watch();
  }

  /** Empties the stage if the wanted frame does not arrive soon. */
  private watch(): void {
    if (this.onStage !== this.wanted && this.staleTimer === 0) {
      this.staleTimer = setTimeout(() => {
        // What has come while the page was busy is drawn first.
        this.staleTimer = setTimeout(() => {
          this.staleTimer = 0;
          if (this.onStage !== this.wanted) {
            this.events.onStale();
          }
        }) as unknown as number;
      }, STALE_MS_MAX) as unknown as number;
    }
  }

  private decode(frame: number): Promise<Picture | null> {
    const begun = this.decoding.get(frame) ?? this.decodeOnce(frame).finally(() => this.decoding.delete(frame));
    this.decoding.set(frame, begun);
    return begun;
  }

  private async decodeOnce(frame: number): Promise<Picture | null> {
    const bytes = this.link.preview(frame);
    const preview = this.index.frames[frame]?.preview;
    if (bytes === undefined || preview === undefined || this.broken.has(frame)) {
      return null;
    }
    try {
      const picture = await decodePicture(bytes, preview.mediaType);
      if (this.isClosed) {
        // The stage belongs to another series now.
        picture.release();
        return null;
      }
      this.pictures.put(frame, picture, picture.width * picture.height * BYTES_PER_PIXEL, frame);
      return picture;
    } catch {
      this.broken.add(frame);
      return null;
    }
  }
}
