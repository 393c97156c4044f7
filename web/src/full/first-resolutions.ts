/**
 * The beginning of a large frame, as a smaller picture: a tenth of its bytes is enough to see a mammogram in windows of
 * one's own. It is drawn, but never measured, and never called full quality.
 */

import { decodeFrame } from "./decoder-pool.js";
import type { FrameDetails, Resolution } from "../read/frame-details.js";
import { FrameValues } from "./frame-values.js";
import type { Table } from "../read/tables.js";

/** Smaller ones show less than any quick picture. */
const COLUMNS_MIN = 384;
/** A picture enlarged no more than this looks sharp. */
const ENLARGED_MAX = 1.2;

export interface FirstEvents {
  /** Whether a frame is wanted and missing. */
  isWanted(frame: number): boolean;
  /** Width of the picture in pixels of the screen. */
  screenColumns(): number;
  /** A smaller picture can be drawn. */
  onArrival(frame: number): void;
}

export class FirstResolutions {
  private shown: { readonly frame: number; readonly columns: number; readonly values: FrameValues } | null = null;
  private isDecoding = false;

  constructor(
    private readonly tables: readonly (Table | null)[],
    private readonly events: FirstEvents,
  ) {}

  of(frame: number): FrameValues | null {
    return this.shown?.frame === frame ? this.shown.values : null;
  }

  /** Takes the beginning of a frame; the bytes are only lent. */
  take(frame: number, details: FrameDetails, bytes: Uint8Array<ArrayBuffer>): void {
    const { diagnostic } = details;
    if (diagnostic === null || this.isDecoding || !this.events.isWanted(frame)) {
      return;
    }
    const { resolutions } = diagnostic;
    const next = sharpEnough(resolutions, this.events.screenColumns());
    const held = this.shown?.frame === frame ? this.shown.columns : 0;
    if (next !== null && next.length <= bytes.length && next.columns > held) {
      const halvings = resolutions.length - 1 - resolutions.indexOf(next);
      void this.decode(frame, details, next, halvings, bytes.slice(0, next.length));
    }
  }

  close(): void {
    this.shown = null;
  }

  private async decode(
    frame: number,
    details: FrameDetails,
    { columns, rows }: Resolution,
    halvings: number,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const { diagnostic } = details;
    if (diagnostic === null) {
      return;
    }
    this.isDecoding = true;
    const { mediaType, samplesPerPixel: channels, bitsPerSample: bits, sampleType: type } = diagnostic;
    const decoded = await decodeFrame({ bytes, mediaType, rows, columns, channels, bits, type, halvings });
    this.isDecoding = false;
    if (decoded !== null && this.events.isWanted(frame)) {
      this.shown = { frame, columns, values: new FrameValues(details, decoded, this.tables) };
      this.events.onArrival(frame);
    }
  }
}

/** The smallest resolution that looks sharp on this many pixels; else the largest one that is not the whole. */
export function sharpEnough(resolutions: readonly Resolution[], screenColumns: number): Resolution | null {
  const smaller = resolutions.slice(0, -1).filter(({ columns }) => columns >= COLUMNS_MIN);
  return smaller.find(({ columns }) => columns * ENLARGED_MAX >= screenColumns) ?? smaller.at(-1) ?? null;
}
