import { describe, expect, it } from "vitest";
import {
  apply,
  fit,
  FITTED,
  invert,
  pan,
  pixelSide,
  SCALE_MAX,
  toStage,
  zoomAt,
} from "../src/view-geometry.js";
import { mirror, rotate, withPixelSide } from "../src/view-turns.js";

const STAGE = { width: 400, height: 300 };
const SQUARE = { columns: 300, rows: 300, aspect: 1 };
const WIDE = { columns: 400, rows: 300, aspect: 1 };
const CENTRE = { x: 0, y: 0 };

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
    const view = zoomAt(FITTED, 2, { x: 50, y: -20 }, WIDE, STAGE);
    expect(view).toMatchObject({ scale: 2, shift: { x: -50, y: 20 } });
  });

  it("never becomes smaller than fitted by hand, nor larger than the limit", () => {
    expect(zoomAt(FITTED, 0.1, CENTRE, SQUARE, STAGE).scale).toBe(1);
    const large = { columns: 3000, rows: 3000, aspect: 1 };
    expect(zoomAt(FITTED, 1e6, CENTRE, large, STAGE).scale).toBe(160);
    expect(zoomAt(FITTED, 1e6, CENTRE, { columns: 30, rows: 30, aspect: 1 }, STAGE).scale).toBe(SCALE_MAX);
  });

  it("cannot be pushed off the stage, and comes back to the centre when fitted again", () => {
    const large = zoomAt(FITTED, 2, CENTRE, SQUARE, STAGE);
    const pushed = pan(large, { x: 9999, y: -9999 }, SQUARE, STAGE);
    expect(pushed.shift).toEqual({ x: 100, y: -150 });
    const back = zoomAt(pushed, 0.5, CENTRE, SQUARE, STAGE);
    expect(Math.abs(back.shift.x) + Math.abs(back.shift.y)).toBe(0);
  });

  it("shows one pixel to a pixel, also when that is smaller than fitted", () => {
    const small = { columns: 100, rows: 50, aspect: 1 };
    const view = withPixelSide(FITTED, 1, small, STAGE);
    expect(view.scale).toBe(0.25);
    expect(pixelSide(view, small, STAGE)).toBe(1);
  });
});

describe("from pixels to the stage", () => {
  const at = (view: typeof FITTED, raster: typeof WIDE, x: number, y: number) =>
    apply(toStage(view, raster, STAGE), { x, y });

  it("puts the corners where they are seen", () => {
    expect(at(FITTED, SQUARE, 0, 0)).toEqual({ x: 50, y: 0 });
    expect(at(FITTED, SQUARE, 300, 300)).toEqual({ x: 350, y: 300 });
  });

  it("stretches pixels that are not square", () => {
    const tall = { columns: 100, rows: 100, aspect: 2 };
    expect(at(FITTED, tall, 0, 0)).toEqual({ x: 125, y: 0 });
    expect(at(FITTED, tall, 100, 50)).toEqual({ x: 275, y: 150 });
  });

  it("turns a quarter clockwise: what was at the left is at the top", () => {
    const turned = rotate(FITTED, WIDE, STAGE);
    // 400 × 300 turned is 300 × 400 and fits as 225 × 300.
    expect(at(turned, WIDE, 0, 0)).toEqual({ x: 312.5, y: 0 });
    expect(at(turned, WIDE, 0, 300)).toEqual({ x: 87.5, y: 0 });
  });

  it("exchanges left and right of the screen, also of a turned picture", () => {
    expect(at(mirror(FITTED, SQUARE, STAGE), SQUARE, 0, 0)).toEqual({ x: 350, y: 0 });
    const turned = mirror(rotate(FITTED, WIDE, STAGE), WIDE, STAGE);
    expect(at(turned, WIDE, 0, 0)).toEqual({ x: 87.5, y: 0 });
  });

  it("comes back by four quarters, or two flips", () => {
    let view = FITTED;
    for (let quarter = 0; quarter < 4; quarter++) {
      view = rotate(view, WIDE, STAGE);
    }
    expect(at(view, WIDE, 17, 23)).toEqual(at(FITTED, WIDE, 17, 23));
    view = mirror(mirror(FITTED, WIDE, STAGE), WIDE, STAGE);
    expect(at(view, WIDE, 17, 23)).toEqual(at(FITTED, WIDE, 17, 23));
  });

  it("is undone by its inverse", () => {
    const view = zoomAt(rotate(FITTED, WIDE, STAGE), 3, { x: 30, y: 40 }, WIDE, STAGE);
    const matrix = toStage(view, WIDE, STAGE);
    const back = apply(invert(matrix), apply(matrix, { x: 123.25, y: 45.5 }));
    expect(back.x).toBeCloseTo(123.25);
    expect(back.y).toBeCloseTo(45.5);
  });
});
