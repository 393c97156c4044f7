/** SUV as QIBA defines it, and a PET laid over a CT. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Attributes } from "../src/read/attributes.js";
import { readPetHeader } from "../src/read/pet-header.js";
import { planeOf } from "../src/reading-room/objects/plane.js";
import { colourise } from "../src/reading-room/fusion/overlay.js";
import { palette } from "../src/reading-room/fusion/palettes.js";
import { betweenSlices, resample, slicesFor, stackOf } from "../src/reading-room/fusion/resample.js";
import { agreed } from "../src/reading-room/fusion/series-suv.js";
import { suvFactor } from "../src/reading-room/fusion/suv.js";

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/objects.json"), "utf8")) as Record<string, unknown>;
const PET = fixture["pet"] as Record<string, { vr: string; Value?: unknown[] }>;

/** What `oracle/suv.py` computed of headers that pydicom wrote; null is a refusal. */
const SUV = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/suv.json"), "utf8")) as { name: string; header: Record<string, { vr: string; Value?: unknown[] }>; factor: number | null }[];

/** The attributes of the PET, 370 MBq of F-18 at 9:00 and a scan at 10:00, with others in their place. */
function header(changed: Readonly<Record<string, unknown>> = {}, tracer: Readonly<Record<string, unknown>> = {}) {
  const of = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, { vr: "LO", Value: value === null ? [] : Array.isArray(value) ? value : [value] }]));
  const [before] = PET["00540016"]?.Value ?? [];
  const tracers = { "00540016": { vr: "SQ", Value: [{ ...(before as object), ...of(tracer) }] } };
  return readPetHeader(Attributes.of({ ...PET, ...tracers, ...of(changed) }));
}

/** 70 kg over what is left of 370 MBq an hour later, half-life 6586.2 s; computed with Python. */
const AFTER_AN_HOUR = 0.00027633668171764324;

describe("the factor of SUVbw", () => {
  it.each([
    ["by decay from the injection to the series", {}, {}, AFTER_AN_HOUR],
    ["with the date of the injection", {}, { "00181078": "20260131090000.00" }, AFTER_AN_HOUR],
    ["with an offset from UTC, where the file says its own", { "00080201": "+0700" }, { "00181078": "20260131020000+0000" }, AFTER_AN_HOUR],
    ["with an offset that nothing can be compared with", {}, { "00181078": "20260131090000+0700" }, AFTER_AN_HOUR],
    ["with an injection before midnight", { "00080031": "003000", "00080032": "003000" }, { "00181072": "233000" }, AFTER_AN_HOUR],
    ["with an injection before midnight, by date", { "00080031": "003000", "00080032": "003000" }, { "00181072": "233000", "00181078": "20260130233000" }, AFTER_AN_HOUR],
    ["corrected to the injection", { "00541102": "ADMIN" }, {}, 0.0001891891891891892],
    ["reconstructed later, by the scanner's note (GE)", { "00080031": "140000", "00090010": "GEMS_PETD_01", "0009100D": "20260131100200" }, {}, 0.0002798486904512684],
    ["reconstructed later, by the frame's reference time", { "00080031": "140000", "00080032": "100500", "00541300": 300_000, "00181242": 120_000 }, {}, 0.0002780852938825503],
    ["of values that are SUV", { "00541001": "GML" }, {}, 1],
    ["of counts, by Philips' factor", { "00541001": "CNTS", "70530010": "Philips PET Private Group", "70531000": "0.0005" }, {}, 0.0005],
    ["of counts, by Philips' activity", { "00541001": "CNTS", "70530011": "Philips PET Private Group", "70531100": "0", "70531109": "2" }, {}, 2 * AFTER_AN_HOUR],
  ])("%s", (_, changed, tracer, expected) => {
    const suv = suvFactor(header(changed, tracer));
    expect("factor" in suv ? suv.factor / expected : suv.refusal).toBeCloseTo(1, 9);
  });

  it.each([
    ["no-units", { "00541001": null }, {}],
    ["no-units", { "00541001": "PROPCPS" }, {}],
    ["counts", { "00541001": "CNTS" }, {}],
    ["counts", { "00541001": "CNTS", "70530010": "SOMEBODY ELSE", "70531000": "0.0005" }, {}],
    ["other-suv", { "00541001": "GML", "00541006": "LBM" }, {}],
    ["not-corrected", { "00280051": ["ATTN", "SCAT"] }, {}],
    ["not-corrected", { "00280051": ["DECY"] }, {}],
    ["no-weight", { "00101030": null }, {}],
    ["no-weight", { "00101030": 0 }, {}],
    ["implausible-weight", { "00101030": 70_000 }, {}],
    ["no-dose", {}, { "00181074": null }],
    ["implausible-dose", {}, { "00181074": 370 }],
    ["no-half-life", {}, { "00181075": 0 }],
    ["no-decay-correction", { "00541102": "NONE" }, {}],
    ["no-decay-correction", { "00541102": null }, {}],
    ["no-injection-time", {}, { "00181072": null }],
    ["no-injection-time", {}, { "00181075": 282_276 }],
    ["no-scan-time", { "00080031": null, "00080032": null }, {}],
    ["no-scan-time", { "00080032": null }, {}],
    ["no-scan-time", { "00080032": "1020400" }, {}],
    ["times-contradict", { "00080031": "140000" }, {}],
    ["times-contradict", {}, { "00181072": "100500" }],
    ["times-contradict", {}, { "00181078": "20260131093000" }],
    ["times-contradict", {}, { "00181078": "20260130090000" }],
    ["times-contradict", {}, { "00181078": "20260131110000", "00181072": "110000" }],
  ])("is refused as %s for %j and the tracer %j", (refusal, changed, tracer) => {
    expect(suvFactor(header(changed, tracer))).toEqual({ refusal });
  });

  it.each(SUV)("is that of numpy, or refused, for a PET $name", ({ header: file, factor }) => {
    const suv = suvFactor(readPetHeader(Attributes.of(file)));
    if (factor === null) {
      expect(suv).toHaveProperty("refusal");
    } else {
      expect("factor" in suv ? suv.factor / factor : suv.refusal).toBeCloseTo(1, 9);
    }
  });

  it("is refused for two tracers", () => {
    const tracers = [...(PET["00540016"]?.Value ?? []), ...(PET["00540016"]?.Value ?? [])];
    expect(suvFactor(readPetHeader(Attributes.of({ ...PET, "00540016": { vr: "SQ", Value: tracers } })))).toEqual({ refusal: "several-tracers" });
  });

  it("is one for the whole series, or none", () => {
    expect(agreed([{ factor: 2 }, { factor: 2 }])).toEqual({ factor: 2 });
    expect(agreed([{ factor: 2 }, { factor: 2.1 }])).toEqual({ refusal: "instances-contradict" });
    expect(agreed([{ factor: 2 }, { refusal: "no-weight" }])).toEqual({ refusal: "no-weight" });
    expect(agreed([])).toEqual({ refusal: "no-units" });
  });
});

const FRAME = "1.2.3";
const plane = (position: readonly [number, number, number], mm: number, row: readonly [number, number, number] = [1, 0, 0], column: readonly [number, number, number] = [0, 1, 0]) =>
  planeOf({ position, rowDirection: row, columnDirection: column, spacing: { rowMm: mm, columnMm: mm, source: "" }, frameOfReferenceUid: FRAME })!;

/** As `objects.py` makes the PET: 20,000 + 100 x + 100 z, each slice with another slope, handed over in reverse. */
const places = Array.from({ length: 12 }, (_, slice) => 11 - slice);
const slices = stackOf(places.map((slice) => ({ plane: plane([-20, -26, 28 + 4 * slice], 2), columns: 24, rows: 24 })));
const stack = Array.isArray(slices) ? (slices as Exclude<typeof slices, string>) : [];
const valuesOf = (at: number) => {
  const slice = places[stack[at]?.place ?? -1] ?? 0;
  const slope = 0.5 + 0.01 * slice;
  const samples = Float64Array.from({ length: 24 * 24 }, (_, pixel) => (20_000 + 100 * (-20 + 2 * (pixel % 24)) + 100 * (28 + 4 * slice)) / slope);
  return { samples, slope, intercept: 0 };
};
const known = (x: number, z: number) => 20_000 + 100 * x + 100 * z;

describe("a PET over a CT", () => {
  it("has the values of its place between slices of other scales", () => {
    const target = plane([-16, -20, 41.3], 0.5);
    const size = { columns: 64, rows: 48 };
    expect(slicesFor(target, size, stack)).toEqual([3, 4]);
    const values = resample(target, size, stack, valuesOf);
    const worst = values.reduce((most, value, pixel) => Math.max(most, Math.abs(value - known(-16 + 0.5 * (pixel % 64), 41.3))), 0);
    expect(worst).toBeLessThan(0.01);
  });

  it("has them on a coronal and on an oblique image, too", () => {
    const size = { columns: 40, rows: 40 };
    const coronal = resample(plane([-16, 0, 70], 0.7, [1, 0, 0], [0, 0, -1]), size, stack, valuesOf);
    expect(coronal[0]).toBeCloseTo(known(-16, 70), 1);
    expect(coronal[39 * 40 + 39]).toBeCloseTo(known(-16 + 0.7 * 39, 70 - 0.7 * 39), 1);
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const oblique = resample(plane([-10, -10, 50], 0.5, [c, 0, s], [0, 1, 0]), size, stack, valuesOf);
    expect(oblique[20 * 40 + 30]).toBeCloseTo(known(-10 + 15 * c, 50 + 15 * s), 1);
  });

  it("has none beyond the PET, in another frame of reference, and before a slice has come", () => {
    const size = { columns: 4, rows: 1 };
    const edge = resample(plane([-22.5, -26, 28], 1), size, stack, valuesOf);
    expect([...edge].map(Number.isNaN)).toEqual([true, true, false, false]);
    expect([...resample(plane([-16, -20, 80], 1), size, stack, valuesOf)].every(Number.isNaN)).toBe(true);
    expect(resample(plane([-16, -20, 73], 1), size, stack, valuesOf)[0]).toBeCloseTo(known(-16, 72), 1);
    expect([...resample({ ...plane([-16, -20, 40], 1), frameOfReferenceUid: "9" }, size, stack, valuesOf)].every(Number.isNaN)).toBe(true);
    expect(slicesFor({ ...plane([-16, -20, 40], 1), frameOfReferenceUid: "9" }, size, stack)).toEqual([]);
    expect([...resample(plane([-16, -20, 41], 1), size, stack, (slice) => (slice === 4 ? null : valuesOf(slice)))].every(Number.isNaN)).toBe(true);
  });

  it("is not guessed across a gap", () => {
    const holed = stack.filter((_, at) => at !== 5 && at !== 6);
    expect(betweenSlices(holed, 22)).toBeNull();
    expect(betweenSlices(holed, 14)).toEqual({ below: 3, above: 4, part: 0.5 });
  });

  it.each([
    ["too-few", [{ plane: plane([0, 0, 0], 2), columns: 4, rows: 4 }]],
    ["no-place", [{ plane: plane([0, 0, 0], 2), columns: 4, rows: 4 }, { plane: null, columns: 4, rows: 4 }]],
    ["mixed", [{ plane: plane([0, 0, 0], 2), columns: 4, rows: 4 }, { plane: plane([0, 0, 4], 2), columns: 8, rows: 4 }]],
    ["mixed", [{ plane: plane([0, 0, 0], 2), columns: 4, rows: 4 }, { plane: plane([0, 0, 4], 2, [0, 1, 0], [0, 0, 1]), columns: 4, rows: 4 }]],
    ["mixed", [{ plane: plane([0, 0, 0], 2), columns: 4, rows: 4 }, { plane: plane([5, 0, 0], 2), columns: 4, rows: 4 }]],
  ] as const)("is refused as %s", (fault, given) => {
    expect(stackOf(given)).toBe(fault);
  });
});

/** As pydicom's tables of PS3.6 B.1 have them, at the places 0, 32, 64 … 224, 255. */
it.each([
  ["hot-iron", [[0, 0, 0], [64, 0, 0], [128, 0, 0], [192, 0, 0], [255, 0, 0], [255, 64, 0], [255, 128, 4], [255, 192, 132], [255, 255, 255]]],
  ["pet", [[0, 0, 0], [0, 65, 63], [1, 126, 127], [65, 63, 191], [128, 0, 255], [191, 64, 128], [255, 128, 0], [255, 192, 129], [255, 255, 255]]],
  ["hot-metal-blue", [[0, 0, 0], [0, 0, 63], [0, 0, 125], [32, 0, 188], [116, 17, 97], [217, 77, 0], [255, 137, 65], [255, 198, 159], [255, 255, 255]]],
] as const)("the colour table %s is the standard's", (name, expected) => {
  const colours = palette(name);
  const found = [0, 32, 64, 96, 128, 160, 192, 224, 255].map((place) => [...colours.subarray(3 * place, 3 * place + 3)]);
  const worst = Math.max(...found.flatMap((rgb, at) => rgb.map((value, channel) => Math.abs(value - (expected[at]?.[channel] ?? -99)))));
  expect(worst).toBeLessThanOrEqual(3);
});

it("colours end at the top, fade at the bottom, and leave out what has no value", () => {
  const pixels = colourise(Float32Array.of(0, 5, 100, 1000, Number.NaN, -3), { palette: "hot-iron", top: 100, opacity: 0.5 });
  const rgba = (place: number) => [...pixels.subarray(4 * place, 4 * place + 4)];
  expect([rgba(0)[3], rgba(2), rgba(3), rgba(4), rgba(5)[3]]).toEqual([0, [255, 255, 255, 128], [255, 255, 255, 128], [0, 0, 0, 0], 0]);
  expect(rgba(1)[3]).toBe(64);
});
