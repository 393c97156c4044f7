/** The slices of a PET or SPECT, fetched as images need them. */

import { decodeFrame } from "../../full/decoder-pool.js";
import { FrameValues } from "../../full/frame-values.js";
import { Link, type Grant } from "../../link/link.js";
import { frameDetails } from "../../read/frame-details.js";
import { framePlace } from "../../read/frame-axes.js";
import type { Frame, SeriesIndex } from "../../read/series-index.js";
import { parseTables, type Table } from "../../read/tables.js";
import { planeOf } from "../objects/plane.js";
import { stackOf, type SliceValues, type StackFault, type StackSlice } from "./resample.js";

export type StackTrouble = StackFault | "unreachable" | "colour" | "table";

/** Decoded slices held at a time. */
const BYTES_MAX = 48 * 1024 * 1024;
const REQUESTS_MAX = 2;

export class PetStack {
  private readonly held = new Map<number, { readonly values: SliceValues; readonly bytes: number }>();
  private readonly broken = new Set<number>();
  private wanted: readonly number[] = [];
  private readonly running = new Set<number>();
  private isClosed = false;

  constructor(
    private readonly link: Link,
    readonly frames: readonly Frame[],
    private readonly tables: readonly (Table | null)[],
    readonly slices: readonly (StackSlice & { readonly place: number })[],
    /** The unit of its values, as the index tells. */
    readonly unit: string | null,
    /** White in the window of the file, in its values. */
    readonly white: number | null,
    private readonly onArrival: () => void,
  ) {}

  /** Reads the index; what is wrong with the series, if it cannot be laid over another. */
  static async open(grant: Grant, seriesInstanceUid: string, onArrival: () => void): Promise<PetStack | StackTrouble> {
    const link = new Link(grant, seriesInstanceUid);
    const index = await link.open();
    const stack = index === null ? "unreachable" : build(link, index, onArrival);
    if (typeof stack === "string") {
      link.close();
    }
    return stack;
  }

  /** Fetches these slices, and forgets what was asked for before. */
  want(slices: readonly number[]): void {
    this.wanted = slices;
    this.pump();
  }

  /** Null until they arrive. */
  values(slice: number): SliceValues | null {
    const found = this.held.get(slice);
    if (found !== undefined) {
      // What was used last is dropped last.
      this.held.delete(slice);
      this.held.set(slice, found);
    }
    return found?.values ?? null;
  }

  /** Whether all of these slices are there, or never will be. */
  isReady(slices: readonly number[]): boolean {
    return slices.every((slice) => this.held.has(slice) || this.broken.has(slice));
  }

  /** Whether slices are missing because they cannot be read here. */
  get isBroken(): boolean {
    return this.broken.size > 0;
  }

  close(): void {
    this.isClosed = true;
    this.link.close();
    this.held.clear();
  }

  private pump(): void {
    for (const slice of this.wanted) {
      if (!this.isClosed && this.running.size < REQUESTS_MAX && !this.held.has(slice) && !this.broken.has(slice) && !this.running.has(slice)) {
        this.running.add(slice);
        void this.bring(slice).finally(() => {
          this.running.delete(slice);
          this.onArrival();
          this.pump();
        });
      }
    }
  }

  private async bring(slice: number): Promise<void> {
    const frame = this.frames[this.slices[slice]?.place ?? -1];
    const details = frame === undefined ? null : frameDetails(frame);
    const diagnostic = details?.diagnostic ?? null;
    const bytes = diagnostic === null ? null : await this.link.part(diagnostic);
    if (details === null || diagnostic === null || bytes === null || this.isClosed) {
      this.broken.add(slice);
      return;
    }
    const { mediaType, samplesPerPixel: channels, bitsPerSample: bits, sampleType: type } = diagnostic;
    const { rows, columns } = details;
    const decoded = await decodeFrame({ bytes, mediaType, rows, columns, channels, bits, type });
    if (decoded === null) {
      this.broken.add(slice);
      return;
    }
    const values = new FrameValues(details, decoded, this.tables);
    const intercept = values.modality(0);
    this.keep(slice, { samples: decoded.samples, slope: values.modality(1) - intercept, intercept }, values.bytes);
  }

  private keep(slice: number, values: SliceValues, bytes: number): void {
    this.held.set(slice, { values, bytes });
    let total = [...this.held.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [oldest, one] of [...this.held]) {
      if (total > BYTES_MAX && !this.wanted.includes(oldest)) {
        this.held.delete(oldest);
        total -= one.bytes;
      }
    }
  }
}

/** Of several volumes, such as time points, the first one. */
function build(link: Link, { frames: all, tables }: SeriesIndex, onArrival: () => void): PetStack | StackTrouble {
  const first = all.map(framePlace).find((place) => place !== null);
  const frames = all.filter((frame) => {
    const place = framePlace(frame);
    return first == null || (place !== null && place.plane === first.plane && place.volume === 1 && (place.phase ?? 1) === 1);
  });
  const details = frames.map(frameDetails);
  if (details.some(({ diagnostic }) => (diagnostic?.samplesPerPixel ?? 1) !== 1)) {
    return "colour";
  }
  if (details.some(({ modalityLut }) => modalityLut !== null)) {
    return "table";
  }
  const slices = stackOf(details.map((one) => ({ plane: planeOf(one), columns: one.columns, rows: one.rows })));
  if (typeof slices === "string") {
    return slices;
  }
  const middle = details[details.length >> 1];
  const white = middle?.window == null ? null : middle.window.center + middle.window.width / 2;
  return new PetStack(link, frames, parseTables(tables), slices, middle?.rescale?.unit ?? null, white, onArrival);
}
