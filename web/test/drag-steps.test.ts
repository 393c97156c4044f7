import { expect, it } from "vitest";
import { StepCounter, stepPx } from "../src/drag-steps.js";

it.each([
  [1, 390, 48],
  [10, 390, 39],
  [300, 390, 8],
  [2000, 1440, 8],
])("%i images on %i px move by one each %i px", (frames, width, expected) => {
  expect(stepPx(frames, width)).toBe(expected);
});

it("adds small movements up and loses none of them", () => {
  const counter = new StepCounter();
  const steps = Array.from({ length: 10 }, () => counter.add(3, 10));
  expect(steps.reduce((sum, step) => sum + step, 0)).toBe(3);
  expect(counter.add(-60, 10)).toBe(-6);
});

it("forgets a rest when the finger is lifted", () => {
  const counter = new StepCounter();
  counter.add(9, 10);
  counter.reset();
  expect(counter.add(9, 10)).toBe(0);
});
