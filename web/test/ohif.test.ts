/** The worker in front of OHIF: which frames it takes out of a pack, and how it asks for them. */

import { deflateRawSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import type { PackSource } from "../src/link/pack-source.js";
import { placeOf } from "../src/ohif/address.js";
import { contradicts } from "../src/ohif/codestream.js";
import { answerOf, areOfOne, fits } from "../src/ohif/frame-answer.js";
import { FrameQueue } from "../src/ohif/frame-queue.js";
import { readDescriptions, readSeriesBut, type Description } from "../src/read/metadata.js";
import { readPackedFrames, type PackedFrame } from "../src/read/packed-frames.js";
import { parseIndex } from "../src/read/series-index.js";

const SLICE: PackedFrame = {
  sopInstanceUid: "1.2.3",
  number: 1,
  offset: 0,
  length: 10,
  mediaType: "image/jls",
  transferSyntaxUid: "1.2.840.10008.1.2.4.80",
  photometricInterpretation: "MONOCHROME2",
  samplesPerPixel: 1,
  bitsPerSample: 12,
  sampleType: "unsigned",
};

const SAID: Description = {
  transferSyntaxUid: "1.2.840.10008.1.2.1",
  photometricInterpretation: "MONOCHROME2",
  samplesPerPixel: 1,
  planarConfiguration: Number.NaN,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  isSigned: false,
};

const COLOURS = { samplesPerPixel: 3, photometricInterpretation: "RGB", bitsPerSample: 8 };
const SAID_COLOURS = { samplesPerPixel: 3, photometricInterpretation: "RGB", planarConfiguration: 0, bitsAllocated: 8, bitsStored: 8, highBit: 7 };
const DEFLATED = { mediaType: "application/octet-stream", transferSyntaxUid: "1.2.840.10008.1.2.8.1" };
const HT = { mediaType: "image/jphc", transferSyntaxUid: "1.2.840.10008.1.2.4.201" };
const JPEG = { mediaType: "image/jpeg", transferSyntaxUid: "1.2.840.10008.1.2.4.50" };

describe("a frame of the pack is given only where it decodes to what the metadata say", () => {
  it.each<[string, Partial<PackedFrame>, Partial<Description>, boolean]>([
    ["twelve bits in a word", {}, {}, true],
    ["sixteen signed bits", { bitsPerSample: 16, sampleType: "signed" }, { bitsStored: 16, highBit: 15, isSigned: true }, true],
    ["twelve signed bits, of which JPEG-LS does not say that they are", { sampleType: "signed" }, { isSigned: true }, false],
    ["twelve signed bits in HTJ2K, which says it", { ...HT, sampleType: "signed" }, { isSigned: true }, true],
    ["twelve signed bits, deflated", { ...DEFLATED, bitsPerSample: 16, sampleType: "signed" }, { isSigned: true }, false],
    ["sixteen bits, deflated", { ...DEFLATED, bitsPerSample: 16 }, {}, true],
    ["32 bits, deflated", { ...DEFLATED, bitsPerSample: 32 }, { bitsAllocated: 32, bitsStored: 32, highBit: 31 }, true],
    ["floating point", { ...DEFLATED, bitsPerSample: 32, sampleType: "float" }, { bitsAllocated: 32, bitsStored: 32, highBit: 31 }, false],
    ["samples at the upper end of the word", {}, { highBit: 15 }, false],
    ["eight bits in a word", { bitsPerSample: 8 }, { bitsStored: 8, highBit: 7 }, false],
    ["one bit of a segmentation", { bitsPerSample: 8 }, { bitsAllocated: 1, bitsStored: 1, highBit: 0 }, false],
    ["fewer bits than are stored", { bitsPerSample: 10 }, {}, false],
    ["colours, interleaved", COLOURS, SAID_COLOURS, true],
    ["colours, by plane", COLOURS, { ...SAID_COLOURS, planarConfiguration: 1 }, false],
    ["colours that say no order", COLOURS, { ...SAID_COLOURS, planarConfiguration: Number.NaN }, false],
    ["colours that were converted", COLOURS, { ...SAID_COLOURS, photometricInterpretation: "YBR_FULL" }, false],
    ["a palette", { bitsPerSample: 8, photometricInterpretation: "PALETTE COLOR" }, { bitsAllocated: 8, bitsStored: 8, highBit: 7, photometricInterpretation: "PALETTE COLOR" }, true],
    ["the upload's own JPEG", { ...JPEG, ...COLOURS }, { ...SAID_COLOURS, photometricInterpretation: "YBR_FULL_422", transferSyntaxUid: JPEG.transferSyntaxUid }, true],
    ["a JPEG that the metadata know nothing of", { ...JPEG, ...COLOURS }, SAID_COLOURS, false],
    ["a form that OHIF does not know", { mediaType: "image/webp" }, {}, false],
    ["no word about the bits", {}, { bitsStored: Number.NaN }, false],
  ])("%s", (_, frame, said, expected) => {
    expect(fits({ ...SLICE, ...frame }, { ...SAID, ...said })).toBe(expected);
  });
});

describe("a frame is decoded by the server where OHIF would make other values of it", () => {
  const jpeg = (frame: number) => [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 0, 0xff, frame, 0, 11];
  const jpeg2000 = (depth: number) => [0xff, 0x4f, 0xff, 0x51, ...new Array<number>(38).fill(0), depth, 1, 1];
  const part = [...new TextEncoder().encode('--x\r\nContent-Type: image/jp2\r\n\r\n')];
  it.each<[string, string, readonly number[], boolean, boolean]>([
    ["lossless, and it is", "70", jpeg(0xc3), false, false],
    ["lossless, and it is baseline", "70", jpeg(0xc0), false, true],
    ["lossless, and it is baseline, behind the head of a part", "57", [...part, ...jpeg(0xc0)], false, true],
    ["baseline, and it is", "50", jpeg(0xc0), false, false],
    ["baseline, and it is lossless", "50", jpeg(0xc3), false, true],
    ["extended, and it is progressive", "51", jpeg(0xc2), false, false],
    ["no JPEG at all", "70", [1, 2, 3], false, false],
    ["JPEG 2000, unsigned in both", "90", jpeg2000(12), false, false],
    ["JPEG 2000, signed in both", "91", jpeg2000(0x8c), true, false],
    ["JPEG 2000, unsigned where the metadata say signed", "90", [...part, ...jpeg2000(12)], true, true],
    ["HTJ2K, signed where the metadata say unsigned", "202", jpeg2000(0x8c), false, true],
    ["RLE", "5", [1, 0, 0, 0], true, false],
  ])("%s", (_, syntax, bytes, isSigned, expected) => {
    const said = { ...SAID, isSigned, transferSyntaxUid: `1.2.840.10008.1.2.4.${syntax}` };
    expect(contradicts(Uint8Array.from(bytes), said)).toBe(expected);
  });
});

it.each<[string | null, boolean]>([
  [`W/"0123abcd"`, true],
  [`"0123abcd"`, true],
  [`W/"0123abce"`, false],
  [`W/"23abcd"`, false],
  [`W/"1.2.3/0123abcd"`, false],
  [`W/""`, false],
  ["0123abcd", false],
  [null, false],
])("metadata with the tag %s are those of a pack: %s", (etag, expected) => {
  expect(areOfOne(etag, "https://s3.example/derived/1.2/1.2.3/0123abcd.pack?X-Amz-Expires=900")).toBe(expected);
});

describe("an answer", () => {
  it("names the transfer syntax of the pack", async () => {
    const answer = answerOf(SLICE, new Uint8Array([1, 2, 3]));
    expect(answer.headers.get("Content-Type")).toBe("image/jls; transfer-syntax=1.2.840.10008.1.2.4.80");
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });

  it("is inflated where the pack's frame is deflated", async () => {
    const samples = Uint8Array.from({ length: 4096 }, (_, place) => place % 251);
    const answer = answerOf({ ...SLICE, ...DEFLATED }, new Uint8Array(deflateRawSync(samples)));
    expect(answer.headers.get("Content-Type")).toBe("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1");
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(samples);
  });
});

describe("an address", () => {
  const series = "/dicomweb/token/studies/1.2/series/1.2.3";
  it.each([
    [`${series}/instances/1.2.3.4/frames/12`, { kind: "frame", study: "/dicomweb/token/studies/1.2", series: "1.2.3", instance: "1.2.3.4", frame: 12 }],
    [`${series}/metadata`, { kind: "metadata", study: "/dicomweb/token/studies/1.2", series: "1.2.3" }],
    ["/dicomweb/token/studies?limit=101", { kind: "list", study: null }],
    ["/dicomweb/token/studies/1.2/series", { kind: "list", study: "/dicomweb/token/studies/1.2" }],
    [`${series}/instances/1.2.3.4/frames/1,2`, null],
    [`${series}/instances/1.2.3.4/frames/0`, null],
    [`${series}/instances/1.2.3.4/frames/1/rendered`, null],
    [`${series}/instances/1.2.3.4`, null],
    ["/ohif/viewer", null],
  ])("%s", (path, expected) => {
    vi.stubGlobal("location", { origin: "https://images.example" });
    expect(placeOf(`https://images.example${path}`)).toEqual(expected);
    expect(placeOf(`https://elsewhere.example${path}`)).toBeNull();
    vi.unstubAllGlobals();
  });
});

it("what metadata say of the samples is read, and what they leave out fits nothing", async () => {
  const us = (value: number) => ({ vr: "US", Value: [value] });
  const told = {
    "00080018": { vr: "UI", Value: ["1.2.3"] },
    "00083002": { vr: "UI", Value: ["1.2.840.10008.1.2.1"] },
    "00280002": us(1),
    "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
    "00280100": us(16),
    "00280101": us(12),
    "00280102": us(11),
    "00280103": us(0),
  };
  const read = await readDescriptions(new Response(JSON.stringify([told, { "00080018": { vr: "UI", Value: ["1.2.4"] } }])));
  expect(read.get("1.2.3")).toEqual(SAID);
  expect(fits(SLICE, read.get("1.2.4") ?? SAID)).toBe(false);
});

it("series of a modality that OHIF cannot show are left out, and the others stay as they are", async () => {
  const [ct, sm, none] = ["CT", "SM", null].map((modality) => ({ "0020000E": { vr: "UI", Value: ["1.2"] }, "00080060": { vr: "CS", Value: modality === null ? [] : [modality] } }));
  expect(await readSeriesBut("SM", new Response(JSON.stringify([ct, sm, none])))).toEqual([ct, none]);
});

it("frames of a pack are those with full quality, by instance and number", () => {
  const preview = { offset: 90, length: 5, width: 8, height: 8, media_type: "image/webp" };
  const diagnostic = { offset: 7, length: 3, media_type: "image/jls", transfer_syntax_uid: "1.2.840.10008.1.2.4.80", photometric_interpretation: "MONOCHROME2", samples_per_pixel: 1, bits_per_sample: 12, sample_type: "unsigned" };
  const frames = [
    { sop_instance_uid: "1.2.3", frame: 1, preview, diagnostic },
    { sop_instance_uid: "1.2.3", frame: 2, preview },
    { sop_instance_uid: "1.2.4", frame: 1, preview, diagnostic },
  ];
  const notes = [{ sop_instance_uid: "1.2.4", code: "cut-pixel-data", count: 7000 }];
  expect(readPackedFrames(parseIndex({ version: 2, frames, notes }))).toEqual([{ ...SLICE, offset: 7, length: 3 }]);
});

/** A store that answers when it is told to. */
class Store {
  readonly asked: string[] = [];
  isPaused = false;
  willRecover = true;
  private readonly answers: (() => void)[] = [];
  /** The most requests that were under way at a time. */
  most = 0;

  get source(): PackSource {
    return this as unknown as PackSource;
  }

  bytes(start: number, end: number, _signal: AbortSignal, onBytes: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<void> {
    this.asked.push(`${start}-${end}`);
    return new Promise((resolve, reject) => {
      this.answers.push(() => {
        if (!this.willRecover) {
          reject(new Error("gone"));
          return;
        }
        onBytes(Uint8Array.from({ length: end - start }, (_, place) => Math.floor((start + place) / 10)));
        resolve();
      });
    });
  }

  recover(): Promise<boolean> {
    return Promise.resolve(this.willRecover);
  }

  async answerAll(): Promise<void> {
    for (;;) {
      this.most = Math.max(this.most, this.answers.length);
      const answer = this.answers.shift();
      if (answer === undefined) {
        return;
      }
      answer();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

/** Frames of so many bytes; the queue starts with room for 800,000. */
function framesOf(count: number, length: number): readonly PackedFrame[] {
  return Array.from({ length: count }, (_, place) => ({ ...SLICE, number: place + 1, offset: place * length, length }));
}

describe("the queue", () => {
  it("asks for neighbours in one request once others are under way, and hands each on", async () => {
    const store = new Store();
    const frames = framesOf(8, 10);
    const queue = new FrameQueue(store.source, frames);
    store.isPaused = true;
    const brought = frames.map((frame) => queue.ask(frame));
    store.isPaused = false;
    const last = queue.ask(frames[7] ?? SLICE);
    await store.answerAll();
    expect(store.asked).toEqual(["0-80"]);
    expect((await Promise.all(brought)).map((bytes) => [bytes.length, bytes[0]])).toEqual(frames.map((_, place) => [10, place]));
    expect((await last)[0]).toBe(7);
  });

  it("asks for no byte that nobody waits for", async () => {
    const store = new Store();
    const frames = framesOf(8, 10);
    const queue = new FrameQueue(store.source, frames);
    store.isPaused = true;
    const brought = [0, 1, 4].map((place) => queue.ask(frames[place] ?? SLICE));
    store.isPaused = false;
    brought.push(queue.ask(frames[5] ?? SLICE));
    await store.answerAll();
    await Promise.all(brought);
    expect(store.asked).toEqual(["0-20", "40-60"]);
  });

  it("brings the image that the reader went to first and alone, then its neighbours, many in one request", async () => {
    const store = new Store();
    const frames = framesOf(20, 250_000);
    const queue = new FrameQueue(store.source, frames);
    const ask = (places: number[]) => places.map((place) => queue.ask(frames[place] ?? SLICE));
    const brought = ask([0, 1, 2, 3, 4]);
    expect(store.asked).toEqual(["0-250000"]);
    brought.push(...ask([15, 14, 16]));
    expect(store.asked).toEqual(["0-250000", "3750000-4000000"]);
    await store.answerAll();
    await Promise.all(brought);
    expect(store.asked.slice(2)).toEqual(["4000000-4250000", "3500000-3750000", "500000-1250000", "250000-500000"]);
  });

  it("keeps two requests under way, each of some seconds' frames", async () => {
    const store = new Store();
    const frames = framesOf(40, 150_000);
    const queue = new FrameQueue(store.source, frames);
    const brought = frames.map((frame) => queue.ask(frame));
    await store.answerAll();
    await Promise.all(brought);
    expect(store.asked.length).toBeLessThan(12);
    expect(store.most).toBe(2);
  });

  it("tells everybody who waits when the pack cannot be read any more", async () => {
    const store = new Store();
    const [frame = SLICE] = framesOf(1, 10);
    store.willRecover = false;
    const brought = new FrameQueue(store.source, [frame]).ask(frame);
    const failed = expect(brought).rejects.toThrow("gone");
    await store.answerAll();
    await failed;
  });
});
