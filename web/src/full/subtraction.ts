/** Digital subtraction angiography: what the contrast medium adds to a mask (PS3.3 C.7.6.10). */

import type { FrameDetails, Mask } from "../read/frame-details.js";
import { FrameValues } from "./frame-values.js";

/** The mean of the mask frames, in modality values. */
export interface MaskMean {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array<ArrayBuffer>;
}

export function meanOf(frames: readonly FrameValues[]): MaskMean | null {
  const [first] = frames;
  if (first === undefined) {
    return null;
  }
  const { columns, rows } = first.decoded;
  const values = new Float32Array(columns * rows);
  for (const frame of frames) {
    const { samples } = frame.decoded;
    for (let place = 0; place < values.length; place++) {
      values[place] = (values[place] ?? 0) + frame.modality(samples[place] ?? 0) / frames.length;
    }
  }
  return { columns, rows, values };
}

/**
 * Modality values of a frame minus those of the shifted mask. Whole differences stay integers, which are drawn fastest.
 */
export function subtract(frame: FrameValues, mean: MaskMean, { shift, window }: Mask): FrameValues | null {
  const { columns, rows, samples } = frame.decoded;
  if (mean.columns !== columns || mean.rows !== rows) {
    return null;
  }
  const maskAt = shifted(mean, shift);
  const differences = new Float32Array(columns * rows);
  let isWhole = true;
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      const difference = frame.modality(samples[place] ?? 0) - maskAt(column, row);
      differences[place] = difference;
      isWhole &&= difference === Math.round(difference) && Math.abs(difference) < 32_768;
    }
  }
  const details: FrameDetails = {
    ...frame.details,
    window: window ?? null,
    presets: [],
    rescale: { slope: 1, intercept: 0, unit: frame.unit },
    modalityLut: null,
    voiLut: null,
    padding: null,
  };
  const drawn = isWhole ? Int16Array.from(differences) : differences;
  return new FrameValues(details, { columns, rows, channels: 1, samples: drawn }, []);
}

/** The mask, shifted down and to the right by `shift`; interpolated between its pixels, repeated beyond its edge. */
function shifted({ columns, rows, values }: MaskMean, [down, right]: Mask["shift"]) {
  const at = (column: number, row: number) => {
    const [x, y] = [Math.min(columns - 1, Math.max(0, column)), Math.min(rows - 1, Math.max(0, row))];
    return values[y * columns + x] ?? 0;
  };
  if (Number.isInteger(down) && Number.isInteger(right)) {
    return (column: number, row: number) => at(column - right, row - down);
  }
  const [wholeX, wholeY] = [Math.floor(-right), Math.floor(-down)];
  const [partX, partY] = [-right - wholeX, -down - wholeY];
  return (column: number, row: number) => {
    const [x, y] = [column + wholeX, row + wholeY];
    const above = at(x, y) * (1 - partX) + at(x + 1, y) * partX;
    const below = at(x, y + 1) * (1 - partX) + at(x + 1, y + 1) * partX;
    return above * (1 - partY) + below * partY;
  };
}
