/** Bitmaps over a picture (PS3.3 C.9.2), one bit per pixel, lowest bit first (PS3.5 8.1.2). */

import type { Overlay } from "../read/frame-details.js";

/** Whether each pixel is set, row by row. */
export function unpackBits(bytes: Uint8Array, pixels: number): Uint8Array {
  return Uint8Array.from({ length: pixels }, (_, place) => ((bytes[place >> 3] ?? 0) >> (place & 7)) & 1);
}

/** A plane as a canvas to draw over the picture. */
export function overlayCanvas({ rows, columns }: Overlay, bytes: Uint8Array): HTMLCanvasElement | null {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d");
  if (context === null || rows * columns === 0) {
    return null;
  }
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  unpackBits(bytes, rows * columns).forEach((bit, place) => {
    words[place] = bit === 1 ? 0xffffffff : 0;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
