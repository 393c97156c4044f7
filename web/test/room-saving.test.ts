/** What the reading room saves of marks: the numbers, the shapes, the images, and nothing twice. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrameValues } from "../src/full/frame-values.js";
import { frameDetails, type FrameDetails } from "../src/read/frame-details.js";
import { readMarksFault, readSavedSeries } from "../src/read/marks-answer.js";
import type { SeriesIndex } from "../src/read/series-index.js";
import { turnOf as turnOfState } from "../src/reading-room/objects/state-view.js";
import { SaveAttempt } from "../src/reading-room/saving/attempt.js";
import { knownAuthor, keepAuthor } from "../src/reading-room/saving/author.js";
import { collect } from "../src/reading-room/saving/collect.js";
import { bodyOf, LIMITS, type Author, type SavedContent, type SavedMeasurement } from "../src/reading-room/saving/document.js";
import { drawnOf, WAYS } from "../src/reading-room/saving/drawn.js";
import type { MarkedFrames } from "../src/reading-room/saving/frames.js";
import { AS_RECORDED, lookFor, savedTurn } from "../src/reading-room/saving/looks.js";
import { faultText, statusText, troubleOf } from "../src/reading-room/saving/troubles.js";
import { SavedMarks } from "../src/reading-room/saving/unsaved.js";
import { SAVING_WORDS } from "../src/reading-room/saving/words.js";
import { ROOM_TOOLS, roomTool } from "../src/reading-room/tools/registry.js";
import type { Annotation } from "../src/tools/annotations.js";
import { MarkStore } from "../src/tools/mark-store.js";
import type { Measured } from "../src/tools/measuring/tool.js";
import { compose, type Matrix, type Point } from "../src/view-geometry.js";
import type { Words } from "../src/words.js";

const words = { units: {}, uncalibrated: "uncalibrated", atDetector: "at the detector", noValue: "no value" } as unknown as Words;
const at = (x: number, y: number): Point => ({ x, y });
const SPACING = { row_mm: 0.5, column_mm: 0.5, source: "pixel-spacing" };
const RESCALE = { slope: 1, intercept: -500, unit: "HU" };

function details(raw: object = {}): FrameDetails {
  return frameDetails({ raw: { photometric_interpretation: "MONOCHROME2", spacing: SPACING, rescale: RESCALE, ...raw }, rows: 64, columns: 64, aspect: 1 });
}

/** Values that grow with the column: 10 × column - 500 HU. */
function values(known: FrameDetails, channels: 1 | 3 = 1): FrameValues {
  const samples = channels === 1 ? Int16Array.from({ length: 64 * 64 }, (_, place) => 10 * (place % 64)) : new Uint8Array(3 * 64 * 64).fill(7);
  return new FrameValues(known, { rows: 64, columns: 64, channels, samples }, []);
}

function measured(raw: object = {}, more: Partial<Measured> = {}): Measured {
  const known = details(raw);
  return { details: known, values: values(known), words, language: "en", scale: null, ...more };
}

const mark = (kind: string, points: Point[], text?: string) => (text === undefined ? { kind, points } : { kind, points, text });
const value = (quantity: string, number: number, unit: string) => ({ quantity, value: number, unit });
const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => stored.set(key, text) };
  vi.stubGlobal("sessionStorage", storage);
  vi.stubGlobal("localStorage", storage);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a measurement that is saved", () => {
  const ULTRASOUND = { regions: [{ x0: 0, y0: 0, x1: 63, y1: 63, unit_x: 4, unit_y: 7, delta_x: 0.02, delta_y: -5, reference_y: 16 }] };

  it.each<[string, Point[], object, unknown]>([
    ["probe", [at(20.5, 30.5)], {}, { kind: "probe", points: [[20.5, 30.5]], label: null, values: [value("value", -300, "HU")] }],
    ["length", [at(10, 10), at(50, 40)], {}, { kind: "length", points: [[10, 10], [50, 40]], label: null, values: [value("length", 25, "mm")] }],
    ["length", [at(10, 10), at(50, 40)], { spacing: null }, { kind: "length", points: [[10, 10], [50, 40]], label: "Length (uncalibrated)", values: [value("length", 50, "px")] }],
    ["length", [at(10, 10), at(20, 30)], ULTRASOUND, { kind: "length", points: [[10, 10], [20, 30]], label: null, values: [value("time", 0.2, "s"), value("velocity", 100, "cm/s")] }],
    ["angle", [at(50, 12), at(12, 12), at(12, 50)], {}, { kind: "angle", points: [[50, 12], [12, 12], [12, 50]], label: null, values: [value("angle", 90, "deg")] }],
    // The longer axis comes first, whichever was drawn first.
    ["bidirectional", [at(30, 41), at(30, 59), at(10, 50), at(50, 50)], {}, { kind: "bidirectional", points: [[10, 50], [50, 50], [30, 41], [30, 59]], label: null, values: [value("length", 20, "mm"), value("short-axis", 9, "mm")] }],
    ["cobb", [at(0, 0), at(10, 0), at(0, 30), at(10, 20)], {}, { kind: "cobb", points: [[0, 0], [10, 0], [0, 30], [10, 20]], label: null, values: [value("angle", 45, "deg")] }],
    ["cardiothoracic", [at(10, 45), at(50, 45), at(20, 30), at(40, 30)], {}, { kind: "cardiothoracic", points: [[20, 30], [40, 30], [10, 45], [50, 45]], label: null, values: [value("ratio", 0.5, "")] }],
    [
      "rectangle",
      [at(30, 20), at(10, 10)],
      {},
      { kind: "rectangle", points: [[30, 20], [10, 20], [10, 10], [30, 10]], label: null, values: [value("area", 50, "mm²"), value("mean", -305, "HU"), value("standard-deviation", 57.6628, "HU"), value("minimum", -400, "HU"), value("maximum", -210, "HU")] },
    ],
    [
      "ellipse",
      [at(20, 40), at(40, 10)],
      {},
      { kind: "ellipse", points: [[30, 10], [30, 40], [20, 25], [40, 25]], label: null, values: [value("area", 117.81, "mm²"), value("mean", -205, "HU"), value("standard-deviation", 50.3413, "HU"), value("minimum", -300, "HU"), value("maximum", -110, "HU")] },
    ],
    [
      "freehand",
      [at(0, 0), at(4, 4), at(4, 0), at(0, 4)],
      {},
      { kind: "freehand", points: [[0, 0], [4, 4], [4, 0], [0, 4]], label: "Freehand region · Outline crosses itself", values: [value("area", 2, "mm²"), value("mean", -480, "HU"), value("standard-deviation", 12.2474, "HU"), value("minimum", -500, "HU"), value("maximum", -470, "HU")] },
    ],
    ["velocity", [at(40, 26.5)], ULTRASOUND, { kind: "doppler", points: [[40, 26.5]], label: null, values: [value("velocity", -50, "cm/s")] }],
    ["slope", [at(30, 40.5), at(10, 48.5)], ULTRASOUND, { kind: "slope", points: [[30, 40.5], [10, 48.5]], label: null, values: [value("time", 0.4, "s"), value("velocity", 40, "cm/s"), value("slope", 100, "cm/s²")] }],
  ])("%s at %o", (kind, points, raw, expected) => {
    expect(drawnOf(mark(kind, points), measured(raw))).toEqual({ measurement: expected });
  });

  it("has values in SUV where the room gives them so, and no unit where the file has none", () => {
    const scaled = measured({ rescale: { slope: 1, intercept: 0, unit: "BQML" } }, { scale: { unit: "SUVbw", factor: 0.01 } });
    expect(drawnOf(mark("probe", [at(20.5, 3)]), scaled)).toMatchObject({ measurement: { values: [value("value", 2, "SUVbw")] } });
    expect(drawnOf(mark("probe", [at(20.5, 3)]), measured({ rescale: { slope: 1, intercept: 0, unit: "US" } }))).toMatchObject({ measurement: { values: [value("value", 200, "")] } });
  });

  it("of colours has an area and no values", () => {
    const known = details({ photometric_interpretation: "RGB" });
    const colours = measured({}, { details: known, values: values(known, 3) });
    expect(drawnOf(mark("rectangle", [at(0, 0), at(4, 2)]), colours)).toMatchObject({ measurement: { values: [value("area", 2, "mm²")] } });
  });

  it.each<[string, Point[], object, Partial<Measured>, string]>([
    ["length", [at(10, 10), at(64.5, 10)], {}, {}, "outside"],
    ["text", [at(-1, 10)], {}, {}, "outside"],
    ["probe", [at(1, 1)], {}, { values: null }, "noValue"],
    ["velocity", [at(1, 1)], {}, {}, "noValue"],
    ["slope", [at(1, 1), at(2, 2)], {}, {}, "noValue"],
    ["a tool of a later version", [at(1, 1)], {}, {}, "noValue"],
  ])("%s at %o is not made up", (kind, points, raw, more, expected) => {
    expect(drawnOf(mark(kind, points, "x"), measured(raw, more))).toBe(expected);
  });
});

describe("what is drawn without a number", () => {
  it.each<[string, Point[], string | undefined, unknown]>([
    ["text", [at(4, 60)], "lung", { graphics: [], texts: [{ anchor: [4, 60], text: "lung" }] }],
    ["spine", [at(20, 10), at(20, 20), at(20, 30)], "S4", { graphics: [{ kind: "polyline", points: [[20, 10], [20, 20], [20, 30]] }], texts: [{ anchor: [20, 10], text: "S4" }, { anchor: [20, 20], text: "S5" }] }],
    ["calibrate", [at(10, 56), at(50, 56)], "4 cm", { graphics: [{ kind: "polyline", points: [[10, 56], [50, 56]] }], texts: [{ anchor: [50, 56], text: "Calibrated by hand: 40.0 mm" }] }],
  ])("%s", (kind, points, text, expected) => {
    expect(drawnOf(mark(kind, points, text), measured())).toEqual({ drawing: expected });
  });

  it("an arrow has its head at its first point, within the image, and its text at the other end", () => {
    const drawn = drawnOf(mark("arrow", [at(0, 32), at(40, 32)], "node"), measured());
    expect(drawn).toMatchObject({ drawing: { texts: [{ anchor: [40, 32], text: "node" }] } });
    const [shaft, head] = typeof drawn === "string" || !("drawing" in drawn) ? [] : drawn.drawing.graphics;
    expect(shaft?.points).toEqual([[40, 32], [0, 32]]);
    expect(head?.points[1]).toEqual([0, 32]);
    expect(head?.points.flat().every((number) => number >= 0 && number <= 64)).toBe(true);
  });

  it("every tool of the room has its way to be saved", () => {
    expect(Object.keys(WAYS).sort()).toEqual(ROOM_TOOLS.map(({ name }) => name).sort());
  });
});

describe("the look that is saved", () => {
  const quarter: Matrix = { a: 0, b: 1, c: -1, d: 0, e: 0, f: 0 };
  const mirror: Matrix = { a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 };
  const upright: Matrix = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

  it("turns an image as the room shows it again", () => {
    const turns = [0, 1, 2, 3].map((times) => Array.from({ length: times }).reduce<Matrix>((turn) => compose(quarter, turn), upright));
    for (const turn of turns.flatMap((one) => [one, compose(mirror, one), compose(one, mirror)])) {
      const { rotation, isFlipped } = savedTurn(turn);
      const shown = turnOfState({ rotation: rotation as 0, isFlipped });
      expect([shown.a, shown.b, shown.c, shown.d].map((one) => one + 0)).toEqual([turn.a, turn.b, turn.c, turn.d].map((one) => one + 0));
    }
  });

  it("has no window where a presentation state can have none", () => {
    const look = { ...AS_RECORDED, window: { center: 40, width: 400 }, isInverted: true };
    expect(lookFor(details(), look)).toEqual(look);
    expect(lookFor(details({ photometric_interpretation: "RGB" }), look)).toEqual(AS_RECORDED);
    expect(lookFor(details({ photometric_interpretation: "PALETTE COLOR" }), look)).toEqual(AS_RECORDED);
    expect(lookFor(details({ modality_lut: 0 }), look)).toEqual({ ...AS_RECORDED, isInverted: true });
  });
});

describe("a save", () => {
  const IMAGE = { seriesInstanceUid: "1.2", sopInstanceUid: "1.2.3", frame: null };
  const author: Author = { name: "BS. Trần Văn A", facility: "BV Chợ Rẫy", description: "" };
  const length: SavedMeasurement = { image: { ...IMAGE, frame: 2 }, kind: "length", points: [[1, 2], [3, 4]], label: null, values: [{ quantity: "length", value: 12.3, unit: "mm" }] };
  const content: SavedContent = {
    keyImages: [IMAGE],
    presentations: [{ image: IMAGE, window: { center: 40, width: 400 }, isInverted: true, rotation: 90, isFlipped: false, graphics: [{ kind: "polyline", points: [[0, 0], [1, 1]] }], texts: [{ anchor: [5, 6], text: "node" }] }],
    measurements: [length],
  };

  it("is sent with the names that the portal reads", () => {
    const image = { series_instance_uid: "1.2", sop_instance_uid: "1.2.3" };
    expect(JSON.parse(bodyOf("id", { ...author, description: "Hội chẩn" }, content))).toEqual({
      id: "id",
      author: { name: "BS. Trần Văn A", facility: "BV Chợ Rẫy" },
      description: "Hội chẩn",
      key_images: [{ image }],
      presentations: [{ image, window: { center: 40, width: 400 }, inverted: true, rotation: 90, flipped: false, graphics: [{ kind: "polyline", points: [[0, 0], [1, 1]] }], texts: [{ anchor: [5, 6], text: "node" }] }],
      measurements: [{ image: { ...image, frame: 2 }, kind: "length", points: [[1, 2], [3, 4]], values: [{ quantity: "length", value: 12.3, unit: "mm" }] }],
    });
    const bare = { ...content, presentations: content.presentations.map((one) => ({ ...one, window: null })), measurements: [{ ...length, label: "Length (at the detector)" }] };
    expect(JSON.parse(bodyOf("id", author, bare))).toMatchObject({ measurements: [{ label: "Length (at the detector)" }] });
    expect(bodyOf("id", author, bare)).not.toMatch(/description|window|null/);
  });

  it("that is asked for again, also after a reload, is the same bytes, and another content another save", () => {
    const first = new SaveAttempt().body(author, content);
    const id = (body: string) => (JSON.parse(body) as { id: string }).id;
    expect(id(first)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const reloaded = new SaveAttempt();
    expect(reloaded.body(author, content)).toBe(first);
    expect(id(reloaded.body({ ...author, name: "BS. B" }, content))).not.toBe(id(first));
  });

  it("remembers name and facility, and nothing of the study", () => {
    keepAuthor({ ...author, description: "Hội chẩn" });
    expect(knownAuthor()).toEqual({ ...author, description: "" });
  });

  it.each([
    [{ name: "" }, 0, { field: "name", text: "Please fill this in." }],
    [{ facility: "x".repeat(65) }, 0, { field: "facility", text: "Please write at most 64 characters." }],
    [{ facility: "ờ".repeat(64) }, 0, null],
    [{ description: "x".repeat(65) }, 0, { field: "description", text: "Please write at most 64 characters." }],
    [{}, LIMITS.bytes, null],
    [{}, LIMITS.bytes + 1, { field: null, text: SAVING_WORDS.en.tooLarge }],
  ])("with %o and %d bytes is answered with %o", (change, bytes, expected) => {
    expect(troubleOf({ ...author, ...change }, content, bytes, SAVING_WORDS.en)).toEqual(expected);
  });

  it("of too many marks says how many there may be", () => {
    const many = { ...content, measurements: Array.from({ length: 257 }, () => length) };
    expect(troubleOf(author, many, 0, SAVING_WORDS.en)?.text).toBe("Measurements: 257. Too many: at most 256 can be saved at once. Please delete some and save again.");
  });

  it.each([
    ["author.name", "empty", "name", "Please fill this in."],
    ["description", "too-long", "description", "Please write at most 64 characters."],
    ["measurements[0].points[1]", "outside", null, "Not saved: Length, Chest, image 3: outside of the image or of the limits."],
    ["key_images[0].image", "not-an-image", null, "Not saved: Key image, Chest, image 4: not an image."],
    [".", "unreadable", null, "Not saved: what was sent: cannot be read."],
  ])("whose field %s is %s says so at its place", (field, kind, place, text) => {
    const names = { measurements: ["Length, Chest, image 3"], keyImages: ["Chest, image 4"], presentations: [] };
    expect(faultText({ field, kind }, names, SAVING_WORDS.en)).toEqual({ field: place, text });
  });

  it("says what to do after each status, and reads what the portal answers", () => {
    expect([401, 403, 404, 413, 429, 500].map((status) => statusText(status, SAVING_WORDS.en).split(".")[0])).toEqual([
      "Your visit has ended",
      "You may no longer annotate this study",
      "Your visit has ended",
      "These are too many marks for one save",
      "Saved many times within a short time",
      "The server could not save this",
    ]);
    expect(readMarksFault({ error: { field: "author.name", kind: "empty" } })).toEqual({ field: "author.name", kind: "empty" });
    expect([readMarksFault(null), readMarksFault({ error: { field: 1 } })]).toEqual([null, null]);
    expect(readSavedSeries({ series: [{ series_instance_uid: "1.9", modality: "KO" }] })).toEqual([{ seriesInstanceUid: "1.9", modality: "KO" }]);
  });
});

describe("what is not saved yet", () => {
  const series = new Set(["1"]);
  const annotation = (kind: string, image: string, points: Point[], text?: string): Annotation => ({ id: 1, image, ...mark(kind, points, text) });
  const line = annotation("length", "1/1.1/1", [at(0, 0), at(1, 1)]);

  it("is every mark and key image of the study until it was saved, and again once it was changed", () => {
    const saved = new SavedMarks();
    const marks = [line];
    const before = saved.unsaved({ marks, keyImages: ["1/1.1/1"], series });
    expect(before).toEqual({ marks, keyImages: ["1/1.1/1"], onPlanes: 0, elsewhere: 0 });
    saved.add(before, marks);
    const reloaded = new SavedMarks();
    expect(reloaded.unsaved({ marks, keyImages: ["1/1.1/1"], series })).toEqual({ marks: [], keyImages: [], onPlanes: 0, elsewhere: 0 });
    const moved = { ...line, points: [at(0, 0), at(2, 2)] };
    expect(reloaded.unsaved({ marks: [moved], keyImages: [], series }).marks).toEqual([moved]);
    const window = new SavedMarks();
    reloaded.onSaved = (names) => window.take(names);
    reloaded.add({ marks: [moved], keyImages: [] }, [moved]);
    expect(window.unsaved({ marks: [moved], keyImages: [], series }).marks, "saved in another window").toEqual([]);
    const calibration = annotation("calibrate-series", "1/1.5/1", [at(0, 0), at(9, 9)], "5 cm");
    expect(reloaded.unsaved({ marks: [line, calibration], keyImages: [], series }).marks, "its number is another one now").toEqual([line, calibration]);
  });

  it("is counted where it cannot be saved: on planes and in other studies", () => {
    const marks = [annotation("length", "1/0/plane/0.000,1.000/mean", [at(0, 0), at(1, 1)]), annotation("length", "2/2.1/1", [at(0, 0), at(1, 1)])];
    expect(new SavedMarks().unsaved({ marks, keyImages: ["2/2.1/1"], series })).toEqual({ marks: [], keyImages: [], onPlanes: 1, elsewhere: 2 });
  });
});

describe("collecting", () => {
  const index = { modality: "CT", frames: [1, 2].map((number) => ({ sopInstanceUid: "1.1", number, rows: 64, columns: 64, aspect: 1, raw: { photometric_interpretation: "MONOCHROME2", spacing: SPACING } })) } as unknown as SeriesIndex;
  const frames = {
    frame: async (name: string) => {
      const [seriesInstanceUid = "", sopInstanceUid = "", number] = name.split("/");
      return seriesInstanceUid === "gone" ? null : { image: { seriesInstanceUid, sopInstanceUid, frame: Number(number) }, index, place: Number(number) - 1, details: details(), scale: null };
    },
    values: async () => "unreadable",
  } as unknown as MarkedFrames;
  const look = { window: { center: 40, width: 400, function: "LINEAR", name: null }, isInverted: false };
  const pane = { content: null, pane: { series: { seriesInstanceUid: "1" }, full: { look } }, stage: { view: { turn: { a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 } } } };

  it("gives measurements to the report, drawings and the look of their pane to the state, and counts the rest", async () => {
    const store = new MarkStore(roomTool, "test");
    for (const [kind, image, points, text] of [
      ["length", "1/1.1/1", [at(10, 10), at(50, 40)]],
      ["text", "1/1.1/2", [at(5, 5)], "node"],
      ["ellipse", "1/1.1/1", [at(1, 1), at(5, 5)]],
      ["length", "gone/1.1/1", [at(1, 1), at(5, 5)]],
      ["length", "1/1.1/1", [at(1, 1), at(99, 5)]],
      ["calibrate", "1/1.1/2", [at(0, 50), at(40, 50)], "80 mm"],
    ] as const) {
      store.add({ ...store.begin(kind, image, [...points]), ...(text === undefined ? {} : { text }) });
    }
    const room = { panes: [pane], store, language: "en", pageWords: words } as unknown as Parameters<typeof collect>[0];
    const collected = await collect(room, { marks: store.all, keyImages: ["1/1.1/2", "gone/1.1/1"] }, frames, ({ place }) => `Chest, image ${place + 1}`);
    // Calibrated by hand: 40 pixels are 80 mm.
    expect(collected.measurements).toEqual([
      { image: { seriesInstanceUid: "1", sopInstanceUid: "1.1", frame: 1 }, kind: "length", points: [[10, 10], [50, 40]], label: "Length (calibrated by hand)", values: [value("length", 100, "mm")] },
    ]);
    expect(collected.presentations.map(({ image, window, isFlipped, texts }) => [image.frame, window, isFlipped, texts.map(({ text }) => text)])).toEqual([
      [1, { center: 40, width: 400 }, true, []],
      [2, { center: 40, width: 400 }, true, ["node", "Calibrated by hand: 80.0 mm"]],
    ]);
    expect([collected.keyImages.map(({ frame }) => frame), collected.drawings, collected.windows]).toEqual([[2], 2, 2]);
    expect([...collected.skipped]).toEqual([["unreadable", 2], ["outside", 1], ["keyUnreadable", 1]]);
    expect(collected.names).toEqual({ measurements: ["Length, Chest, image 1"], keyImages: ["Chest, image 2"], presentations: ["Chest, image 1", "Chest, image 2"] });
    expect([collected.saved.marks.map(({ kind }) => kind), collected.saved.keyImages]).toEqual([["length", "text", "calibrate"], ["1/1.1/2"]]);
  });
});
