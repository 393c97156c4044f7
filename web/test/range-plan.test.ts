import { describe, expect, it } from "vitest";
import { RangePlan } from "../src/link/range-plan.js";
import type { Span } from "../src/read/series-index.js";

/** Ten consecutive frames of 100 bytes. */
const TEN: readonly Span[] = Array.from({ length: 10 }, (_, frame) => ({ offset: frame * 100, length: 100 }));
const all = () => true;
const nextRange = (spans: readonly (Span | null)[], isNeeded: (frame: number) => boolean, wanted: number, bytesMax: number) =>
  new RangePlan(spans).next(isNeeded, wanted, bytesMax);
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, place) => first + place);

describe("the next range", () => {
  it.each([
    { wanted: 5, bytesMax: 100, first: 5, last: 5 },
    { wanted: 5, bytesMax: 300, first: 4, last: 6 },
    { wanted: 0, bytesMax: 300, first: 0, last: 2 },
    { wanted: 9, bytesMax: 300, first: 7, last: 9 },
    { wanted: 5, bytesMax: 10_000, first: 0, last: 9 },
    { wanted: 5, bytesMax: 1, first: 5, last: 5 },
  ])("lies around the wanted frame: $wanted within $bytesMax bytes", ({ wanted, bytesMax, first, last }) => {
    expect(nextRange(TEN, all, wanted, bytesMax)).toEqual({
      frames: from(first, last),
      start: first * 100,
      end: (last + 1) * 100,
    });
  });

  it("skips what is there already", () => {
    const isNeeded = (frame: number) => frame < 3 || frame > 6;
    expect(nextRange(TEN, isNeeded, 5, 1000)).toEqual({ frames: from(7, 9), start: 700, end: 1000 });
    expect(nextRange(TEN, isNeeded, 3, 1000)).toEqual({ frames: from(0, 2), start: 0, end: 300 });
  });

  it("is none when everything is there", () => {
    expect(nextRange(TEN, () => false, 5, 1000)).toBeNull();
    expect(nextRange([], all, 0, 1000)).toBeNull();
  });

  it("never spans bytes that lie between frames", () => {
    const gap = [
      { offset: 0, length: 100 },
      { offset: 5000, length: 100 },
      { offset: 5100, length: 100 },
    ];
    expect(nextRange(gap, all, 1, 10_000)).toEqual({ frames: [1, 2], start: 5000, end: 5200 });
  });

  it("leaves out frames that have no bytes", () => {
    const spans = [null, { offset: 0, length: 100 }, null, { offset: 100, length: 100 }];
    expect(nextRange(spans, all, 2, 1000)).toEqual({ frames: [1, 3], start: 0, end: 200 });
  });

  it("brings every frame exactly once when it is asked again and again", () => {
    const there = new Set<number>();
    for (let asked = 0; asked < 20; asked++) {
      const range = nextRange(TEN, (frame) => !there.has(frame), 6, 250);
      if (range === null) {
        break;
      }
      for (const frame of range.frames) {
        expect(there.has(frame)).toBe(false);
        there.add(frame);
      }
    }
    expect(there.size).toBe(TEN.length);
  });

  describe("of a pack that begins with every fourth frame", () => {
    const order = [0, 4, 8, 9, 1, 2, 3, 5, 6, 7];
    const thinned: readonly Span[] = from(0, 9).map((frame) => ({ offset: order.indexOf(frame) * 100, length: 100 }));

    it("is one for all of these", () => {
      expect(nextRange(thinned, (frame) => [0, 4, 8, 9].includes(frame), 6, 1000)).toEqual({ frames: [0, 4, 8, 9], start: 0, end: 400 });
    });

    it("lies around the wanted frame all the same, and leaves out what lies elsewhere", () => {
      expect(nextRange(thinned, all, 6, 500)).toEqual({ frames: [2, 3, 5, 6, 7], start: 500, end: 1000 });
    });

    it("brings the whole in as few as before", () => {
      expect(nextRange(thinned, all, 6, 1000)).toEqual({ frames: order, start: 0, end: 1000 });
    });
  });
});
