/** Decodes bit-exact frames. Runs in a worker, or on the page if there are no module workers. */

import type { SampleType } from "../read/frame-details.js";
import { narrow, readSamples, type Decoded, type SampleFormat } from "./samples.js";

export interface DecodeTask {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly bits: number;
  readonly type: SampleType;
  /**
   * How often the picture is halved: then `bytes` may be the beginning of the frame, and `rows` and `columns` are
   * halved.
   */
  readonly halvings?: number;
}

/** It cannot be decoded here, but maybe elsewhere. */
export class UnsupportedHereError extends Error {}

export async function decode(task: DecodeTask): Promise<Decoded> {
  switch (task.mediaType) {
    case "image/jls":
      return decodeJpegLs(task);
    case "image/jphc":
      return decodeHtj2k(task);
    case "image/jpeg":
      return decodeJpeg(task);
    case "application/octet-stream":
      return inflated(task);
    default:
      throw new Error("the frame is encoded in an unknown way");
  }
}

/** Inflates a deflated stream (RFC 1951) completely. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inflated(task: DecodeTask): Promise<Decoded> {
  return framed(task, readSamples(await inflate(task.bytes), format(task)));
}

function format({ bits, type }: DecodeTask): SampleFormat {
  return { bits, type };
}

function framed(task: DecodeTask, samples: Decoded["samples"]): Decoded {
  const { rows, columns, channels } = task;
  if (samples.length < rows * columns * channels) {
    throw new Error("the frame is cut short");
  }
  return { rows, columns, channels, samples };
}

/** The part of the Emscripten modules that we use. */
interface Codec {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): FrameInfo;
  decode(): unknown;
  /** HTJ2K: leaves out this many of the finest resolutions, which may be missing. */
  decodeSubResolution?(halvings: number): unknown;
  /** JPEG-LS: 0 if components are stored one after the other (ITU-T T.87 C.2.3). */
  getInterleaveMode?(): number;
  delete(): void;
}

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
}

interface JpegLs {
  readonly JpegLSDecoder: new () => Codec;
}

interface Htj2k {
  readonly HTJ2KDecoder: new () => Codec;
}

let jpegLs: Promise<JpegLs> | null = null;
let htj2k: Promise<Htj2k> | null = null;
let machineCode: ArrayBuffer | null = null;

/** Machine code of the codec that will be needed here. */
export function useMachineCode(wasm: ArrayBuffer | null): void {
  machineCode = wasm;
}

async function decodeJpegLs(task: DecodeTask): Promise<Decoded> {
  jpegLs ??= import("./codec-jpeg-ls.js").then(({ load }) => load<JpegLs>(machineCode));
  return decodeWith(new (await jpegLs).JpegLSDecoder(), task);
}

async function decodeHtj2k(task: DecodeTask): Promise<Decoded> {
  htj2k ??= import("./codec-htj2k.js").then(({ load }) => load<Htj2k>(machineCode));
  return decodeWith(new (await htj2k).HTJ2KDecoder(), task);
}

/** Both codecs return samples of one byte up to eight bits, else of two. */
function decodeWith(codec: Codec, task: DecodeTask): Decoded {
  try {
    codec.getEncodedBuffer(task.bytes.length).set(task.bytes);
    const { halvings = 0 } = task;
    if (halvings > 0 && codec.decodeSubResolution !== undefined) {
      codec.decodeSubResolution(halvings);
    } else {
      codec.decode();
    }
    const { width, height, bitsPerSample, componentCount } = codec.getFrameInfo();
    const halved = (side: number) => Math.ceil(side / 2 ** halvings);
    if (halved(width) !== task.columns || halved(height) !== task.rows || componentCount !== task.channels) {
      throw new Error("the frame is not of the size that the index says");
    }
    const bytes = codec.getDecodedBuffer().slice() as Uint8Array<ArrayBuffer>;
    const words = bitsPerSample > 8 ? new Uint16Array(bytes.buffer, 0, bytes.length >> 1) : bytes;
    const arePlanes = componentCount > 1 && codec.getInterleaveMode?.() === 0;
    return framed(task, narrow(arePlanes ? interleave(words, componentCount) : words, format(task)));
  } finally {
    codec.delete();
  }
}

/** `RRR…GGG…BBB…` becomes `RGBRGB…`. */
function interleave<Words extends Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(planes: Words, channels: number): Words {
  const pixels = planes.slice() as Words;
  const count = planes.length / channels;
  for (let place = 0; place < planes.length; place++) {
    pixels[place] = planes[(place % channels) * count + Math.floor(place / channels)] ?? 0;
  }
  return pixels;
}

async function decodeJpeg(task: DecodeTask): Promise<Decoded> {
  if (typeof createImageBitmap !== "function") {
    throw new UnsupportedHereError();
  }
  const { rows, columns, channels } = task;
  const context = surface(columns, rows);
  const blob = new Blob([task.bytes], { type: task.mediaType });
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, columns, rows);
  const samples = new Uint8Array(rows * columns * channels);
  for (let place = 0, from = 0; place < samples.length; from += 4) {
    for (let channel = 0; channel < channels; channel++) {
      samples[place++] = data[from + channel] ?? 0;
    }
  }
  return { rows, columns, channels, samples };
}

function surface(width: number, height: number): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  if (typeof OffscreenCanvas === "undefined" && typeof document === "undefined") {
    throw new UnsupportedHereError();
  }
  const canvas =
    typeof document === "undefined"
      ? new OffscreenCanvas(width, height)
      : Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (context === null) {
    throw new UnsupportedHereError();
  }
  return context;
}
