import { describe, expect, it } from "vitest";
import { WheelSteps, type Turn } from "../src/wheel-steps.js";

/** How many images these events move, with one event each `ms`. */
function images(deltas: readonly number[], ms = 30, more: Partial<Turn> = {}): number {
  const steps = new WheelSteps();
  return deltas.reduce((sum, deltaY, place) => sum + steps.add({ deltaY, deltaMode: 0, timeStamp: 1000 + place * ms, ...more }), 0);
}

const times = (count: number, delta: number) => Array.from({ length: count }, () => delta);

describe("one notch is one image", () => {
  it.each([53, 57.6, 66.67, 80, 96, 100, 106, 114, 120])("with notches of %d px, slow and fast", (px) => {
    expect(images(times(11, px), 30)).toBe(11);
    expect(images(times(11, px), 500)).toBe(11);
    expect(images(times(11, -px), 30)).toBe(-11);
  });

  it("and two that a browser joined are two", () => {
    expect(images([100, 200, 100])).toBe(4);
    expect(images([180])).toBe(3);
  });

  it("in lines and pages", () => {
    expect(images(times(5, 3), 30, { deltaMode: 1 })).toBe(5);
    expect(images(times(5, 1), 30, { deltaMode: 2 })).toBe(5);
  });

  it("where a Mac makes fast notches longer", () => {
    expect(images([4.000244140625, 12.000732421875, 40.00244140625, 4.000244140625])).toBe(4);
  });

  it("in eighths of a notch, which say how long it is, or not", () => {
    expect(images(times(8, 15))).toBe(1);
    expect(images(times(80, 15))).toBe(10);
    expect(images(times(80, 12.5), 10, { wheelDeltaY: -15 })).toBe(10);
    expect(images(times(8, 15), 300)).toBe(1);
  });

  it("after another mouse was taken, and back again", () => {
    expect(images([53, 53, 100, 100])).toBe(4);
    expect(images([100, -100, 100, -100])).toBe(0);
  });
});

describe("a trackpad", () => {
  it("moves with the first stroke and goes on evenly", () => {
    expect(images([1, 2, 2, 1], 16)).toBe(1);
    expect(images([2, 6, 18, 30, 24, 12, 6, 2, 1], 16, { wheelDeltaY: -6 })).toBe(3);
  });

  it("does nothing when a finger only trembles", () => {
    expect(images([1, -1, 1, 2, -1], 16)).toBe(0);
    expect(images([0, 0])).toBe(0);
  });
});
