import { describe, expect, it } from "vitest";
import { frameDetails, type FrameDetails } from "../src/read/frame-details.js";
import { FrameValues } from "../src/full/frame-values.js";
import { angleAt } from "../src/tools/measuring/angle.js";
import { wholeScale } from "../src/tools/measuring/calibration.js";
import { ellipseArea, ellipseStatistics } from "../src/tools/measuring/ellipse.js";
import { lengthBetween } from "../src/tools/measuring/length.js";
import { roundLength } from "../src/tools/marks.js";
import { edgeLetters, lettersOf } from "../src/tools/orientation.js";
import { FITTED } from "../src/view-geometry.js";
import { mirror, rotate } from "../src/view-turns.js";

const RASTER = { rows: 100, columns: 100, aspect: 1 };

function details(raw: Readonly<Record<string, unknown>> = {}): FrameDetails {
  return frameDetails({ raw, ...RASTER });
}

const at = (x: number, y: number) => ({ x, y });

describe("a length", () => {
  it("is in millimetres by pixel spacing, which differs between rows and columns", () => {
    const spaced = details({ spacing: { row_mm: 2, column_mm: 0.5, source: "pixel-spacing" } });
    // 6 columns of 0.5 mm and 2 rows of 2 mm: 3-4-5.
    expect(lengthBetween(spaced, at(10, 10), at(16, 12))).toEqual({ quantities: [{ value: 5, unit: "mm" }], caveat: null });
  });

  it("at the detector says so", () => {
    const spaced = details({ spacing: { row_mm: 0.2, column_mm: 0.2, source: "imager-pixel-spacing" } });
    expect(lengthBetween(spaced, at(0, 0), at(0, 50))).toEqual({
      quantities: [{ value: 10, unit: "mm" }],
      caveat: "at-detector",
    });
  });

  it.each([
    ["imager-pixel-spacing-over-magnification", "by-geometry"],
    ["pixel-spacing-by-geometry", "by-geometry"],
    ["pixel-spacing-by-fiducial", "by-fiducial"],
  ])("by %s says how it was calibrated", (source, caveat) => {
    const spaced = details({ spacing: { row_mm: 0.2, column_mm: 0.2, source } });
    expect(lengthBetween(spaced, at(0, 0), at(0, 50))).toEqual({ quantities: [{ value: 10, unit: "mm" }], caveat });
  });

  it("on a scanned film says so", () => {
    const spaced = details({ spacing: { row_mm: 0.2, column_mm: 0.2, source: "nominal-scanned-pixel-spacing" } });
    expect(lengthBetween(spaced, at(0, 0), at(0, 50)).caveat).toBe("on-film");
  });

  it("without calibration counts widths of a pixel, whichever way it goes, where pixels are not square", () => {
    const flat = frameDetails({ raw: {}, rows: 100, columns: 100, aspect: 0.5 });
    expect(lengthBetween(flat, at(0, 0), at(0, 58)).quantities).toEqual([{ value: 29, unit: "px" }]);
    expect(lengthBetween(flat, at(0, 0), at(50, 0)).quantities).toEqual([{ value: 50, unit: "px" }]);
    expect(ellipseArea(flat, at(0, 0), at(20, 10)).value, "the pixels that lie inside").toBeCloseTo(Math.PI * 50);
    expect(angleAt(flat, at(10, 0), at(0, 0), at(10, 20)), "an angle is that of the picture").toBeCloseTo(45);
  });

  it("without calibration is in pixels", () => {
    expect(lengthBetween(details(), at(0, 0), at(3, 4))).toEqual({
      quantities: [{ value: 5, unit: "px" }],
      caveat: "uncalibrated",
    });
  });

  const ultrasound = details({
    spacing: { row_mm: 9, column_mm: 9, source: "ultrasound-region" },
    regions: [
      { x0: 0, y0: 0, x1: 49, y1: 49, unit_x: 3, unit_y: 3, delta_x: 0.05, delta_y: -0.1 },
      { x0: 50, y0: 0, x1: 99, y1: 99, unit_x: 4, unit_y: 7, delta_x: 0.01, delta_y: -2 },
      { x0: 0, y0: 60, x1: 40, y1: 99, unit_x: 0, unit_y: 0, delta_x: 1, delta_y: 1 },
    ],
  });

  it("in an ultrasound region is by that region", () => {
    // 20 × 0.5 mm, 0 × 1 mm; 0 × 0.5 mm, 7 × 1 mm.
    expect(lengthBetween(ultrasound, at(10, 10), at(30, 10)).quantities).toEqual([{ value: 10, unit: "mm" }]);
    expect(lengthBetween(ultrasound, at(10, 10), at(10, 17)).quantities[0]?.value).toBeCloseTo(7);
  });

  it("in a Doppler region is a time and a speed", () => {
    const { quantities, caveat } = lengthBetween(ultrasound, at(60, 20), at(80, 50));
    expect(quantities).toEqual([
      { value: 0.2, unit: "s" },
      { value: 60, unit: "cm/s" },
    ]);
    expect(caveat).toBeNull();
  });

  it("across regions, or outside of them, or in one without units, is in pixels", () => {
    for (const [a, b] of [
      [at(40, 10), at(60, 10)],
      [at(10, 52), at(10, 55)],
      [at(10, 70), at(10, 80)],
    ] as const) {
      expect(lengthBetween(ultrasound, a, b).caveat).toBe("uncalibrated");
    }
  });
});

describe("an angle", () => {
  it.each([
    [at(10, 0), at(0, 0), at(0, 10), 90],
    [at(10, 0), at(0, 0), at(10, 10), 45],
    [at(-10, -1e-9), at(0, 0), at(10, 0), 180],
    [at(-10, -10), at(0, 0), at(-10, 10), 90],
  ])("between %o, %o and %o is %d degrees", (a, vertex, c, expected) => {
    expect(angleAt(details(), a, vertex, c)).toBeCloseTo(expected);
  });

  it("is one in the patient where pixels are not square", () => {
    const spaced = details({ spacing: { row_mm: 2, column_mm: 1, source: "pixel-spacing" } });
    expect(angleAt(spaced, at(10, 0), at(0, 0), at(10, 5))).toBeCloseTo(45);
  });
});

describe("an ellipse", () => {
  /** 10 × 10 pixels. Each has its column as value, stored as column + 24. */
  const values = new FrameValues(
    frameDetails({
      raw: { rescale: { slope: 1, intercept: -24, unit: "HU" }, padding: [33, 33] },
      rows: 10,
      columns: 10,
      aspect: 1,
    }),
    { columns: 10, rows: 10, channels: 1, samples: Uint8Array.from({ length: 100 }, (_, place) => (place % 10) + 24) },
    [],
  );

  it("has the mean and deviation of the pixels inside", () => {
    // A circle of diameter 2 around the corner of four pixels: columns 3 and 4 in rows 3 and 4.
    expect(ellipseStatistics(values, at(3, 3), at(5, 5))).toEqual({
      pixels: 4,
      mean: 3.5,
      deviation: 0.5,
      lowest: 3,
      highest: 4,
    });
  });

  it("counts neither padding nor what lies outside the picture", () => {
    // A flat ellipse over columns 7 to 12 of row 0: 7 and 8 are values, 9 is padding, the rest is outside.
    const found = ellipseStatistics(values, at(7, -2), at(13, 3));
    expect(found?.highest).toBe(8);
    expect(ellipseStatistics(values, at(20, 20), at(30, 30))).toBeNull();
  });

  it("over values that are no measurement, as of a slope of 0, has none, and the picture is that of a slope of 1", () => {
    const details = frameDetails({ raw: { rescale: { slope: 0, intercept: -1000, unit: null } }, rows: 1, columns: 3, aspect: 1 });
    const unmeasured = new FrameValues(details, { columns: 3, rows: 1, channels: 1, samples: Uint8Array.from([1, 2, 3]) }, []);
    expect(ellipseStatistics(unmeasured, at(0, 0), at(3, 1))).toBeNull();
    expect([unmeasured.valueAt(1, 0), unmeasured.unit]).toEqual([null, null]);
    expect(unmeasured.modalityRange).toEqual([-999, -997]);
  });

  it("has an area in real units", () => {
    const spaced = details({ spacing: { row_mm: 2, column_mm: 0.5, source: "pixel-spacing" } });
    const { value, unit } = ellipseArea(spaced, at(0, 0), at(20, 10));
    // Half axes of 5 and 10 mm.
    expect(value).toBeCloseTo(Math.PI * 50);
    expect(unit).toBe("mm²");
    expect(ellipseArea(details(), at(0, 0), at(2, 2))).toMatchObject({ unit: "px²", caveat: "uncalibrated" });
  });
});

describe("the scale bar", () => {
  it.each([
    [99, 50],
    [50, 50],
    [49.9, 20],
    [1.5, 1],
    [0.3, 0.2],
  ])("that may be %d long is %d", (max, expected) => {
    expect(roundLength(max)).toBeCloseTo(expected);
  });

  it("is left out where parts of the picture differ", () => {
    const region = { x0: 0, y0: 0, x1: 9, y1: 9, unit_x: 3, unit_y: 3, delta_x: 1, delta_y: 1 };
    expect(wholeScale(details({ regions: [region] }))).toBeNull();
  });
});

describe("the sides of the patient", () => {
  it.each([
    [[1, 0, 0], "L"],
    [[-1, 0, 0], "R"],
    [[0, -1, 0], "A"],
    [[0, 0, -1], "F"],
    [[0.7, 0.7, 0.1], "LP"],
    [[0.2, 0.1, 0.97], "H"],
  ])("%o is %s", (direction, expected) => {
    expect(lettersOf(direction)).toBe(expected);
  });

  const axial = [
    [1, 0, 0],
    [0, 1, 0],
  ] as const;
  const STAGE = { width: 100, height: 100 };

  it("are those of an axial slice, seen from the feet", () => {
    expect(edgeLetters(...axial, FITTED.turn)).toEqual({ left: "R", right: "L", top: "A", bottom: "P" });
  });

  it("follow a quarter turn and a flip", () => {
    const turned = rotate(FITTED, RASTER, STAGE);
    // Clockwise: what was left is now at the top.
    expect(edgeLetters(...axial, turned.turn)).toEqual({ left: "P", right: "A", top: "R", bottom: "L" });
    expect(edgeLetters(...axial, mirror(FITTED, RASTER, STAGE).turn)).toMatchObject({ left: "L", right: "R", top: "A" });
    expect(edgeLetters(...axial, mirror(turned, RASTER, STAGE).turn)).toMatchObject({ left: "A", right: "P", top: "R" });
  });
});
