/** A decoded frame and the meaning of its values. */

import type { FrameDetails } from "../read/frame-details.js";
import type { Decoded } from "./samples.js";
import { greyAt, type Table } from "../read/tables.js";

export class FrameValues {
  private known: readonly [number, number] | null = null;
  private readonly toModality: (stored: number) => number;

  constructor(
    readonly details: FrameDetails,
    readonly decoded: Decoded,
    private readonly tables: readonly (Table | null)[],
  ) {
    this.toModality = modalityOf(details, tables);
  }

  /** Lowest and highest stored value that is a measurement. */
  get range(): readonly [number, number] {
    return (this.known ??= this.isColour ? [0, 255] : rangeOf(this.decoded, this.details.padding));
  }

  get isColour(): boolean {
    return this.decoded.channels === 3;
  }

  /** Whether stored values mean colours, not measurements. */
  get isPalette(): boolean {
    return !this.isColour && this.photometric === "PALETTE COLOR" && this.table("palette")?.kind === "palette";
  }

  get photometric(): string {
    return this.details.diagnostic?.photometric ?? this.details.photometric;
  }

  /** Whether Rescale Slope is 0, which gives no values (PS3.3 C.11.1.1.2). */
  get isUnmeasured(): boolean {
    return this.details.modalityLut === null && this.details.rescale?.slope === 0;
  }

  get unit(): string | null {
    return this.details.modalityLut === null ? (this.details.rescale?.unit ?? null) : null;
  }

  get bytes(): number {
    return this.decoded.samples.byteLength;
  }

  modality(stored: number): number {
    return this.toModality(stored);
  }

  isPadding(stored: number): boolean {
    const { padding } = this.details;
    return padding !== null && stored >= padding[0] && stored <= padding[1];
  }

  /** Lowest and highest modality value. */
  get modalityRange(): readonly [number, number] {
    const ends = this.range.map(this.toModality) as [number, number];
    return [Math.min(...ends), Math.max(...ends)];
  }

  /**
   * The modality value of a pixel; null outside the image, for padding, for colours, and if values are not
   * measurements.
   */
  valueAt(column: number, row: number): number | null {
    const stored = this.isUnmeasured ? null : this.storedAt(column, row);
    return stored === null || this.isPadding(stored) ? null : this.toModality(stored);
  }

  /** The stored value of a pixel; null outside the image and for colours. */
  storedAt(column: number, row: number): number | null {
    const { columns, rows, samples } = this.decoded;
    if (this.isColour || column < 0 || row < 0 || column >= columns || row >= rows) {
      return null;
    }
    return samples[row * columns + column] ?? 0;
  }

  /** The stored colour of a pixel. */
  colourAt(column: number, row: number): readonly number[] | null {
    const { columns, rows, samples } = this.decoded;
    if (!this.isColour || column < 0 || row < 0 || column >= columns || row >= rows) {
      return null;
    }
    const place = 3 * (row * columns + column);
    return [...samples.subarray(place, place + 3)];
  }

  table(name: "modalityLut" | "voiLut" | "palette"): Table | null {
    const place = this.details[name];
    return place === null ? null : (this.tables[place] ?? null);
  }
}

function modalityOf({ modalityLut, rescale }: FrameDetails, tables: readonly (Table | null)[]) {
  const table = modalityLut === null ? null : tables[modalityLut];
  if (table?.kind === "grey") {
    return (stored: number) => greyAt(table, stored);
  }
  const { slope, intercept } = rescale ?? { slope: 1, intercept: 0 };
  return (stored: number) => stored * (slope || 1) + intercept;
}

function rangeOf({ samples }: Decoded, padding: readonly [number, number] | null): readonly [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  const [from, to] = padding ?? [1, 0];
  for (const value of samples) {
    if (!(value >= from && value <= to) && Number.isFinite(value)) {
      lowest = value < lowest ? value : lowest;
      highest = value > highest ? value : highest;
    }
  }
  return lowest <= highest ? [lowest, highest] : [0, 0];
}
