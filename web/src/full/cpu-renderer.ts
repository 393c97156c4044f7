/** Draws in plain code, where there is no WebGL or no processor for it. */

import { colourOf, colourTable, shadeOf, type Abgr } from "./look.js";
import type { Drawing, Drawn, Renderer } from "./drawing.js";
import type { SampleArray } from "./samples.js";

/** The canvas grows in steps, so that a hand that zooms does not change it each time. It is copied with each drawing, so it is no larger than that. */
const SIDE_STEP = 64;

export class CpuRenderer implements Renderer {
  readonly name = "2d";
  private readonly canvas = document.createElement("canvas");
  private last: Drawing | null = null;

  draw(drawing: Drawing): Drawn | null {
    const { box, step } = drawing;
    const [width, height] = [Math.ceil(box.width / step), Math.ceil(box.height / step)];
    const context = this.canvas.getContext("2d", { alpha: false });
    if (context === null || width <= 0 || height <= 0) {
      return null;
    }
    if (!isSame(this.last, drawing)) {
      this.makeRoom(width, height);
      const words = shade(drawing, width, height);
      const picture = new ImageData(new Uint8ClampedArray(words.buffer), width, height);
      context.putImageData(picture, 0, 0);
      // The last column and row once more, beyond the picture: what enlarges it looks there at its edges.
      context.putImageData(picture, 1, 0, width - 1, 0, 1, height);
      context.putImageData(picture, 0, 1, 0, height - 1, width, 1);
      context.putImageData(picture, 1, 1, width - 1, height - 1, 1, 1);
      this.last = drawing;
    }
    return { source: this.canvas, width, height };
  }

  /** One pixel more than the drawing: part of a canvas is enlarged with other edges than a whole one. */
  private makeRoom(width: number, height: number): void {
    const [columns, rows] = [sideFor(width), sideFor(height)];
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      Object.assign(this.canvas, { width: columns, height: rows });
    }
  }
}

function sideFor(pixels: number): number {
  return Math.ceil((pixels + 1) / SIDE_STEP) * SIDE_STEP;
}

function isSame(last: Drawing | null, { values, look, box, step }: Drawing): boolean {
  return (
    last !== null &&
    last.values === values &&
    last.look === look &&
    last.step === step &&
    last.box.x === box.x &&
    last.box.y === box.y &&
    last.box.width === box.width &&
    last.box.height === box.height
  );
}

/** The colours of a drawing, row by row. */
export function shade({ values, look, box, step }: Drawing, width: number, height: number): Uint32Array<ArrayBuffer> {
  const { columns, samples, channels } = values.decoded;
  const words = new Uint32Array(width * height);
  if (step === 1 && channels === 1 && samples.BYTES_PER_ELEMENT <= 2) {
    lookUp(words, width, height, samples, box, columns, colourTable(values, look));
    return words;
  }
  const colourAt = colours(values, look);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [box.x + x * step, box.y + y * step];
      words[y * width + x] =
        step === 1 ? colourAt(row * columns + column) : mean(colourAt, columns, column, row, box, step);
    }
  }
  return words;
}

/** The usual slice: an answer to each movement of a hand, so nothing else happens for a pixel. */
function lookUp(
  words: Uint32Array,
  width: number,
  height: number,
  samples: SampleArray,
  box: Drawing["box"],
  columns: number,
  table: Uint32Array,
): void {
  const mask = table.length - 1;
  for (let y = 0, to = 0; y < height; y++) {
    let from = (box.y + y) * columns + box.x;
    for (const end = to + width; to < end; to++, from++) {
      words[to] = table[(samples[from] as number) & mask] as number;
    }
  }
}

/** Maps the place of a pixel to its colour. */
function colours(values: Drawing["values"], look: Drawing["look"]): (pixel: number) => Abgr {
  const { samples } = values.decoded;
  if (values.isColour) {
    const colour = colourOf(values);
    return (pixel) => colour(3 * pixel);
  }
  if (samples.BYTES_PER_ELEMENT > 2) {
    const colour = shadeOf(values, look);
    return (pixel) => colour(samples[pixel] ?? 0);
  }
  const table = colourTable(values, look);
  const mask = table.length - 1;
  return (pixel) => table[(samples[pixel] ?? 0) & mask] ?? 0;
}

function mean(
  colourAt: (pixel: number) => Abgr,
  columns: number,
  column: number,
  row: number,
  box: Drawing["box"],
  step: number,
): Abgr {
  let [red, green, blue, count] = [0, 0, 0, 0];
  const [right, bottom] = [Math.min(column + step, box.x + box.width), Math.min(row + step, box.y + box.height)];
  for (let y = row; y < bottom; y++) {
    for (let x = column; x < right; x++) {
      const colour = colourAt(y * columns + x);
      red += colour & 0xff;
      green += (colour >>> 8) & 0xff;
      blue += (colour >>> 16) & 0xff;
      count += 1;
    }
  }
  const byte = (sum: number) => Math.round(sum / count);
  return (0xff000000 | (byte(blue) << 16) | (byte(green) << 8) | byte(red)) >>> 0;
}
