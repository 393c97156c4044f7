/**
 * A volume that fills: quick pictures of every eighth slice, then of all, then every slice in full quality. It asks the
 * link for them in this order, and puts each into its texture as it comes.
 */

import type { FrameValues } from "../../full/frame-values.js";
import type { FullSeries } from "../../full/full-series.js";
import { spanning } from "../../full/window.js";
import type { Link } from "../../link/link.js";
import { decodePicture } from "../../picture.js";
import { frameDetails, type FrameDetails, type Window } from "../../read/frame-details.js";
import { framePlace } from "../../read/frame-place.js";
import type { SeriesIndex } from "../../read/series-index.js";
import { Crosshair } from "./crosshair.js";
import { isRefusal, transform, volumeOf, type Refusal, type VolumeGeometry } from "./geometry.js";
import { Pace } from "./pace.js";
import { nearestSlice } from "./plane.js";
import { planeGl, type DrawnVolume, type PlaneGl } from "./plane-gl.js";
import type { SamplerName } from "./shader.js";
import { THINNED, thinnedOut } from "./thinned.js";
import { VolumeTextures } from "./texture.js";

const PREVIEWS_DECODING_MAX = 4;
const WIDE_PX = 960;
const MEBIBYTE = 1024 * 1024;
/** Memory of the graphics processor. A phone shares it with everything else. */
const WHOLE_BYTES = { wide: 512 * MEBIBYTE, narrow: 64 * MEBIBYTE } as const;
const PREVIEW_BYTES = { wide: 64 * MEBIBYTE, narrow: 24 * MEBIBYTE } as const;

/** What a volume is made from: a series that is open. */
export interface VolumeSource {
  readonly index: SeriesIndex;
  readonly link: Link;
  readonly full: FullSeries | null;
  /** The frame that tells which volume of the series is meant. */
  readonly frame: number;
}

export class Volume {
  readonly crosshair: Crosshair;
  /** What was known of each slice, in the order of slices. */
  readonly details: readonly FrameDetails[];
  private readonly textures: VolumeTextures;
  private readonly sliceOf: ReadonlyMap<number, number>;
  private readonly broken = new Set<number>();
  private readonly previewStride: number;
  private readonly listeners = new Set<() => void>();
  private readonly stops: readonly (() => void)[];
  private full: FullSeries | null = null;
  /** Slices whose quick picture waits to be decoded. */
  private waiting: number[] = [];
  private decoding = 0;
  /** Slices whose quick picture was decoded, or cannot be used. */
  private readonly tried = new Set<number>();
  private isCollecting = false;
  private readonly pace: Pace;
  private isClosed = false;
  private hasNoRoom = false;
  private readonly milestones = new Set<string>();

  /** The volume that a frame of a series belongs to, or why there is none. */
  static open(source: VolumeSource): Volume | Refusal {
    const frames = source.index.frames.map((frame) => ({ details: frameDetails(frame), place: framePlace(frame) }));
    const geometry = volumeOf(frames, source.frame);
    if (isRefusal(geometry)) {
      return geometry;
    }
    const gl = planeGl();
    if (gl === null) {
      return { reason: "graphics", facts: {} };
    }
    return new Volume(geometry, source, gl, geometry.frames.map((frame) => frames[frame]?.details as FrameDetails));
  }

  private constructor(
    readonly geometry: VolumeGeometry,
    private readonly source: VolumeSource,
    readonly gl: PlaneGl,
    details: readonly FrameDetails[],
  ) {
    this.details = details;
    this.crosshair = new Crosshair(geometry);
    this.sliceOf = new Map(geometry.frames.map((frame, slice) => [frame, slice]));
    const size = innerWidth >= WIDE_PX ? "wide" : "narrow";
    const { columns, rows, frames } = geometry;
    const expected = expectedSampler(details[0]);
    gl.warm(expected);
    const { width = 0, height = 0 } = source.index.frames[frames[0] ?? 0]?.preview ?? {};
    this.previewStride = strideFor((width * height * frames.length) / PREVIEW_BYTES[size]);
    this.textures = new VolumeTextures(gl, { columns, rows, slices: frames.length }, WHOLE_BYTES[size], (slice) => geometry.places[slice] ?? slice, this.previewStride, expected);
    this.pace = new Pace(gl.gl, () => this.crosshair.isMoving || !this.isQuickThere, () => this.draw());
    const onPreview = (frame: number) => this.awaitPreview(frame);
    const onLost = () => {
      this.textures.forget();
      this.redraw();
    };
    const onRestored = () => this.begin();
    source.link.onPreview.add(onPreview);
    gl.onLost.add(onLost);
    gl.onRestored.add(onRestored);
    this.stops = [
      () => source.link.onPreview.delete(onPreview),
      () => gl.onLost.delete(onLost),
      () => gl.onRestored.delete(onRestored),
      this.crosshair.listen(() => this.look()),
    ];
    this.begin();
    this.setFull(source.full);
  }

  /** Told when there is more to draw. Returns a function that stops listening. */
  listen(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }

  /** Full quality of the series has come. */
  setFull(full: FullSeries | null): void {
    if (full !== null && full !== this.full) {
      this.full = full;
      this.isCollecting = false;
      this.collect();
      this.look();
    }
  }

  get slices(): number {
    return this.geometry.frames.length;
  }

  /** How many slices are there in full quality. */
  get wholeCount(): number {
    return this.textures.wholeCount;
  }

  /** How many slices can be drawn, at least from a quick picture. */
  get seenCount(): number {
    return this.geometry.frames.filter((_, slice) => this.textures.isWhole(slice) || this.textures.hasPreview(slice)).length;
  }

  get brokenCount(): number {
    return this.broken.size;
  }

  /** Whether every slice that can be read has come. */
  get isComplete(): boolean {
    return this.wholeCount + this.broken.size === this.slices;
  }

  get halvings(): number {
    return this.textures.halvings;
  }

  /** Bytes of the graphics processor. */
  get bytes(): number {
    return this.textures.bytes;
  }

  /** Whether it is too large for the device even at an eighth of its resolution. */
  get isTooLarge(): boolean {
    return this.hasNoRoom;
  }

  get isLost(): boolean {
    return this.gl.isLost;
  }

  /** Pixels of the screen to a pixel of a drawing. */
  get step(): number {
    return this.pace.step;
  }

  get isLossy(): boolean {
    return this.details.some(({ isLossy }) => isLossy);
  }

  get seriesLook(): FullSeries["look"] | null {
    return this.full?.look ?? null;
  }

  /** The window of a plane, if the reader chose none: a plane has one, although each slice may name its own. */
  get defaultWindow(): Window {
    const middle = this.slices >> 1;
    const details = this.details[middle];
    const values = this.full?.values(this.geometry.frames[middle] ?? 0);
    return details?.window ?? details?.presets[0] ?? spanning(...(values?.modalityRange ?? [0, 1]));
  }

  /** Whether these places were interpolated from full quality alone. */
  isWholeBetween([first, last]: readonly [number, number]): boolean {
    const { places } = this.geometry;
    const isTouched = (slice: number) => (places[slice + 1] ?? Infinity) > first && (places[slice - 1] ?? -Infinity) < last;
    const touched = places.map((_, slice) => slice).filter(isTouched);
    return touched.every((slice) => this.textures.isWhole(slice) || (this.broken.has(slice) && this.isComplete));
  }

  /** Null while there is nothing to draw. */
  drawn(): DrawnVolume | null {
    // A slice that cannot be read leaves a hole; one that has not come yet does not.
    return this.textures.drawn(this.isComplete ? 1 : Math.max(THINNED, this.previewStride));
  }

  close(): void {
    this.isClosed = true;
    this.pace.close();
    this.stops.forEach((stop) => stop());
    this.full?.collect(null);
    this.want(this.source.frame);
    this.textures.close();
    this.listeners.clear();
  }

  /** Draws again, because a hand changed something. */
  redraw(): void {
    this.pace.soon(true);
  }

  /** Asks for quick pictures, a thinned-out series first; what has come already is decoded. */
  private begin(): void {
    const { frames } = this.geometry;
    const thinned = this.thinned;
    this.broken.clear();
    this.tried.clear();
    this.waiting = [];
    this.isCollecting = false;
    thinned.forEach((slice) => this.awaitPreview(frames[slice] ?? 0));
    frames.forEach((frame) => this.awaitPreview(frame));
    this.source.link.wantFirst(thinned.map((slice) => frames[slice] ?? 0));
    this.collect();
    this.redraw();
  }

  /** Slices whose quick pictures come first: every eighth, and the last that is kept. */
  private get thinned(): readonly number[] {
    return thinnedOut(this.kept, Math.max(1, THINNED / this.previewStride));
  }

  /** Slices whose quick pictures are kept. */
  private get kept(): readonly number[] {
    return this.geometry.frames.map((_, slice) => slice).filter((slice) => slice % this.previewStride === 0);
  }

  /** Decodes a quick picture, once it has come. */
  private awaitPreview(frame: number): void {
    const slice = this.sliceOf.get(frame);
    if (slice !== undefined && slice % this.previewStride === 0 && this.source.link.preview(frame) !== undefined && !this.waiting.includes(slice)) {
      this.waiting.push(slice);
      void this.decodePreviews();
    }
  }

  private async decodePreviews(): Promise<void> {
    if (this.decoding >= PREVIEWS_DECODING_MAX) {
      return;
    }
    this.decoding += 1;
    for (let slice = this.waiting.shift(); slice !== undefined && !this.isClosed; slice = this.waiting.shift()) {
      await this.decodePreview(slice);
    }
    this.decoding -= 1;
    this.collect();
  }

  private async decodePreview(slice: number): Promise<void> {
    const frame = this.geometry.frames[slice] ?? 0;
    const { textures, source } = this;
    const bytes = source.link.preview(frame);
    const meaning = previewMeaning(this.details[slice]);
    if (bytes !== undefined && meaning !== null && !textures.isWhole(slice) && !textures.hasPreview(slice)) {
      try {
        const picture = await decodePicture(bytes, source.index.frames[frame]?.preview.mediaType ?? "");
        if (!this.isClosed && !this.isComplete) {
          textures.putPreview(slice, picture.source as ImageBitmap, meaning);
          this.pace.soon(false);
        }
        picture.release();
      } catch {
        // Full quality comes all the same.
      }
    }
    this.tried.add(slice);
  }

  /** Whether planes are drawn from all quick pictures that there will be. */
  private get isQuickThere(): boolean {
    const isSettled = (slice: number) => this.tried.has(slice) || this.textures.isWhole(slice);
    return this.kept.every(isSettled) || (this.source.link.isComplete && this.waiting.length + this.decoding === 0);
  }

  /** Full quality is stored once the planes are seen from quick pictures: to make room for it may take longer than these. */
  private collect(): void {
    if (this.gl.isLost || this.hasNoRoom || this.isClosed || this.isCollecting || this.full === null || !this.isQuickThere) {
      return;
    }
    this.isCollecting = true;
    this.full.collect({
      isMissing: (frame) => {
        const slice = this.sliceOf.get(frame);
        return slice !== undefined && !this.textures.isWhole(slice) && !this.broken.has(slice) && !this.hasNoRoom && !this.gl.isLost;
      },
      take: (frame, values) => this.take(frame, values),
    });
  }

  private take(frame: number, values: FrameValues | null): void {
    const slice = this.sliceOf.get(frame);
    if (slice === undefined || this.isClosed || this.gl.isLost || this.textures.isWhole(slice)) {
      return;
    }
    const { rescale, padding, rows, columns } = this.details[slice] ?? {};
    const isSound = values !== null && values.decoded.rows === rows && values.decoded.columns === columns && values.decoded.channels === 1;
    const meaning = { slope: rescale?.slope || 1, intercept: rescale?.intercept ?? 0, padding: padding ?? null };
    const isStored = isSound && this.textures.putWhole(slice, values.decoded.samples, meaning);
    if (!isStored && isSound && this.wholeCount === 0) {
      this.hasNoRoom = true;
    } else if (!isStored) {
      this.broken.add(slice);
    }
    if (this.isComplete) {
      this.textures.dropPreviews();
    }
    this.pace.soon(false);
  }

  /** What the crosshair is on comes first. */
  private look(): void {
    const [, , place] = transform(this.geometry.toVoxel, this.crosshair.point);
    const frame = this.geometry.frames[nearestSlice(this.geometry.places, place)] ?? 0;
    if (!this.isComplete) {
      this.want(frame);
    }
    this.redraw();
  }

  /** Of one frame both lanes of the link must know: the quick pictures wait for its full quality. */
  private want(frame: number): void {
    this.source.link.want(frame);
    this.full?.want(frame, 1);
  }

  private draw(): void {
    this.listeners.forEach((told) => told());
    this.reach();
  }

  /** For those who measure the page, once per volume: what the planes have been drawn from. */
  private reach(): void {
    const isThere = (slices: readonly number[]) => slices.every((slice) => this.textures.isWhole(slice) || this.textures.hasPreview(slice));
    const reached = { thinned: isThere(this.thinned), quick: this.isQuickThere, whole: this.isComplete };
    for (const [name, isReached] of Object.entries(reached)) {
      if (isReached && !this.milestones.has(name)) {
        this.milestones.add(name);
        performance.mark(`filmless:planes-${name}`);
      }
    }
  }
}

/** A power of two, as the thinned-out ones are so many slices apart that all of these are among those that are kept. */
function strideFor(ofMemory: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(ofMemory)));
}

/** As `kindOf` will find it. */
function expectedSampler(details: FrameDetails | undefined): SamplerName {
  const type = details?.diagnostic?.sampleType;
  return type === "unsigned" ? "usampler3D" : type === "signed" ? "isampler3D" : "sampler3D";
}

/**
 * From the brightness of a quick picture, 0 to 1, to modality values: it shows the frame's own window, so this is exact
 * where a window of that kind is linear, and bounded by it. Null if the window is not known.
 */
function previewMeaning(details: FrameDetails | undefined): { readonly slope: number; readonly intercept: number } | null {
  const { window = null, photometric, voiLut } = details ?? {};
  if (window === null || voiLut != null || !(window.width > 0)) {
    return null;
  }
  const isLinear = window.function === "LINEAR";
  const width = isLinear ? Math.max(1e-6, window.width - 1) : window.width;
  const middle = isLinear ? window.center - 0.5 : window.center;
  const isWhiteLow = photometric === "MONOCHROME1";
  return isWhiteLow ? { slope: -width, intercept: middle + width / 2 } : { slope: width, intercept: middle - width / 2 };
}
