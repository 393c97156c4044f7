/** Values as colours: what is laid over an image. */

import { palette, type PaletteName } from "./palettes.js";

export interface Shades {
  readonly palette: PaletteName;
  /** This value and higher ones have the last colour; 0 has the first. */
  readonly top: number;
  /** From 0 to 1. */
  readonly opacity: number;
}

/** Below this share of the scale, colours fade out, so that an empty background does not darken the image. */
const FAINT_SHARE = 0.1;

/** RGBA, row by row. Where there is no value it is transparent. */
export function colourise(values: Float32Array, { palette: name, top, opacity }: Shades): Uint8ClampedArray<ArrayBuffer> {
  const colours = palette(name);
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let place = 0; place < values.length; place++) {
    const share = Math.max(0, (values[place] ?? Number.NaN) / top);
    if (!Number.isNaN(share)) {
      const colour = 3 * Math.min(255, Math.floor(share * 256));
      pixels[4 * place] = colours[colour] ?? 0;
      pixels[4 * place + 1] = colours[colour + 1] ?? 0;
      pixels[4 * place + 2] = colours[colour + 2] ?? 0;
      pixels[4 * place + 3] = 255 * opacity * Math.min(1, share / FAINT_SHARE);
    }
  }
  return pixels;
}
