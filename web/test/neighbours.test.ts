import { describe, expect, it } from "vitest";
import { gapsOf } from "../src/stack-gaps.js";
import { toldApartBy } from "../src/told-apart.js";
import { frameDimensions } from "../src/read/frame-facts.js";
import { parseIndex, type Frame } from "../src/read/series-index.js";

const PREVIEW = { offset: 0, length: 1, width: 1, height: 1, media_type: "image/webp" };

function frame(raw: object): Frame {
  const [read] = parseIndex({ version: 2, frames: [{ preview: PREVIEW, ...raw }] }).frames;
  if (read === undefined) {
    throw new Error("an index of one frame has one");
  }
  return read;
}

const toldApart = (...frames: readonly Frame[]) => toldApartBy(frames.map(frameDimensions));

const stack = (positions: readonly number[], { plane = 1, volume = 1 } = {}) =>
  positions.map((mm) => frame({ slice_position: mm, place: { plane, slice: 1, volume } }));

describe("a gap", () => {
  it("is where slices lie further apart than everywhere else", () => {
    expect(gapsOf(stack([0, 3, 6, 9, 15, 18, 21, 24, 33, 36]))).toEqual([
      { after: 3, mm: 6, usualMm: 3 },
      { after: 7, mm: 9, usualMm: 3 },
    ]);
    expect(gapsOf(stack([36, 33, 27, 24, 21, 18]))).toEqual([{ after: 1, mm: 6, usualMm: 3 }]);
  });

  it("is not between volumes or planes", () => {
    const frames = [...stack([0, 3, 6, 9, 12]), ...stack([0, 3, 6, 9, 12], { volume: 2 }), ...stack([90, 93, 96, 99, 102], { plane: 2 })];
    expect(gapsOf(frames)).toEqual([]);
  });

  it("is found in a volume whose neighbour is whole", () => {
    const frames = [...stack([0, 3, 6, 9, 12, 15]), ...stack([0, 3, 6, 12, 15, 18], { volume: 2 })];
    expect(gapsOf(frames)).toEqual([{ after: 8, mm: 6, usualMm: 3 }]);
  });

  it("is no matter of phases at one slice, of rounding, or of a stack that is unevenly spaced", () => {
    expect(gapsOf(stack([0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9, 12, 12, 12]))).toEqual([]);
    expect(gapsOf(stack([0, 2.99, 6.01, 9, 12.02, 15]))).toEqual([]);
    expect(gapsOf(stack([0, 1, 3, 6, 10, 15, 21]))).toEqual([]);
    expect(gapsOf(stack([0, 3, 9]))).toEqual([]);
    expect(gapsOf([frame({}), frame({}), frame({})])).toEqual([]);
  });
});

describe("images of one place", () => {
  it("are told apart by what differs in the series", () => {
    const frames = [0, 1000].map((b) => frame({ dimensions: { b_value: b, echo_ms: 80 } }));
    expect(frames.map((_, at) => toldApart(...frames)(at))).toEqual(["b 0", "b 1000"]);
    const echoes = [4.6, 2.3].map((echo) => frame({ dimensions: { echo_ms: echo, inversion_ms: echo * 100 } }));
    expect(toldApart(...echoes)(0)).toBe("TE 4.6 ms · TI 460 ms");
    expect(toldApart(frame({}), frame({ dimensions: { b_value: 50 } }))(0)).toBe("");
  });
});
