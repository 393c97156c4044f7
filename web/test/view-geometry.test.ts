import { describe, expect, it } from "vitest";
import { fit, FITTED, pan, SCALE_MAX, zoomAt } from "../src/view-geometry.js";

const STAGE = { width: 400, height: 300 };

describe("a picture on the stage", () => {
  it.each([
    { picture: { width: 512, height: 512 }, fitted: { width: 300, height: 300 } },
    { picture: { width: 800, height: 200 }, fitted: { width: 400, height: 100 } },
    { picture: { width: 40, height: 30 }, fitted: { width: 400, height: 300 } },
    { picture: { width: 0, height: 30 }, fitted: { width: 0, height: 0 } },
  ])("fits with its proportions: $picture", ({ picture, fitted }) => {
    expect(fit(picture, STAGE)).toEqual(fitted);
  });

  it("grows around the point under the finger", () => {
    const fitted = { width: 400, height: 300 };
    const view = zoomAt(FITTED, 2, { x: 50, y: -20 }, fitted, STAGE);
    expect(view).toEqual({ scale: 2, shift: { x: -50, y: 20 } });
  });

  it("never becomes smaller than fitted nor larger than the limit", () => {
    const fitted = { width: 300, height: 300 };
    expect(zoomAt(FITTED, 0.1, { x: 0, y: 0 }, fitted, STAGE).scale).toBe(1);
    expect(zoomAt(FITTED, 100, { x: 0, y: 0 }, fitted, STAGE).scale).toBe(SCALE_MAX);
  });

  it("cannot be pushed off the stage, and comes back to the centre when fitted again", () => {
    const fitted = { width: 300, height: 300 };
    const large = zoomAt(FITTED, 2, { x: 0, y: 0 }, fitted, STAGE);
    const pushed = pan(large, { x: 9999, y: -9999 }, fitted, STAGE);
    expect(pushed.shift).toEqual({ x: 100, y: -150 });
    const back = zoomAt(pushed, 0.5, { x: 0, y: 0 }, fitted, STAGE);
    expect(Math.abs(back.shift.x) + Math.abs(back.shift.y)).toBe(0);
  });
});
