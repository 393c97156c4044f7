import { describe, expect, it } from "vitest";
import { makeRoom } from "../src/full/canvas-room.js";
import { colourMap } from "../src/full/color-map.js";
import { shade } from "../src/full/cpu-renderer.js";
import { frameDetails, type VoiFunction } from "../src/read/frame-details.js";
import { FrameValues } from "../src/full/frame-values.js";
import { visibleBox } from "../src/full/full-shown.js";
import { colourTable, DEFAULT_LOOK, fromYbr, rgbAt, shadeOf, type Look } from "../src/full/look.js";
import { unpackBits } from "../src/full/overlay-plane.js";
import { readSamples, type SampleArray } from "../src/full/samples.js";
import { meanOf, subtract } from "../src/full/subtraction.js";
import { parseTables } from "../src/read/tables.js";
import { applyWindow, dragged } from "../src/full/window.js";
import { fullShown } from "../src/full/full-shown.js";
import { qualityText, type Words } from "../src/words.js";

function frame(samples: SampleArray, raw: Readonly<Record<string, unknown>> = {}, tables: unknown[] = []): FrameValues {
  const channels = (raw["channels"] as number | undefined) ?? 1;
  const columns = samples.length / channels;
  const details = frameDetails({ raw, rows: 1, columns, aspect: 1 });
  return new FrameValues(details, { columns, rows: 1, channels, samples }, parseTables(tables));
}

/** The red parts of a drawn frame. */
function reds(values: FrameValues, look: Partial<Look> = {}): number[] {
  const { columns } = values.decoded;
  const drawing = { values, look: { ...DEFAULT_LOOK, ...look }, box: { x: 0, y: 0, width: columns, height: 1 }, step: 1 };
  return [...shade(drawing, columns, 1)].map((colour) => colour & 0xff);
}

const linear = (center: number, width: number, voi: VoiFunction = "LINEAR") => ({ center, width, function: voi, name: null });

describe("a window", () => {
  it.each([
    // C.11.2.1.2.1: centre 50 and width 100 map 0 to 99 onto the whole range.
    ["LINEAR", 50, 100, 0, 0],
    ["LINEAR", 50, 100, 99, 1],
    ["LINEAR", 50, 100, 49.5, 0.5],
    ["LINEAR", 50, 100, -7, 0],
    ["LINEAR", 50, 1, 49, 0],
    ["LINEAR", 50, 1, 50, 1],
    // C.11.2.1.3.2: 0 to 100.
    ["LINEAR_EXACT", 50, 100, 0, 0],
    ["LINEAR_EXACT", 50, 100, 50, 0.5],
    ["LINEAR_EXACT", 50, 100, 100, 1],
    // C.11.2.1.3.1: 1 / (1 + exp(-4 · 25 / 100)).
    ["SIGMOID", 50, 100, 50, 0.5],
    ["SIGMOID", 50, 100, 75, 0.7310585786],
    ["SIGMOID", 50, 100, 1e9, 1],
  ] as const)("%s, centre %d, width %d shows %d as %d", (voi, center, width, value, expected) => {
    expect(applyWindow(linear(center, width, voi), value)).toBeCloseTo(expected, 9);
  });

  it("becomes wider to the right and brighter downwards, and never vanishes", () => {
    expect(dragged(linear(40, 400), { x: 0.5, y: 0.1 })).toMatchObject({ center: 0, width: 600 });
    expect(dragged(linear(40, 400), { x: -9, y: 0 }).width).toBe(1);
  });
});

describe("plain code", () => {
  it("draws the part that is seen, as colours of the frame's own table", () => {
    const samples = Int16Array.from({ length: 12 }, (_, place) => 100 * place - 500);
    const values = frame(samples, { diagnostic: { offset: 0, length: 1, media_type: "image/jls", bits_per_sample: 16, sample_type: "signed", samples_per_pixel: 1 } });
    const wide = new FrameValues(values.details, { columns: 4, rows: 3, channels: 1, samples }, []);
    const look = { ...DEFAULT_LOOK, window: linear(0, 1001) };
    const drawn = shade({ values: wide, look, box: { x: 1, y: 1, width: 2, height: 2 }, step: 1 }, 2, 2);
    const table = colourTable(wide, look);
    expect([...drawn]).toEqual([5, 6, 9, 10].map((place) => table[(samples[place] ?? 0) & 0xffff]));
    expect(drawn[0]).not.toBe(drawn[3]);
  });
});

describe("stored values", () => {
  it("are masked, and their sign is spread from the highest bit", () => {
    const bytes = Uint8Array.from([0xff, 0x0f, 0x00, 0x08, 0xff, 0xf7]);
    expect([...readSamples(bytes, { bits: 12, type: "signed" })]).toEqual([-1, -2048, 2047]);
    expect([...readSamples(bytes, { bits: 12, type: "unsigned" })]).toEqual([4095, 2048, 2047]);
  });

  it("are read whatever their size", () => {
    const floats = new Uint8Array(Float32Array.from([1.5, -2]).buffer);
    expect([...readSamples(floats, { bits: 32, type: "float" })]).toEqual([1.5, -2]);
    const doubles = new Uint8Array(Float64Array.from([0.1]).buffer);
    expect([...readSamples(doubles, { bits: 64, type: "float" })]).toEqual([0.1]);
    const words = new Uint8Array(Uint32Array.from([0xffffffff, 7]).buffer);
    expect([...readSamples(words, { bits: 32, type: "unsigned" })]).toEqual([4294967295, 7]);
    expect([...readSamples(words, { bits: 32, type: "signed" })]).toEqual([-1, 7]);
    expect([...readSamples(Uint8Array.from([1, 255]), { bits: 8, type: "signed" })]).toEqual([1, -1]);
    expect([...readSamples(Uint8Array.from([1, 0]), { bits: 1, type: "unsigned" })]).toEqual([1, 0]);
  });

  it("are shown by rescale and window", () => {
    const values = frame(Int16Array.from([-1024, 0, 40, 3071]), {
      rescale: { slope: 1, intercept: 0, unit: "HU" },
      window: { center: 40, width: 400 },
    });
    // 0 HU: (0 - 39.5) / 399 + 0.5 = 0.401 → 102; 40 HU: 0.50125 → 128.
    expect(reds(values)).toEqual([0, 102, 128, 255]);
    expect(reds(values, { window: linear(-1024, 2) })).toEqual([128 + 127, 255, 255, 255]);
    expect(values.valueAt(2, 0)).toBe(40);
    expect(values.unit).toBe("HU");
  });

  it("span the whole range without a window, padding aside", () => {
    const values = frame(Int16Array.from([-2000, 0, 50, 100]), { padding: [-2000, -1999] });
    expect(reds(values)).toEqual([0, 0, 128, 255]);
    expect(values.valueAt(0, 0)).toBeNull();
  });

  it("of MONOCHROME1 are inverted, and inverted again by hand; padding stays black", () => {
    const values = frame(Uint8Array.from([0, 255, 7]), { photometric_interpretation: "MONOCHROME1", padding: [7, 7] });
    expect(reds(values)).toEqual([255, 0, 0]);
    expect(reds(values, { isInverted: true })).toEqual([0, 255, 0]);
  });

  it("of 32 bits and floats are shown without a table", () => {
    const window = { center: 0.5, width: 1, function: "LINEAR_EXACT" };
    expect(reds(frame(Float32Array.from([0, 0.25, 1]), { window }))).toEqual([0, 64, 255]);
    const wide = { center: 2e9, width: 4e9, function: "LINEAR_EXACT" };
    expect(reds(frame(Uint32Array.from([0, 1e9, 4e9]), { window: wide }))).toEqual([0, 64, 255]);
  });

  it("go through modality and VOI tables, which clamp", () => {
    const base64 = (values: number[]) => Buffer.from(Uint16Array.from(values).buffer).toString("base64");
    const tables = [
      { kind: "grey", first: 10, bits: 8, data: base64([100, 200]) },
      { kind: "grey", first: 100, bits: 8, data: base64(Array.from({ length: 101 }, (_, place) => 255 - place)) },
    ];
    const values = frame(Uint8Array.from([0, 10, 11, 99]), { modality_lut: 0, voi_lut: 1 }, tables);
    expect([0, 1, 2, 3].map((column) => values.valueAt(column, 0))).toEqual([100, 100, 200, 200]);
    expect(reds(values)).toEqual([255, 255, 155, 155]);
  });

  it("of a palette are colours", () => {
    const data = Buffer.from([10, 20, 30, 40, 50, 60]).toString("base64");
    const raw = { photometric_interpretation: "PALETTE COLOR", palette: 0 };
    const values = frame(Uint8Array.from([0, 5, 6, 9]), raw, [{ kind: "palette", first: 5, bits: 8, data }]);
    expect([...colourTable(values, DEFAULT_LOOK)].slice(5, 7)).toEqual([0xff1e140a, 0xff3c3228]);
    expect(reds(values)).toEqual([10, 10, 40, 40]);
  });

  it("of a supplemental palette are grey below it and coloured from it on", () => {
    const data = Buffer.from([10, 20, 30, 40, 50, 60]).toString("base64");
    const raw = { palette: 0, window: { center: 2, width: 4, function: "LINEAR_EXACT" } };
    const values = frame(Uint8Array.from([0, 2, 5, 9]), raw, [{ kind: "palette", first: 5, bits: 8, data }]);
    expect(reds(values)).toEqual([0, 128, 10, 40]);
    expect(values.valueAt(2, 0)).toBe(5);
  });

  it("lie in the table at their bit pattern", () => {
    const table = colourTable(frame(Int16Array.from([-1, 1])), { ...DEFAULT_LOOK, window: linear(0, 2, "LINEAR_EXACT") });
    expect([(table[0xffff] ?? 0) & 0xff, (table[0] ?? 0) & 0xff, (table[1] ?? 0) & 0xff]).toEqual([0, 128, 255]);
  });
});

describe("the quality of a picture", () => {
  const words = { quickPreview: "preview", fullQuality: "full", fullQualityOfLossy: "lossy" } as Words;
  it.each([
    [{}, "full"],
    [{ is_lossy: true }, "lossy"],
  ])("of a frame with %o is %s", (raw, expected) => {
    const shown = fullShown(frame(Uint8Array.from([1, 2]), raw), DEFAULT_LOOK, []);
    expect(qualityText(words, shown)).toBe(expected);
    expect(qualityText(words, { ...shown, quality: "preview" })).toBe("preview");
  });
});

describe("colours", () => {
  it.each([
    [[0, 128, 128], [0, 0, 0]],
    [[255, 128, 128], [255, 255, 255]],
    [[76, 85, 255], [254, 0, 0]],
    [[29, 255, 107], [0, 0, 254]],
  ])("YBR_FULL %o is RGB %o", ([y, cb, cr], [red, green, blue]) => {
    const colour = fromYbr(y ?? 0, cb ?? 0, cr ?? 0);
    expect([colour & 0xff, (colour >>> 8) & 0xff, (colour >>> 16) & 0xff]).toEqual([red, green, blue]);
  });

  it("are told as red, green and blue, whatever they are stored as", () => {
    const ybr = frame(Uint8Array.from([0, 128, 128, 76, 85, 255]), { channels: 3, photometric_interpretation: "YBR_FULL" });
    expect(rgbAt(ybr, 1, 0)).toEqual([254, 0, 0]);
    const rgb = frame(Uint8Array.from([0, 0, 0, 76, 85, 255]), { channels: 3, photometric_interpretation: "RGB" });
    expect(rgbAt(rgb, 1, 0)).toEqual([76, 85, 255]);
    expect(rgbAt(rgb, 2, 0), "outside").toBeNull();
  });

  it("of 16 bits keep their high bits", () => {
    const diagnostic = { offset: 0, length: 1, bits_per_sample: 16, samples_per_pixel: 3, photometric_interpretation: "RGB" };
    expect(reds(frame(Uint16Array.from([0x8000, 1, 2]), { channels: 3, diagnostic }))).toEqual([128]);
  });

  it("of hot iron begin black, go through red and yellow, and end white", () => {
    const map = colourMap("hot-iron");
    const at = (place: number) => [...map.slice(3 * place, 3 * place + 3)];
    expect([0, 1, 64, 128, 129, 192, 255].map(at)).toEqual([
      [0, 0, 0],
      [2, 0, 0],
      [128, 0, 0],
      [255, 0, 0],
      [255, 2, 0],
      [255, 128, 0],
      [255, 254, 252],
    ]);
  });

  it("of a map belong to grey frames", () => {
    const shadeIt = shadeOf(frame(Uint8Array.from([0, 255])), { ...DEFAULT_LOOK, colours: "hot-iron" });
    expect(shadeIt(128) >>> 0).toBe(0xff0000ff);
  });
});

describe("a subtraction", () => {
  const raw = { mask: { frames: [0, 1] }, rescale: { slope: 2, intercept: 5 } };
  const mask = (shift: readonly [number, number]) => ({ frames: [0, 1], shift, isDefault: true, window: null });

  it("takes the mean of the masks off, in modality values", () => {
    const mean = meanOf([frame(Uint16Array.from([10, 20, 30]), raw), frame(Uint16Array.from([10, 22, 30]), raw)]);
    const difference = mean === null ? null : subtract(frame(Uint16Array.from([15, 21, 20]), raw), mean, mask([0, 0]));
    expect([0, 1, 2].map((column) => difference?.valueAt(column, 0))).toEqual([10, 0, -20]);
  });

  it("moves the mask to the right and interpolates between its pixels", () => {
    const mean = meanOf([frame(Uint16Array.from([0, 8, 16]))]);
    const flat = frame(Uint16Array.from([16, 16, 16]));
    const shifted = (by: number) => (mean === null ? null : subtract(flat, mean, mask([0, by])));
    expect([0, 1, 2].map((column) => shifted(1)?.valueAt(column, 0))).toEqual([16, 16, 8]);
    expect([0, 1, 2].map((column) => shifted(0.5)?.valueAt(column, 0))).toEqual([16, 12, 4]);
  });
});

it("bits of an overlay begin with the lowest", () => {
  expect([...unpackBits(Uint8Array.from([0b00000101, 0b10000000]), 16)]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
});

it("only what lies on the stage is drawn, in whole steps", () => {
  const matrix = { a: 2, b: 0, c: 0, d: 2, e: -400, f: 0 };
  const raster = { columns: 1000, rows: 100 };
  expect(visibleBox(matrix, { width: 100, height: 400 }, raster, 1)).toEqual({ x: 198, y: 0, width: 54, height: 100 });
  expect(visibleBox({ ...matrix, e: 9000 }, { width: 100, height: 400 }, raster, 1)).toBeNull();
});

it("the noise of arithmetic does not move the edges of what is drawn, which often lie on whole pixels", () => {
  const box = (noise: number) => visibleBox({ a: 2 * (1 + noise), b: 0, c: 0, d: 2 * (1 - noise), e: -400 * (1 - noise), f: -8 * (1 + noise) }, { width: 100, height: 40 }, { columns: 1000, rows: 100 }, 1);
  expect(box(0)).toEqual({ x: 198, y: 2, width: 54, height: 24 });
  for (const noise of [1e-15, 1e-12, 1e-9]) {
    expect([box(noise), box(-noise)]).toEqual([box(0), box(0)]);
  }
});

describe("the canvas that a frame is drawn on", () => {
  const roomAfter = (...drawn: readonly (readonly [number, number])[]) => {
    const canvas = { width: 300, height: 150 };
    drawn.forEach(([width, height]) => makeRoom(canvas, width, height));
    return [canvas.width, canvas.height];
  };

  it.each([
    ["one pixel more than is drawn", [64, 63], [128, 64]],
    ["up to the largest power", [2_047, 1], [2_048, 2]],
    ["not much more above it", [2_048, 3_000], [2_112, 3_008]],
  ] as const)("has room for %s", (_, drawn, room) => {
    expect(roomAfter(drawn)).toEqual(room);
  });

  it("is of no other kind for what was drawn before: sides of powers of two, or the same", () => {
    expect(roomAfter([600, 40], [64, 64])).toEqual([1_024, 128]);
    expect(roomAfter([2_500, 3_000], [64, 64])).toEqual([128, 128]);
    expect(roomAfter([2_500, 3_000], [2_100, 2_500])).toEqual(roomAfter([2_100, 2_500]));
  });
});
