/** How a frame is shown: from stored values to colours (PS3.3 C.11, PS3.4 N.2). */

import { colourMap, type ColourMap } from "./color-map.js";
import type { Window } from "../read/frame-details.js";
import type { FrameValues } from "./frame-values.js";
import { greyAt, highestOutput, type GreyTable, type PaletteTable } from "../read/tables.js";
import { applyWindow, spanning } from "./window.js";

export interface Look {
  /** Null for the default of each frame. */
  readonly window: Window | null;
  /** In place of a window: the table of a presentation state. */
  readonly voiTable?: GreyTable | null;
  readonly isInverted: boolean;
  readonly colours: ColourMap;
  readonly hasOverlays: boolean;
  /** Whether to subtract the mask; null for the default of each frame. */
  readonly isMasked: boolean | null;
}

export const DEFAULT_LOOK: Look = {
  window: null,
  isInverted: false,
  colours: "grey",
  hasOverlays: true,
  isMasked: null,
};

/** A colour, as a canvas stores it in a little endian word. */
export type Abgr = number;

const OPAQUE = 0xff000000;
const BLACK = OPAQUE;

/** The window of a frame; null if a table is used instead. */
export function windowOf(values: FrameValues, look: Look): Window | null {
  if (look.window !== null) {
    return look.window;
  }
  const isTable = look.voiTable != null || values.table("voiLut")?.kind === "grey";
  return isTable ? null : (values.details.window ?? spanning(...values.modalityRange));
}

/** Maps a stored value of one channel to its colour. */
export function shadeOf(values: FrameValues, look: Look): (stored: number) => Abgr {
  const table = values.table("palette");
  const palette = table?.kind === "palette" ? table : null;
  if (values.isPalette && palette !== null) {
    return paletteColour(palette);
  }
  const grey = greyOf(values, look);
  const colours = colourMap(look.colours);
  // The lowest value of MONOCHROME1 is white (C.7.6.3.1.2).
  const isInverted = look.isInverted !== (values.photometric === "MONOCHROME1");
  // A Supplemental Palette colours the values from its first entry on (C.7.6.19).
  const colouredFrom = palette?.first ?? Number.POSITIVE_INFINITY;
  const coloured = palette === null ? null : paletteColour(palette);
  return (stored) => {
    if (coloured !== null && stored >= colouredFrom) {
      return coloured(stored);
    }
    if (values.isPadding(stored)) {
      return BLACK;
    }
    const shown = Math.round(grey(values.modality(stored)) * 255);
    return pack(colours, 3 * (isInverted ? 255 - shown : shown));
  };
}

function paletteColour({ first, colours }: PaletteTable): (stored: number) => Abgr {
  const last = Math.floor(colours.length / 3) - 1;
  return (stored) => pack(colours, 3 * Math.min(last, Math.max(0, stored - first)));
}

function greyOf(values: FrameValues, look: Look): (value: number) => number {
  const window = windowOf(values, look);
  const table = look.voiTable ?? values.table("voiLut");
  if (window === null && table?.kind === "grey") {
    return (value) => Math.min(1, greyAt(table, value) / highestOutput(table));
  }
  const shown = window ?? spanning(0, 1);
  return (value) => applyWindow(shown, value);
}

/**
 * The colours of all values that occur, indexed by bit pattern: 256 or 65,536 of them. Signed values are indexed by
 * their two's complement.
 */
export function colourTable(values: FrameValues, look: Look): Uint32Array<ArrayBuffer> {
  const shade = shadeOf(values, look);
  const colours = new Uint32Array(values.decoded.samples.BYTES_PER_ELEMENT === 1 ? 256 : 65_536).fill(BLACK);
  const [lowest, highest] = values.range;
  for (let stored = lowest; stored <= highest; stored++) {
    colours[stored & (colours.length - 1)] = shade(stored);
  }
  return colours;
}

/** Red, green and blue of a pixel: as stored, or for luminance and chrominance and for palettes as shown, in 8 bits. */
export function rgbAt(values: FrameValues, column: number, row: number): readonly number[] | null {
  if (values.isPalette) {
    const stored = values.storedAt(column, row);
    return stored === null ? null : rgbOf(shadeOf(values, DEFAULT_LOOK)(stored));
  }
  const stored = values.colourAt(column, row);
  if (stored === null || !isYbr(values)) {
    return stored;
  }
  return rgbOf(colourOf(values)(3 * (row * values.decoded.columns + column)));
}

function rgbOf(shown: Abgr): readonly number[] {
  return [shown & 0xff, (shown >>> 8) & 0xff, (shown >>> 16) & 0xff];
}

function isYbr({ photometric }: FrameValues): boolean {
  return photometric.startsWith("YBR_FULL");
}

/** The colour of three interleaved samples starting at `place`. */
export function colourOf(values: FrameValues): (place: number) => Abgr {
  const { samples } = values.decoded;
  const shift = Math.max(0, (values.details.diagnostic?.bitsPerSample ?? 8) - 8);
  const byte = (place: number) => (samples[place] ?? 0) >> shift;
  if (isYbr(values)) {
    return (place) => fromYbr(byte(place), byte(place + 1), byte(place + 2));
  }
  return (place) => (OPAQUE | (byte(place + 2) << 16) | (byte(place + 1) << 8) | byte(place)) >>> 0;
}

/** YBR_FULL to RGB (PS3.3 C.7.6.3.1.2). */
export function fromYbr(y: number, cb: number, cr: number): Abgr {
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  const red = byte(y + 1.402 * (cr - 128));
  const green = byte(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
  const blue = byte(y + 1.772 * (cb - 128));
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}

function pack(colours: Uint8Array, place: number): Abgr {
  const [red = 0, green = 0, blue = 0] = [colours[place], colours[place + 1], colours[place + 2]];
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}
