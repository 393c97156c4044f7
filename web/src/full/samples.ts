/** Decoded frames: the stored values, in the narrowest array that can hold them. */

import type { SampleType } from "../read/frame-details.js";

export type SampleArray =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The format of decoded bytes. */
export interface SampleFormat {
  readonly bits: number;
  readonly type: SampleType;
}

export interface Decoded {
  readonly columns: number;
  readonly rows: number;
  /** 1, or 3 interleaved. */
  readonly channels: number;
  readonly samples: SampleArray;
}

/**
 * Reads little endian words of 8, 16, 32 or 64 bits. Of integers only the low `bits` count, in two's complement if they
 * are signed.
 */
export function readSamples(bytes: Uint8Array<ArrayBuffer>, { bits, type }: SampleFormat): SampleArray {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  if (type === "float") {
    return bits > 32
      ? new Float64Array(buffer, byteOffset, byteLength >> 3)
      : new Float32Array(buffer, byteOffset, byteLength >> 2);
  }
  if (bits > 16) {
    const shift = 32 - Math.min(32, bits);
    const words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    return type === "signed"
      ? words.map((word) => (word << shift) >> shift)
      : new Uint32Array(buffer, byteOffset, byteLength >> 2).map((word) => (word << shift) >>> shift);
  }
  const words = bits > 8 ? new Uint16Array(buffer, byteOffset, byteLength >> 1) : bytes;
  return narrow(words, { bits, type });
}

/**
 * Masks words of at most 16 bits and extends their sign, in place: a phone must not hold a mammogram of 20 million
 * pixels twice.
 */
export function narrow(words: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>, { bits, type }: SampleFormat): SampleArray {
  const shift = 32 - bits;
  if (type === "signed") {
    const isWide = words.BYTES_PER_ELEMENT === 2;
    const signed = isWide ? new Int16Array(words.buffer, words.byteOffset, words.length) : new Int16Array(words.length);
    for (let place = 0; place < words.length; place++) {
      signed[place] = ((words[place] ?? 0) << shift) >> shift;
    }
    return signed;
  }
  if (bits < 8 * words.BYTES_PER_ELEMENT) {
    for (let place = 0; place < words.length; place++) {
      words[place] = ((words[place] ?? 0) << shift) >>> shift;
    }
  }
  return words;
}
