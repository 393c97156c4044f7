/** The measuring tools of the reading room, compared with what numpy finds (`tests/e2e/oracle/measuring.py`). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrameValues } from "../src/full/frame-values.js";
import type { SampleArray } from "../src/full/samples.js";
import { frameDetails, type FrameDetails } from "../src/read/frame-details.js";
import { parseTables } from "../src/read/tables.js";
import { ROOM_BUTTONS } from "../src/reading-room/tools/buttons.js";
import { ROOM_TOOLS, roomTool } from "../src/reading-room/tools/registry.js";
import { axesOf } from "../src/tools/measuring/bidirectional.js";
import { byHand, lengthMm } from "../src/tools/measuring/calibrate.js";
import { cobbAngle } from "../src/tools/measuring/cobb.js";
import { slopeBetween, velocityAt } from "../src/tools/measuring/doppler.js";
import { ellipseStatistics } from "../src/tools/measuring/ellipse.js";
import { crossesItself, insidePixels, polygonStatistics } from "../src/tools/measuring/freehand.js";
import { lengthBetween } from "../src/tools/measuring/length.js";
import { rectangleStatistics } from "../src/tools/measuring/rectangle.js";
import { vertebraeAt } from "../src/tools/measuring/spine.js";
import type { Measured } from "../src/tools/measuring/tool.js";
import { pointsOf } from "../src/tools/measuring/tool.js";
import type { Point } from "../src/view-geometry.js";
import type { Words } from "../src/words.js";

interface Region {
  readonly points: readonly (readonly [number, number])[];
  readonly pixels: number;
  readonly mean: number;
  readonly deviation: number;
  readonly lowest: number;
  readonly highest: number;
  readonly area_px?: number;
}

interface Image {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly samples: string;
  readonly regions: Readonly<Record<string, Region>>;
  readonly probes: readonly (readonly [column: number, row: number, value: number])[];
}

interface Palette extends Omit<Image, "regions" | "probes"> {
  readonly table: string;
  readonly first: number;
  readonly probes: readonly (readonly [column: number, row: number, rgb: readonly number[]])[];
}

const truth = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/measuring.json"), "utf8")) as {
  readonly images: readonly Image[];
  readonly palette: Palette;
};
const words = { units: {}, uncalibrated: "uncalibrated", atDetector: "at the detector", byHand: "by hand", noValue: "no value" } as unknown as Words;
const at = (x: number, y: number): Point => ({ x, y });
const pointsIn = ({ points }: Region) => points.map(([x, y]) => at(x, y));

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function valuesOf(raw: Pick<Image, "rows" | "columns">, samples: SampleArray, tables: readonly unknown[] = []): FrameValues {
  const { rows, columns } = raw;
  return new FrameValues(frameDetails({ raw, rows, columns, aspect: 1 }), { rows, columns, channels: 1, samples }, parseTables(tables));
}

function details(raw: object = {}, aspect = 1): FrameDetails {
  return frameDetails({ raw, rows: 100, columns: 100, aspect });
}

function said(name: string, points: readonly Point[], known: FrameDetails, more: Partial<Measured> = {}): string {
  return roomTool(name)?.result(points, { details: known, values: null, words, language: "en", ...more }) ?? "";
}

describe.each(truth.images)("on $name", (image) => {
  const values = valuesOf(image, new Int16Array(bytesOf(image.samples).buffer));

  it.each(["ellipse", "rectangle", "freehand", "bow-tie"])("the values in the region %s are those that numpy finds", (name) => {
    const region = image.regions[name] as Region;
    const points = pointsIn(region);
    const [a, b] = points as [Point, Point];
    const found = name === "ellipse" ? ellipseStatistics(values, a, b) : name === "rectangle" ? rectangleStatistics(values, a, b) : polygonStatistics(values, points);
    expect(found?.pixels).toBe(region.pixels);
    expect(found?.mean).toBeCloseTo(region.mean, 9);
    expect(found?.deviation).toBeCloseTo(region.deviation, 9);
    expect([found?.lowest, found?.highest]).toEqual([region.lowest, region.highest]);
  });

  it.each(["freehand", "bow-tie"])("the area of %s is what many samples in each pixel add up to", (name) => {
    const region = image.regions[name] as Region;
    const sampled = region.area_px ?? 0;
    expect(Math.abs(insidePixels(pointsIn(region)) - sampled)).toBeLessThan(0.001 * sampled);
  });

  it("a value is that which pydicom gives", () => {
    for (const [column, row, value] of image.probes) {
      expect(values.valueAt(column, row)).toBe(value);
    }
  });

  it("a region says its area, mean, deviation, minimum, maximum and unit", () => {
    const region = image.regions["freehand"] as Region;
    const area = 0.2 * Math.round(insidePixels(pointsIn(region)));
    const text = said("freehand", pointsIn(region), values.details, { values });
    const [, mean, deviation, lowest, highest, square] = (/^Mean (\S+)(?: HU)? · SD (\S+) · (\S+) to (\S+) · (\S+) mm²$/.exec(text) ?? []).map(Number);
    expect([mean, deviation]).toEqual([Number(region.mean.toFixed(1)), Number(region.deviation.toFixed(1))]);
    expect([lowest, highest]).toEqual([region.lowest, region.highest]);
    expect(area).toBeGreaterThan(0);
    const side = values.details.spacing?.columnMm ?? Number.NaN;
    expect(square).toBeCloseTo((region.area_px ?? 0) * side * side, 0);
    expect(text.includes(" HU ")).toBe(image.name.startsWith("CT"));
  });
});

describe("a freehand region", () => {
  const square = [at(0, 0), at(4, 0), at(4, 4), at(0, 4)];

  it("that crosses itself counts what the even-odd rule leaves, and says so", () => {
    expect([crossesItself(square), insidePixels(square)]).toEqual([false, 16]);
    const bowTie = [at(0, 0), at(4, 4), at(4, 0), at(0, 4)];
    expect(crossesItself(bowTie)).toBe(true);
    expect(insidePixels(bowTie), "two triangles, which the formula for simple outlines takes from each other").toBeCloseTo(8);
    // Around a square twice: nothing is inside an even number of times.
    const hole = [at(0, 0), at(9, 0), at(9, 9), at(0, 9), at(0, 0), at(3, 3), at(3, 6), at(6, 6), at(6, 3), at(3, 3)];
    expect(insidePixels(hole)).toBeCloseTo(81 - 9);
    expect(said("freehand", bowTie, details())).toBe("Area 8.00 px² (uncalibrated) · Outline crosses itself");
  });

  it("over a padding value or outside of the picture has only the values that are there", () => {
    const raw = { rows: 4, columns: 4, rescale: { slope: 2, intercept: 1, unit: "HU" }, padding: [15, 15] };
    const values = valuesOf(raw, Uint8Array.from({ length: 16 }, (_, place) => place));
    const found = polygonStatistics(values, [at(-5, -5), at(9, -5), at(9, 9), at(-5, 9)]);
    expect(found).toMatchObject({ pixels: 15, lowest: 1, highest: 29, mean: 15 });
  });
});

describe("values in another unit", () => {
  const values = valuesOf({ rows: 2, columns: 2, rescale: { slope: 1, intercept: 0, unit: "BQML" } } as never, Uint16Array.from([1000, 2000, 3000, 6000]));
  const scale = { unit: "SUVbw", factor: 0.001 };

  it("such as SUVbw are the modality's values times a factor, in regions and at a point", () => {
    const corners = [at(0, 0), at(2, 2)];
    // numpy: mean 3.0, population deviation of [1, 2, 3, 6] 1.8708286933869707.
    expect(said("rectangle", corners, values.details, { values, scale })).toBe("Mean 3.00 SUVbw · SD 1.87 · 1 to 6 · 4.00 px² (uncalibrated)");
    expect(said("probe", [at(1.5, 1.5)], values.details, { values, scale })).toBe("6 SUVbw (column 2, row 2)");
    expect(said("probe", [at(1.5, 1.5)], values.details, { values })).toBe("6000 BQML (column 2, row 2)");
  });
});

it("a pixel of a palette has the colour that pydicom gives it, and no value", () => {
  const { palette } = truth;
  const raw = { ...palette, palette: 0, photometric_interpretation: "PALETTE COLOR" };
  const values = valuesOf(raw, bytesOf(palette.samples), [{ kind: "palette", first: palette.first, bits: 8, data: palette.table }]);
  expect(palette.probes.length).toBe(4);
  for (const [column, row, rgb] of palette.probes) {
    expect(said("probe", [at(column + 0.5, row + 0.5)], values.details, { values })).toBe(`RGB ${rgb.join(" ")} (column ${column + 1}, row ${row + 1})`);
  }
  expect(said("rectangle", [at(0, 0), at(9, 9)], values.details, { values })).toBe("Area 81.0 px² (uncalibrated)");
});

describe("two diameters", () => {
  const spaced = details({ spacing: { row_mm: 2, column_mm: 0.5, source: "pixel-spacing" } });
  const settle = (points: readonly Point[]) => roomTool("bidirectional")?.settle?.(points, spaced) ?? [];

  it("are square to each other in the patient, also where pixels are not square", () => {
    // In mm the long axis goes from (0, 0) to (30, 40); the other one begins on it and was drawn askew.
    const [a, b, c, d] = settle([at(0, 0), at(60, 20), at(30, 10), at(70, 11)]) as [Point, Point, Point, Point];
    const [long, short] = [at((b.x - a.x) * 0.5, (b.y - a.y) * 2), at((d.x - c.x) * 0.5, (d.y - c.y) * 2)];
    expect(long.x * short.x + long.y * short.y).toBeCloseTo(0);
    // numpy: projection of (20, 2) on (-40, 30) / 50 is 14.8 mm long.
    expect(axesOf(spaced, [a, b, c, d])).toMatchObject({ long: 50, short: expect.closeTo(14.8), unit: "mm" });
  });

  it("name the longer one first, whichever was drawn first", () => {
    const drawn = [at(0, 0), at(20, 0), at(0, 0), at(0, 20)];
    expect(said("bidirectional", drawn, spaced)).toBe("40.0 × 10.0 mm");
  });
});

describe("a Cobb angle", () => {
  /** A line of 20 mm around a point, tilted by so many degrees. */
  const plate = (x: number, y: number, degrees: number): readonly [Point, Point] => {
    const [dx, dy] = [10 * Math.cos((degrees * Math.PI) / 180), 10 * Math.sin((degrees * Math.PI) / 180)];
    return [at(x - dx, y - dy), at(x + dx, y + dy)];
  };

  it.each([
    [20, -10, 30],
    [-25, 30, 55],
    [5, 5, 0],
    [0, 0, 0],
    [35, -35, 70],
    [60, -55, 115],
    [-60, 60, 120],
  ])("between end plates tilted by %d and %d degrees is %d", (upper, lower, expected) => {
    // The wedge opens to the side on which the plates draw apart, however steep they are.
    const [first, second] = [plate(50, 20, upper), plate(50, 80, lower)];
    for (const one of [first, [first[1], first[0]]] as const) {
      for (const other of [second, [second[1], second[0]]] as const) {
        expect(cobbAngle(details(), one, other)).toBeCloseTo(expected, 9);
        expect(cobbAngle(details(), other, one)).toBeCloseTo(expected, 9);
      }
    }
  });

  it("is one in the patient where pixels are not square", () => {
    const spaced = details({ spacing: { row_mm: 2, column_mm: 1, source: "pixel-spacing" } });
    // 45 degrees in the patient: twice as many columns as rows.
    expect(cobbAngle(spaced, [at(0, 0), at(10, 5)], [at(0, 50), at(10, 50)])).toBeCloseTo(45);
  });
});

it("a cardiothoracic ratio is the narrower width over the wider one, which are parallel, and says what the millimetres are", () => {
  const chest = details({ spacing: { row_mm: 0.5, column_mm: 0.5, source: "imager-pixel-spacing" } });
  const tool = roomTool("cardiothoracic");
  const points = tool?.settle?.([at(30, 60), at(74, 60), at(5, 70), at(93, 78)], chest) ?? [];
  expect(points[3]).toEqual(at(93, 70));
  expect(said("cardiothoracic", points, chest)).toBe("Cardiothoracic ratio 0.50 · Heart 22.0 mm · Chest 44.0 mm (at the detector)");
});

describe("a calibration by hand", () => {
  it.each([
    ["50", 50],
    [" 5 cm", 50],
    ["2,5cm", 25],
    ["0.1 m", 100],
    ["12.7 MM", 12.7],
    ["", null],
    ["0", null],
    ["-5", null],
    ["5 in", null],
    ["1e3", null],
    ["2001", null],
  ])("of %o is %o mm", (text, expected) => {
    expect(lengthMm(text)).toBe(expected);
  });

  it("holds for lengths and areas, keeps the shape of pixels, and every number says so", () => {
    const flat = details({}, 2);
    // 30 columns and 20 rows of twice the height: 50 pixels are 100 mm.
    const known = byHand(flat, [at(0, 0), at(30, 20)], 100) as FrameDetails;
    expect(known.spacing).toEqual({ columnMm: 2, rowMm: 4, source: "by-hand" });
    expect(said("length", [at(0, 0), at(0, 10)], known)).toBe("Length 40.0 mm (by hand)");
    expect(said("rectangle", [at(0, 0), at(10, 10)], known)).toBe("Area 800.0 mm² (by hand)");
    expect(said("bidirectional", [at(0, 0), at(10, 0), at(0, 0), at(0, 2)], known)).toBe("20.0 × 8.00 mm (by hand)");
    expect(byHand(flat, [at(3, 3), at(3, 3)], 100)).toBeNull();
  });

  it("takes the place of the image's own, but not that of time and speed", () => {
    const both = details({
      regions: [
        { x0: 0, y0: 0, x1: 49, y1: 99, unit_x: 3, unit_y: 3, delta_x: 0.1, delta_y: 0.2 },
        { x0: 50, y0: 0, x1: 99, y1: 99, unit_x: 4, unit_y: 7, delta_x: 0.01, delta_y: -2, reference_y: 50 },
      ],
    });
    expect(said("length", [at(0, 0), at(10, 0)], both)).toBe("Length 10.0 mm");
    const known = byHand(both, [at(0, 0), at(0, 10)], 10) as FrameDetails;
    expect(known.spacing).toEqual({ columnMm: 0.5, rowMm: 1, source: "by-hand" });
    expect(said("length", [at(0, 0), at(10, 0)], known)).toBe("Length 5.00 mm (by hand)");
    expect(lengthBetween(known, at(60, 20), at(80, 50)).quantities.map(({ unit }) => unit)).toEqual(["s", "cm/s"]);
  });
});

describe("vertebrae", () => {
  const down = [at(5, 10), at(5, 20), at(5, 30)];

  it.each([
    ["L4", down, ["L4", "L5", "S1"]],
    ["l1", [...down].reverse(), ["L1", "T12", "T11"]],
    ["D12", down, ["T12", "L1", "L2"]],
    ["C7", down, ["C7", "T1", "T2"]],
    ["S5", down, ["S5", "?", "?"]],
  ])("from %s on are named one by one", (first, points, expected) => {
    expect(vertebraeAt(details(), points, first)).toEqual(expected);
  });

  it("follow the patient where the picture stands on its head, and lies on its side", () => {
    const headDown = details({ orientation: [0, 1, 0, 0, 0, 1] });
    expect(vertebraeAt(headDown, down, "L4")).toEqual(["L4", "L3", "L2"]);
    const lying = details({ orientation: [0, 0, -1, 0, 1, 0] });
    expect(vertebraeAt(lying, [at(10, 5), at(20, 5)], "L4")).toEqual(["L4", "L5"]);
  });
});

describe("in an ultrasound image", () => {
  /** The figure of PS3.3 C.8.5.5.1.16: 2D, M mode and a spectrum, each with its own axes. */
  const regions = [
    { x0: 0, y0: 0, x1: 49, y1: 39, unit_x: 3, unit_y: 3, delta_x: 0.05, delta_y: 0.05 },
    { x0: 50, y0: 0, x1: 99, y1: 39, unit_x: 4, unit_y: 3, delta_x: 0.02, delta_y: 0.1 },
    { x0: 10, y0: 50, x1: 89, y1: 89, unit_x: 4, unit_y: 7, delta_x: 0.005, delta_y: -4, reference_y: 30 },
  ];
  const spectrum = (change: object) => details({ regions: [{ ...regions[2], ...change }] });
  const known = details({ regions });

  it("a length is in millimetres, or along time and depth, or along time and speed", () => {
    const units = [[at(5, 5), at(15, 5)], [at(60, 5), at(70, 15)], [at(20, 60), at(30, 70)]].map(([a, b]) => lengthBetween(known, a as Point, b as Point).quantities);
    expect(units.map((found) => found.map(({ value, unit }) => [Number(value.toFixed(6)), unit]))).toEqual([
      [[5, "mm"]],
      [[0.2, "s"], [1, "cm"]],
      [[0.05, "s"], [40, "cm/s"]],
    ]);
  });

  it("a velocity counts from the reference row, with its sign", () => {
    // The zero line is the middle of row 50 + 30; 20 rows above it there are 80 cm/s towards the probe.
    expect(velocityAt(known, at(40, 60.5))).toEqual({ value: 80, unit: "cm/s" });
    expect(velocityAt(known, at(40, 80.5))).toMatchObject({ value: expect.closeTo(0) });
    expect(velocityAt(known, at(40, 85.5))).toMatchObject({ value: -20 });
    expect(velocityAt(spectrum({ reference_value_y: 20 }), at(40, 60.5))).toEqual({ value: 100, unit: "cm/s" });
    expect(said("velocity", [at(40, 60.5)], known)).toBe("Velocity 80.0 cm/s");
    expect(velocityAt(spectrum({ unit_y: 5, delta_y: -100 }), at(40, 79.5))).toEqual({ value: 100, unit: "Hz" });
  });

  it("what the index does not say is not made up", () => {
    expect(velocityAt(spectrum({ reference_y: undefined }), at(40, 60))).toBe("noZero");
    // Real devices write the row of the picture (645 + 742 is outside of rows 645 to 762).
    expect(velocityAt(spectrum({ y0: 645, y1: 762, reference_y: 742 }), at(40, 700))).toBe("zeroOutside");
    expect(velocityAt(spectrum({ reference_y: -1 }), at(40, 60))).toBe("zeroOutside");
    expect(velocityAt(spectrum({ delta_y: 0 }), at(40, 60))).toBe("elsewhere");
    expect(velocityAt(known, at(5, 5))).toBe("elsewhere");
    expect(said("velocity", [at(5, 5)], known)).toBe("Not in a Doppler spectrum with a scale");
  });

  it("a slope is a change over time, from the earlier to the later point", () => {
    // M mode: 10 rows of 1 mm deeper in 0.4 s.
    expect(slopeBetween(known, at(60, 5), at(80, 15))).toEqual({ seconds: 0.4, change: 1, unit: "cm", slope: 2.5, slopeUnit: "cm/s" });
    expect(slopeBetween(known, at(80, 15), at(60, 5))).toMatchObject({ change: 1, slope: 2.5 });
    // 80 cm/s fall to 0 in 0.1 s.
    expect(slopeBetween(known, at(20, 60.5), at(40, 80.5))).toMatchObject({ change: -80, slope: -800, slopeUnit: "cm/s²" });
    expect(slopeBetween(known, at(20, 60), at(20, 70))).toMatchObject({ seconds: 0, slope: null });
    expect(said("slope", [at(5, 5), at(15, 5)], known)).toBe("The two points are not in one region with an axis of time");
    expect(slopeBetween(known, at(60, 5), at(60, 60)), "across two regions").toBeNull();
  });
});

describe("the tools of the room", () => {
  it("have each a name, a symbol and words in both languages of their own", () => {
    const [names, icons] = [ROOM_TOOLS.map(({ name }) => name), ROOM_TOOLS.map(({ icon }) => icon)];
    expect([new Set(names).size, new Set(icons).size]).toEqual([names.length, icons.length]);
    for (const tool of ROOM_TOOLS) {
      const labels = [tool.label("vi", null), tool.label("en", null)];
      expect(labels, tool.name).not.toContain("");
      expect(labels[0], tool.name).not.toBe(labels[1]);
      const questions = tool.question === undefined ? null : [tool.question.label("vi"), tool.question.label("en")];
      expect(questions === null || questions[0] !== questions[1], tool.name).toBe(true);
    }
  });

  it("have one button each, in the same order", () => {
    expect(ROOM_TOOLS.map(({ name, icon, label }) => ({ name, icon, label: { vi: label("vi", null), en: label("en", null) } }))).toEqual(ROOM_BUTTONS);
  });

  it("say nothing while points are missing", () => {
    for (const tool of ROOM_TOOLS.filter(({ more }) => more === undefined)) {
      const text = tool.result([], { details: details(), values: null, words, language: "en" });
      expect(pointsOf(tool), tool.name).toBeGreaterThan(0);
      expect(text, tool.name).not.toMatch(/\d|NaN/);
    }
  });

  it.each([
    ["text", "", "Please write something."],
    ["text", "x".repeat(121), "Please write at most 120 characters."],
    ["text", "node", null],
    ["arrow", "", null],
    ["spine", "L6", "Please write C1 to C7, T1 to T12, L1 to L5 or S1 to S5."],
    ["spine", "t12", null],
    ["calibrate", "long", "Please write a length from 0.1 mm to 2 m, such as 50 mm or 5 cm."],
    ["calibrate-series", "50", null],
  ])("%s answers the text %o with %o", (name, text, expected) => {
    expect(roomTool(name)?.question?.obstacle(text, "en")).toBe(expected);
  });
});
