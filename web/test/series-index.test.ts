import { describe, expect, it } from "vitest";
import { clipAround } from "../src/clip.js";
import { frameDetails } from "../src/read/frame-details.js";
import { InvalidIndexError, parseIndex } from "../src/read/series-index.js";

const PREVIEW = { offset: 0, length: 10, width: 256, height: 192, media_type: "image/webp" };
const RASTER = { rows: 4, columns: 4, aspect: 1 };

function index(...frames: object[]) {
  return { version: 1, frames, anything: { "a later version": "adds" } };
}

describe("the series index", () => {
  it("of version 1 is read", () => {
    const frame = { sop_instance_uid: "1.2.3", frame: 1, preview: PREVIEW, diagnostic: null, frame_time_ms: null };
    const parsed = parseIndex(index(frame, frame, { ...frame, rows: 384, columns: 512 }));
    expect(parsed).toMatchObject({ posterFrame: 1, documents: [], others: [], withoutPicture: [], tables: [], thumbs: null });
    expect(parsed.frames[0]).toMatchObject({
      sopInstanceUid: "1.2.3",
      preview: { offset: 0, length: 10, width: 256, height: 192, mediaType: "image/webp" },
      number: 1,
      full: null,
      place: null,
      rows: 192,
      columns: 256,
      aspect: 1,
      isKey: false,
      frameTimeMs: null,
    });
    expect(parsed.frames[2]).toMatchObject({ rows: 384, columns: 512, aspect: 1 });
  });

  it("of version 2 is read, with documents, tables, key images and what is not shown", () => {
    const parsed = parseIndex({
      version: 2,
      modality: "CT",
      poster_frame: 0,
      frames: [{ preview: PREVIEW, aspect: 1.2, is_key: true }, { preview: PREVIEW }],
      thumbs: { tile: 96, columns: 10, frames: [0, 1, 99] },
      documents: [{ kind: "pdf", title: "T", media_type: "application/pdf", offset: 5, length: 6 }],
      others: [{ sop_instance_uid: "1", name: "Raw Data Storage" }],
      without_picture: [{ sop_instance_uid: "2", code: "no-pixel-data" }],
      notes: [{ sop_instance_uid: "3", code: "cut-pixel-data", count: 12 }],
      tables: [{}],
    });
    expect(parsed).toMatchObject({
      modality: "CT",
      posterFrame: 0,
      thumbs: { tile: 96, columns: 10, frames: [0, 1] },
      documents: [{ kind: "pdf", title: "T", mediaType: "application/pdf", offset: 5, length: 6 }],
      others: [{ sopInstanceUid: "1", name: "Raw Data Storage" }],
      withoutPicture: ["2"],
      notes: [{ sopInstanceUid: "3", code: "cut-pixel-data", count: 12 }],
    });
    expect(parsed.frames[0]).toMatchObject({ aspect: 1.2, isKey: true });
  });

  it("says of each frame where its full quality lies, and where it lies itself", () => {
    const diagnostic = { offset: 7, length: 9, media_type: "image/jls" };
    const slice = { preview: PREVIEW, diagnostic, frame: 3, slice_position: -1.5, place: { plane: 1, slice: 2, volume: 4, phase: 1 } };
    const { frames } = parseIndex(index(slice, { preview: PREVIEW, diagnostic: { offset: -1, length: 9 }, frame: "3", slice_position: 2 }));
    expect(frames[0]).toMatchObject({ number: 3, full: { offset: 7, length: 9, mediaType: "image/jls" }, place: { stack: "1,4", mm: -1.5 }, beatKey: "1,2,4" });
    expect(frames[1]).toMatchObject({ number: null, full: null, place: null, beatKey: null });
  });

  it("tells how high a pixel is from the preview, where version 1 does not say it", () => {
    const preview = { ...PREVIEW, width: 256, height: 256 };
    expect(parseIndex(index({ preview, rows: 128, columns: 256 })).frames[0]?.aspect).toBe(2);
  });

  it("without pictures is read as well", () => {
    expect(parseIndex({ version: 2, frames: [], poster_frame: null }).frames).toEqual([]);
  });

  it.each([
    ["another version", { version: 3, frames: [] }],
    ["no frames", { version: 1 }],
    ["a frame without preview", index({ sop_instance_uid: "1" })],
    ["a negative offset", index({ preview: { ...PREVIEW, offset: -1 } })],
    ["a length that is no number", index({ preview: { ...PREVIEW, length: "10" } })],
    ["a list", []],
    ["nothing", null],
  ])("is refused: %s", (_, json) => {
    expect(() => parseIndex(json)).toThrow(InvalidIndexError);
  });
});

describe("what is known of a frame", () => {
  it("may be nothing at all", () => {
    expect(frameDetails({ raw: {}, ...RASTER })).toEqual({
      ...RASTER,
      diagnostic: null,
      photometric: "MONOCHROME2",
      rescale: null,
      modalityLut: null,
      voiLut: null,
      palette: null,
      window: null,
      presets: [],
      padding: null,
      isLossy: false,
      spacing: null,
      position: null,
      rowDirection: null,
      columnDirection: null,
      slicePosition: null,
      frameOfReferenceUid: null,
      overlays: [],
      mask: null,
      regions: [],
    });
  });

  it("is read where it is valid, and left out where it is not", () => {
    const details = frameDetails({
      raw: {
        diagnostic: { offset: 1, length: 2, media_type: "image/jls", bits_per_sample: 12, sample_type: "signed" },
        photometric_interpretation: "MONOCHROME1",
        rescale: { slope: 2, intercept: -1024, unit: "HU" },
        window: { center: 40, width: 400, function: "SIGMOID", name: "soft" },
        presets: [{ center: 1, width: 2 }, { center: "x" }],
        padding: [-2000, -2000],
        spacing: { row_mm: 0, column_mm: 1 },
        orientation: [1, 0, 0, 0, 1, 0],
        position: [1, 2],
        mask: { frames: [0], shift: [0.5, -1], is_default: true },
        overlays: [{ offset: 9, length: 8, rows: 4, columns: 4, origin: [-1, 2] }, {}],
        modality_lut: 3,
      },
      ...RASTER,
    });
    expect(details).toMatchObject({
      diagnostic: { offset: 1, length: 2, photometric: "MONOCHROME1", samplesPerPixel: 1, sampleType: "signed" },
      rescale: { slope: 2, intercept: -1024, unit: "HU" },
      window: { center: 40, width: 400, function: "SIGMOID", name: "soft" },
      presets: [{ center: 1, width: 2, function: "LINEAR", name: null }],
      padding: [-2000, -2000],
      spacing: null,
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      position: null,
      mask: { frames: [0], shift: [0.5, -1], isDefault: true, window: null },
      overlays: [{ offset: 9, length: 8, rows: 4, columns: 4, row: -1, column: 2 }],
      modalityLut: 3,
    });
  });
});

describe("a clip", () => {
  const { frames } = parseIndex(
    index(
      { sop_instance_uid: "a", preview: PREVIEW, frame_time_ms: 40 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 33.3 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 50 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 33.3 },
      { sop_instance_uid: "c", preview: PREVIEW },
      { sop_instance_uid: "c", preview: PREVIEW },
    ),
  );

  it.each([
    ["the frames of one instance, each with its own time", 2, { first: 1, last: 3, frameTimesMs: [33.3, 50, 33.3] }],
    ["never a single frame", 0, null],
    ["a film of the usual pace where no frame has a time", 4, { first: 4, last: 5, frameTimesMs: [40, 40] }],
    ["never what is not there", 99, null],
  ])("is %s", (_, frame, expected) => {
    expect(clipAround(frames, frame, "US")).toEqual(expected);
  });

  it("plays throughout where the first time is missing, as in a vector of times", () => {
    const run = (ms: number | null) => ({ sop_instance_uid: "x", preview: PREVIEW, frame_time_ms: ms });
    const { frames: film } = parseIndex(index(run(null), run(66.67), run(66.67)));
    const clip = { first: 0, last: 2, frameTimesMs: [66.67, 66.67, 66.67] };
    expect([0, 1, 2].map((frame) => clipAround(film, frame, "XA"))).toEqual([clip, clip, clip]);
  });

  it("is one beat where the frames of a slice are the phases of a heart", () => {
    const phase = (slice: number, number: number) => ({
      sop_instance_uid: `${slice}.${number}`,
      preview: PREVIEW,
      place: { plane: 1, slice, volume: 1, phase: number },
    });
    const { frames: heart } = parseIndex(index(phase(1, 1), phase(1, 2), phase(2, 1), phase(2, 2), phase(2, 3)));
    expect(clipAround(heart, 3, "MR")).toEqual({ first: 2, last: 4, frameTimesMs: [300, 300, 300] });
  });

  it("is the whole stack of a CT or MR, but not of X-rays", () => {
    const { frames: slices } = parseIndex(index(...["a", "b", "c"].map((uid) => ({ sop_instance_uid: uid, preview: PREVIEW }))));
    expect(clipAround(slices, 1, "MR")).toEqual({ first: 0, last: 2, frameTimesMs: [100, 100, 100] });
    expect(clipAround(slices, 1, "DX")).toBeNull();
  });

  it("is a turn of one detector of a gamma camera, ten frames a second", () => {
    const run = (detector: number) => ({ sop_instance_uid: "n", preview: PREVIEW, position_in_run: { detector } });
    const { frames: turned } = parseIndex(index(run(1), run(1), run(2), run(2), run(2)));
    expect(clipAround(turned, 3, "NM")).toEqual({ first: 2, last: 4, frameTimesMs: [100, 100, 100] });
  });
});
