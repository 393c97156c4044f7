import { describe, expect, it } from "vitest";
import { clipAround } from "../src/clip.js";
import { InvalidIndexError, parseIndex } from "../src/series-index.js";

const PREVIEW = { offset: 0, length: 10, width: 256, height: 192, media_type: "image/webp" };

function index(...frames: object[]) {
  return { version: 1, frames, anything: { "a later version": "adds" } };
}

describe("the series index", () => {
  it("is read as far as the quick view needs it", () => {
    const frame = { sop_instance_uid: "1.2.3", frame: 1, preview: PREVIEW, diagnostic: null, frame_time_ms: null };
    expect(parseIndex(index(frame))).toEqual({
      frames: [
        {
          sopInstanceUid: "1.2.3",
          preview: { offset: 0, length: 10, width: 256, height: 192, mediaType: "image/webp" },
          frameTimeMs: null,
        },
      ],
    });
  });

  it.each([
    ["another version", { version: 2, frames: [] }],
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

describe("a clip", () => {
  const { frames } = parseIndex(
    index(
      { sop_instance_uid: "a", preview: PREVIEW, frame_time_ms: 40 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 33.3 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 33.3 },
      { sop_instance_uid: "b", preview: PREVIEW, frame_time_ms: 33.3 },
      { sop_instance_uid: "c", preview: PREVIEW },
      { sop_instance_uid: "c", preview: PREVIEW },
    ),
  );

  it.each([
    ["the frames of one instance", 2, { first: 1, last: 3, frameTimeMs: 33.3 }],
    ["never a single frame", 0, null],
    ["never still frames", 4, null],
    ["never what is not there", 99, null],
  ])("is %s", (_, frame, expected) => {
    expect(clipAround(frames, frame)).toEqual(expected);
  });
});
