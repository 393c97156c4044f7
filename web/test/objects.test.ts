/** What others drew, as highdicom and pydicom wrote it (`tests/e2e/oracle/objects.py`), lies where it belongs. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unpackBits } from "../src/full/overlay-plane.js";
import { Attributes } from "../src/read/attributes.js";
import { srgbOf } from "../src/read/cielab.js";
import { readShutter } from "../src/read/shutter.js";
import { curveOf } from "../src/reading-room/objects/curves.js";
import { outlinesOf } from "../src/reading-room/objects/mask-outline.js";
import { planeOf, toPatient, toPlane, type ImageOnPane } from "../src/reading-room/objects/plane.js";
import { Chosen } from "../src/reading-room/objects/chosen.js";
import { areaOf, viewOf, voiOf } from "../src/reading-room/objects/state-view.js";
import type { Language } from "../src/tools/language.js";
import { conceptText } from "../src/reading-room/objects/concepts.js";
import { readObject, type BitsOf, type StudyObject } from "../src/reading-room/objects/study-objects.js";
import { apply, toStage, type Point } from "../src/view-geometry.js";

const ROOT = "1.2.826.0.1.3680043.10.1234.20";
const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/objects.json"), "utf8")) as Record<string, unknown>;
const pixels = (name: string) => Buffer.from(fixture[`${name}Pixels`] as string, "base64");

/** The whole file of a segmentation, as the pack would give it frame by frame. */
const bitsOf: BitsOf = (_, uid, { type, pixels: count }) => {
  const stored = pixels(uid.startsWith(`${ROOT}.13`) ? "binary" : "fractional");
  const values = type === "BINARY" ? unpackBits(stored, stored.length * 8) : stored;
  return (frame) => Uint8Array.from(values.subarray((frame - 1) * count, frame * count));
};

function objectOf(name: string, bits: BitsOf = bitsOf, language: Language = "en"): StudyObject {
  const object = readObject(Attributes.of(fixture[name]), "1.2.3", bits, language);
  if (object === null) {
    throw new Error(`${name} cannot be drawn`);
  }
  return object;
}

/** A slice of the CT, counted from 0. */
function slice(at: number): ImageOnPane {
  const spacing = { rowMm: 0.8, columnMm: 0.5, source: "pixel-spacing" };
  const plane = planeOf({ position: [-16, -20, 30 + 5 * at], rowDirection: [1, 0, 0], columnDirection: [0, 1, 0], spacing, frameOfReferenceUid: `${ROOT}.99` });
  return { sopInstanceUid: `${ROOT}.1.${at + 1}`, number: 1, columns: 64, rows: 64, plane, reachMm: 2.51 };
}

const rounded = (points: readonly Point[]) => points.map(({ x, y }) => [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000]);
const box = (points: readonly Point[]) => {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map((value) => Math.round(value * 1000) / 1000);
};
/** On which slices something of a part is drawn. */
const slicesOf = ({ drawable }: StudyObject, part: number) => [0, 1, 2, 3, 4, 5, 6, 7].filter((at) => drawable.shapesOn(slice(at), part).length > 0);

describe("measurements of TID 1500", () => {
  const report = objectOf("report");

  it("have their names and values", () => {
    expect(report.drawable.parts.map(({ name, lines }) => [name, ...lines])).toEqual([
      ["Nodule 1 · Nodule", "Diameter: 9.5 mm", "Area: 81.25 mm²"],
      ["Nodule 2 · Nodule", "Diameter: 14 mm"],
    ]);
  });

  it("have those of our codes in the words of the page", () => {
    expect(objectOf("report", bitsOf, "vi").drawable.parts.map(({ name, lines }) => [name, ...lines])[0]).toEqual(["Nodule 1 · Nodule", "Đường kính: 9.5 mm", "Diện tích: 81.25 mm²"]);
    expect(["Length 2", "Attenuation Coefficient, Mean", "Gan, Maximum", "Nốt 3"].map((name) => conceptText(name, "vi"))).toEqual(["Chiều dài 2", "Độ đậm (HU), trung bình", "Gan, lớn nhất", "Nốt 3"]);
    expect(conceptText("Length 2", "en")).toBe("Length 2");
  });

  it("lie in the pixels of the image that they name, and on no other", () => {
    expect(slicesOf(report, 0)).toEqual([4]);
    const [shape] = report.drawable.shapesOn(slice(4), 0);
    expect(shape?.lines.map(rounded)).toEqual([[[20, 20], [40, 20], [40, 36], [20, 36], [20, 20]]]);
    expect(shape?.label?.text).toBe("Nodule 1 · Nodule\nDiameter: 9.5 mm\nArea: 81.25 mm²");
  });

  it("lie at their place in the patient", () => {
    expect(slicesOf(report, 1)).toEqual([5]);
    const [shape] = report.drawable.shapesOn(slice(5), 1);
    expect(box(shape?.lines[0] ?? [])).toEqual([12.5, 13, 40.5, 33]);
  });

  it("lie on no image of another frame of reference", () => {
    const other = { ...slice(5), plane: { ...slice(5).plane!, frameOfReferenceUid: "1.2.3" } };
    expect(report.drawable.shapesOn(other, 1)).toEqual([]);
  });

  it("know where to find them", () => {
    expect(report.drawable.siteOf(0)).toEqual({ sopInstanceUid: `${ROOT}.1.5`, frame: null });
    expect(report.drawable.siteOf(1)).toEqual({ frameOfReferenceUid: `${ROOT}.99`, point: [-10, -10, 55] });
    expect(report.seriesOf.get(`${ROOT}.1.5`)).toBe(`${ROOT}.1`);
  });
});

describe("segments", () => {
  const binary = objectOf("binary");

  it("have the names and colours of the file", () => {
    expect(binary.drawable.parts.map(({ name, lines }) => [name, ...lines])).toEqual([["Liver", "MANUAL"], ["Lesion", "Liver", "MANUAL"]]);
    expect(binary.drawable.parts.map(({ colour }) => /^rgb\(\d+ \d+ \d+\)$/.test(colour))).toEqual([true, true]);
  });

  it("are outlined along their pixels: with the hole, and the pixel that touches at a corner by itself", () => {
    expect([slicesOf(binary, 0), slicesOf(binary, 1)]).toEqual([[2, 3, 4], [3]]);
    const [shape] = binary.drawable.shapesOn(slice(3), 0);
    expect(shape?.lines.map(box).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual([[24, 20, 44, 30], [30, 23, 34, 26], [44, 30, 45, 31]]);
    expect(box(binary.drawable.shapesOn(slice(3), 1)[0]?.lines[0] ?? [])).toEqual([12, 40, 20, 44]);
  });

  it("are outlined from a half of what stands for all", () => {
    const [shape] = objectOf("fractional").drawable.shapesOn(slice(2), 0);
    expect(shape?.lines.map(box).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))[0]).toEqual([26, 20, 44, 30]);
  });

  it("are drawn once their pixels have come", () => {
    let bits: Uint8Array | null = null;
    const late = objectOf("binary", () => () => bits);
    expect(late.drawable.shapesOn(slice(2), 0)).toEqual([]);
    bits = new Uint8Array(64 * 64).fill(1);
    expect(box(late.drawable.shapesOn(slice(2), 0)[0]?.lines[0] ?? [])).toEqual([0, 0, 64, 64]);
  });
});

describe("structures", () => {
  const structures = objectOf("structures");

  it("have their names, kinds and colours", () => {
    expect(structures.drawable.parts).toEqual([
      { name: "Heart", lines: ["ORGAN"], colour: "rgb(255 0 128)" },
      { name: "GTV 1", lines: ["GTV"], colour: "rgb(0 255 0)" },
    ]);
  });

  it("lie on their slices alone, at their place", () => {
    expect([slicesOf(structures, 0), slicesOf(structures, 1)]).toEqual([[3, 4], [4]]);
    const [heart] = structures.drawable.shapesOn(slice(4), 0);
    expect(rounded(heart?.lines[0] ?? [])).toEqual([[20.5, 15.5], [40.5, 15.5], [40.5, 30.5], [20.5, 30.5]]);
    expect([heart?.isClosed, heart?.label?.text]).toEqual([true, "Heart"]);
  });
});

describe("a presentation state", () => {
  const object = objectOf("state");
  const state = object.state!;
  const image = slice(2);

  it("gives its images a window and a polarity", () => {
    expect(voiOf(state, image, { slope: 1, intercept: -1024, unit: "HU" }).window).toMatchObject({ center: -200, width: 800, function: "LINEAR" });
    expect([state.isInverted, state.creator, state.images.map(({ sopInstanceUid }) => sopInstanceUid)]).toEqual([true, "MINH^TRAN", [`${ROOT}.1.3`, `${ROOT}.1.4`]]);
  });

  it("converts its window where it counts stored values in another way", () => {
    const other = { ...state, rescale: { slope: 2, intercept: -2000 } };
    expect(voiOf(other, image, { slope: 1, intercept: -1000, unit: "HU" }).window).toMatchObject({ center: -100, width: 400 });
  });

  it("draws lines, circles, ellipses, curves and points where they belong", () => {
    const [polyline, circle, ellipse, point, curve] = object.drawable.shapesOn(image, 0);
    expect(rounded(polyline?.lines[0] ?? [])).toEqual([[10, 12], [20, 12], [20, 30]]);
    expect(box(circle?.lines[0] ?? [])).toEqual([22, 22, 42, 42]);
    expect([box(ellipse?.lines[0] ?? []), ellipse?.isFilled]).toEqual([[10, 45, 30, 55], true]);
    // A quarter along and three down the displayed area (columns 5 to 60, rows 9 to 64) after the turn, which swaps both.
    expect(rounded(point?.marks ?? [])).toEqual([[46, 22]]);
    expect(curve?.lines[0]?.filter((_, step) => step % 8 === 0).map(({ x, y }) => [x, y])).toEqual([[5, 5], [15, 8], [25, 5]]);
  });

  it("writes its texts at box and anchor", () => {
    const labels = object.drawable.shapesOn(image, 0).flatMap(({ label }) => (label === null ? [] : [[label.text, label.anchor, ...rounded([label.at, ...(label.to === null ? [] : [label.to])])]]));
    expect(labels).toEqual([["Nodule", "middle", [40, 8], [60, 14]], ["Here", "start", [20, 30]]]);
  });

  it("draws on the images that an annotation names, though it is for more", () => {
    expect(slicesOf(object, 0)).toEqual([2]);
    expect(object.drawable.shapesOn(slice(3), 0)).toEqual([]);
  });

  it("shows its area, turned and mirrored, as large as the stage allows", () => {
    const raster = { columns: 64, rows: 64, aspect: 1.6 };
    const stage = { width: 800, height: 600 };
    expect(areaOf(state, image)).toMatchObject({ from: [4, 8], to: [60, 64] });
    const matrix = toStage(viewOf(state, image, raster, stage), raster, stage);
    // Transposed: the 56 columns run downwards, 500 pixels high, and the 56 rows of 1.6 to the right, 800 pixels wide.
    expect(rounded([apply(matrix, { x: 4, y: 8 }), apply(matrix, { x: 60, y: 8 }), apply(matrix, { x: 60, y: 64 })])).toEqual([[0, 50], [0, 550], [800, 550]]);
  });

  it("is alone on its images", () => {
    const rival = { ...object, sopInstanceUid: "1.2", drawable: object.drawable };
    const chosen = new Chosen(() => undefined);
    chosen.objects.push(object, rival);
    chosen.set(object, [0], true);
    expect(chosen.stateOf(image)).toBe(object);
    chosen.set(rival, [0], true);
    expect([chosen.stateOf(image), chosen.has(object, 0)]).toEqual([rival, false]);
    expect(chosen.stateOf(slice(6))).toBeNull();
  });

  it("covers what lies outside of its polygon", () => {
    expect(state.shutter).toMatchObject({ rectangle: null, circle: null, polygon: [{ x: 3.5, y: 3.5 }, { x: 60.5, y: 3.5 }, { x: 60.5, y: 60.5 }, { x: 3.5, y: 60.5 }], colour: "rgb(0 0 0)" });
  });
});

it("the shutter of an image leaves the pixels of its edges visible", () => {
  expect(readShutter(Attributes.of(fixture["fluoroscopy"]))).toMatchObject({ rectangle: [10, 5, 60, 50], circle: { x: 31.5, y: 31.5, radius: 28 }, polygon: [] });
  expect(readShutter(Attributes.of(fixture["ct"]))).toBeNull();
});

it("a point goes to an oblique plane and back", () => {
  const [s, c] = [Math.sin(0.5), Math.cos(0.5)];
  const spacing = { rowMm: 0.7, columnMm: 0.6, source: "pixel-spacing" };
  const plane = planeOf({ position: [10, -20, 30], rowDirection: [c, s, 0], columnDirection: [0, 0, -1], spacing, frameOfReferenceUid: "1" })!;
  const there = toPatient(plane, { x: 12.5, y: 8.5 });
  expect([...there].map((value) => Math.round(value * 1e3) / 1e3)).toEqual([10 + 7.2 * c, -20 + 7.2 * s, 30 - 5.6].map((value) => Math.round(value * 1e3) / 1e3));
  const back = toPlane(plane, there);
  expect([back.x, back.y, back.awayMm].map((value) => Math.round(value * 1e3) / 1e3 + 0)).toEqual([12.5, 8.5, 0]);
});

it.each([
  [[34886, 53484, 50172], [255, 0, 0]],
  [[57498, 10747, 54274], [0, 255, 0]],
  [[21170, 53250, 5175], [0, 0, 255]],
  [[65535, 32897, 32893], [255, 255, 255]],
  [[35117, 32897, 32894], [128, 128, 128]],
  [[41661, 41167, 40792], [221, 130, 101]],
])("CIELab %j, as highdicom encodes it, is the colour %j", (encoded, rgb) => {
  expect(srgbOf(encoded)).toEqual(rgb);
});

it("an unknown kind of graphic is not drawn as another one", () => {
  expect(curveOf("MATRIX", [[1, 2], [3, 4]])).toEqual({ lines: [], marks: [], isClosed: false });
});

it("the outline of every bitmap encloses exactly its pixels", () => {
  for (let pattern = 0; pattern < 512; pattern++) {
    const area = outlinesOf((column, row) => ((pattern >> (3 * row + column)) & 1) === 1, 3, 3).reduce((sum, line) => sum + signedArea(line), 0);
    expect(area).toBe([...pattern.toString(2)].filter((bit) => bit === "1").length);
  }
});

function signedArea(line: readonly Point[]): number {
  return line.reduce((sum, { x, y }, place) => {
    const next = line[(place + 1) % line.length] ?? { x: 0, y: 0 };
    return sum + (x * next.y - next.x * y) / 2;
  }, 0);
}
