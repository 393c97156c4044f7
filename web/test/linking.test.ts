import { describe, expect, it } from "vitest";
import { isSameSpace, nearestFrame, offsetFrame, type Place } from "../src/compare/linking.js";

function place(z: number | null, changes: Partial<Place> = {}): Place {
  return {
    position: z === null ? null : [10, 20, z],
    rowDirection: [1, 0, 0],
    columnDirection: [0, 1, 0],
    frameOfReferenceUid: "1.2",
    ...changes,
  };
}

const SLICES = [0, 5, 10, 15].map((z) => place(z));

describe("images of two series", () => {
  it("belong together where they lie nearest along the slice normal", () => {
    expect(nearestFrame(place(7), SLICES)).toBe(1);
    expect(nearestFrame(place(8), SLICES)).toBe(2);
    expect(nearestFrame(place(-99), SLICES)).toBe(0);
  });

  it("are compared along the normal alone: a smaller field of view begins elsewhere", () => {
    expect(nearestFrame(place(10, { position: [-50, 80, 10] }), SLICES)).toBe(2);
  });

  it("also belong together when one series runs the other way", () => {
    expect(isSameSpace(place(0), place(0, { rowDirection: [-1, 0, 0] }))).toBe(true);
  });

  it.each([
    ["another frame of reference", place(7, { frameOfReferenceUid: "1.3" })],
    ["no frame of reference", place(7, { frameOfReferenceUid: null })],
    ["another plane", place(7, { columnDirection: [0, 0, -1] })],
    ["no position", place(null)],
    ["no orientation", place(7, { rowDirection: null })],
  ])("do not belong together by position with %s", (_, from) => {
    expect(nearestFrame(from, SLICES)).toBeNull();
  });

  it("keep their distance otherwise, and stop at the ends", () => {
    expect(offsetFrame(3, 2, 10)).toBe(5);
    expect(offsetFrame(9, 2, 10)).toBe(9);
    expect(offsetFrame(0, -2, 10)).toBe(0);
  });
});
