/** Places in the patient: reference lines, the 3D cursor, linked panes, key images; and marks of the room. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { frameDetails, type FrameDetails } from "../src/read/frame-details.js";
import { frameBeside, viewBeside, type Seen } from "../src/reading-room/linked/follow.js";
import { frameFrom } from "../src/reading-room/steps.js";
import { isKeyFrame, KeyImages } from "../src/reading-room/tools/key-images.js";
import { ROOM_MARKS_KEY } from "../src/reading-room/tools/known-tools.js";
import { cutLine, frameAt, planeOf, toPatient, toPicture, type ImagePlane } from "../src/reading-room/tools/planes.js";
import { calibrationOf, refine } from "../src/reading-room/tools/refine.js";
import { roomTool } from "../src/reading-room/tools/registry.js";
import { MarkStore } from "../src/tools/mark-store.js";
import type { Marks } from "../src/tools/marks.js";
import { measuringTool } from "../src/tools/registry.js";
import { apply, FITTED, toStage, type View } from "../src/view-geometry.js";
import { rotate } from "../src/view-turns.js";

const at = (x: number, y: number) => ({ x, y });

function image(position: readonly number[], orientation: readonly number[], { mm = [1, 1], uid = "1.2", rows = 100, columns = 100 } = {}): FrameDetails {
  const raw = { position, orientation, spacing: { row_mm: mm[0], column_mm: mm[1], source: "pixel-spacing" }, frame_of_reference_uid: uid };
  return frameDetails({ raw, rows, columns, aspect: (mm[0] ?? 1) / (mm[1] ?? 1) });
}

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const axial = (z: number, more: Parameters<typeof image>[2] = {}) => image([-50, -50, z], AXIAL, more);
const plane = (details: FrameDetails) => planeOf(details) as ImagePlane;

describe("a point of a picture", () => {
  it("is in millimetres of the patient from the centre of the first pixel on, and back", () => {
    const oblique = plane(image([10, 20, 30], [0.8, 0, 0.6, 0, 1, 0], { mm: [2, 0.5] }));
    // numpy: [10, 20, 30] + (41 - 0.5) * 0.5 * [0.8, 0, 0.6] + (11 - 0.5) * 2 * [0, 1, 0].
    const place = toPatient(oblique, at(41, 11));
    [26.2, 41, 42.15].forEach((mm, axis) => expect(place[axis]).toBeCloseTo(mm, 9));
    expect(toPicture(oblique, place)).toEqual({ x: expect.closeTo(41), y: expect.closeTo(11), distanceMm: expect.closeTo(0) });
    // In front of the plane by its normal (-0.6, 0, 0.8).
    expect(toPicture(oblique, [place[0] - 6, place[1], place[2] + 8]).distanceMm).toBeCloseTo(10);
  });

  it("has no place where the image says too little", () => {
    expect(planeOf(frameDetails({ raw: {}, rows: 9, columns: 9, aspect: 1 }))).toBeNull();
    expect(planeOf({ ...axial(0), frameOfReferenceUid: null })).toBeNull();
  });
});

describe("a reference line", () => {
  const sagittal = plane(image([5, -50, 100], SAGITTAL));

  it("is where one picture cuts the other, as long as the picture that cuts", () => {
    // An axial slice 30 mm below the top: row 130.5 - 30 … of the sagittal one, from its first to its last column.
    const [a, b] = cutLine(plane(axial(30)), sagittal) ?? [];
    expect([a?.y, b?.y]).toEqual([expect.closeTo(70.5), expect.closeTo(70.5)]);
    expect([a?.x, b?.x].sort((x, y) => (x ?? 0) - (y ?? 0))).toEqual([expect.closeTo(0), expect.closeTo(100)]);
  });

  it("is none between parallel planes, in another frame of reference, or beside the picture", () => {
    expect(cutLine(plane(axial(30)), plane(axial(60)))).toBeNull();
    expect(cutLine(plane(axial(30, { uid: "9.9" })), sagittal)).toBeNull();
    expect(cutLine(plane(image([60, -50, 30], AXIAL)), sagittal), "the slice ends to the left of the plane").toBeNull();
  });
});

describe("the 3D cursor", () => {
  const stack = [0, 5, 10, 15, 20].map((z) => plane(axial(z)));

  it.each([
    [[0, 0, 9], 2],
    [[0, 0, -4], 0],
    [[0, 0, 26], null],
    [[200, 0, 10], null],
  ] as const)("finds for %o the image %o of a stack", (place, expected) => {
    expect(frameAt(place, stack, "1.2")).toBe(expected);
  });

  it("looks neither into another frame of reference nor at images without a place", () => {
    expect(frameAt([0, 0, 9], stack, "9.9")).toBeNull();
    expect(frameAt([0, 0, 9], [null, ...stack], "1.2")).toBe(3);
  });
});

describe("linked panes", () => {
  const thin = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((z) => axial(z));
  const thick = [10, 5, 0].map((z) => axial(z));

  it("show the same place of the body, whatever the number and order of the images", () => {
    const follow = (frame: number) => frameBeside({ details: thin, joined: 0 }, frame, { details: thick, joined: 0 });
    expect([0, 2, 3, 7, 8, 10].map(follow)).toEqual([2, 2, 1, 1, 0, 0]);
  });

  it("go as many millimetres in a study of another day, from where they were linked", () => {
    const prior = [300, 305, 310, 315].map((z) => axial(z, { uid: "9.9" }));
    const follow = (frame: number) => frameBeside({ details: thin, joined: 2 }, frame, { details: prior, joined: 1 });
    expect([2, 4, 5, 10, 0].map(follow)).toEqual([1, 1, 2, 3, 1]);
  });

  it("go as many images where nothing is known of their places, and not beyond the last", () => {
    const unplaced = Array.from({ length: 5 }, () => frameDetails({ raw: {}, rows: 9, columns: 9, aspect: 1 }));
    const follow = (frame: number) => frameBeside({ details: unplaced, joined: 1 }, frame, { details: unplaced, joined: 2 });
    expect([0, 1, 4].map(follow)).toEqual([1, 2, 4]);
  });

  const size = { width: 400, height: 300 };
  const seen = (details: FrameDetails, view: View = FITTED): Seen => ({ details, view, raster: details, size });

  it("enlarge so that a millimetre is as long, with the same place of the body in the centre", () => {
    const leader = seen(axial(0), { ...FITTED, scale: 3, shift: at(40, -25) });
    const details = image([-70, -60, 0], AXIAL, { mm: [0.5, 0.5], rows: 300, columns: 280 });
    const other = seen(details, rotate(FITTED, details, size));
    const view = viewBeside(leader, other);
    expect(view.turn, "each keeps its rotation").toEqual(other.view.turn);
    const stageOf = (one: Seen, shown: View, place: readonly [number, number, number]) => apply(toStage(shown, one.raster, size), toPicture(plane(one.details), place));
    const centre = [-50 + (50 - 40 / 9) - 0.5, -50 + (50 + 25 / 9) - 0.5, 0] as const;
    expect(stageOf(leader, leader.view, centre)).toEqual({ x: expect.closeTo(200), y: expect.closeTo(150) });
    const [middle, aside] = [stageOf(other, view, centre), stageOf(other, view, [centre[0] + 10, centre[1], 0])];
    expect(middle).toEqual({ x: expect.closeTo(200), y: expect.closeTo(150) });
    // 10 mm are 90 CSS pixels in the leader: 300 px for 100 mm, three times enlarged.
    expect(Math.hypot(aside.x - middle.x, aside.y - middle.y)).toBeCloseTo(90);
  });

  it("without sizes of pixels are enlarged alike", () => {
    const details = frameDetails({ raw: {}, rows: 50, columns: 50, aspect: 1 });
    expect(viewBeside(seen(axial(0), { ...FITTED, scale: 2, shift: at(5, 6) }), seen(details))).toEqual({ ...FITTED, scale: 2, shift: at(5, 6) });
  });
});

describe("with a session", () => {
  let kept: Map<string, string>;

  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  describe("key images", () => {
    const frames = [0, 1, 2, 3].map((place) => ({ sopInstanceUid: `1.${place}`, number: 1, isKey: place === 2 }));
    const pane = { series: { seriesInstanceUid: "7" }, index: { frames } } as unknown as Parameters<typeof isKeyFrame>[0];

    it("are those of the files and those that the reader marks, and outlive a reload", () => {
      const images = new KeyImages();
      images.toggle("7/1.0/1");
      images.toggle("7/1.3/1");
      images.toggle("7/1.3/1");
      expect([0, 1, 2, 3].map((frame) => isKeyFrame(pane, frame, new KeyImages()))).toEqual([true, false, true, false]);
      expect(new KeyImages().all).toEqual(["7/1.0/1"]);
    });

    it.each([
      [0, 1, 2],
      [2, 1, 5],
      [2, -1, 2],
      [5, 1, 5],
      [3, 1, 5],
      [3, -1, 2],
      [6, -1, 5],
      [2, 9, 5],
    ])("from image %d by %d lead to %d", (frame, by, expected) => {
      expect(frameFrom({ run: null, isStop: (one) => one === 2 || one === 5 }, 7, frame, by)).toBe(expected);
    });

    it("where there are none, leave the images as they are", () => {
      expect(frameFrom({ run: null, isStop: () => false }, 2, 1, -1)).toBe(0);
    });
  });

  describe("marks of the room", () => {
    it("are undone and redone, and a new one ends what could be redone", () => {
      const store = new MarkStore(roomTool, ROOM_MARKS_KEY);
      const kinds = () => store.of("a").map(({ kind, text }) => text ?? kind);
      store.add({ ...store.begin("text", "a", [at(1, 1)]), text: "node" });
      store.add(store.begin("length", "a", [at(0, 0), at(1, 1)]));
      store.undo();
      expect([kinds(), store.canRedo]).toEqual([["node"], true]);
      store.redo();
      expect([kinds(), store.canRedo]).toEqual([["node", "length"], false]);
      store.undo();
      store.undo();
      expect([kinds(), store.canUndo]).toEqual([[], false]);
      store.redo();
      store.add(store.begin("arrow", "a", [at(0, 0), at(1, 1)]));
      expect([kinds(), store.canRedo]).toEqual([["node", "arrow"], false]);
    });

    it("a change that came to nothing leaves what could be redone", () => {
      const store = new MarkStore(roomTool, ROOM_MARKS_KEY);
      store.add(store.begin("length", "a", [at(0, 0), at(1, 1)]));
      store.add(store.begin("length", "a", [at(5, 5), at(6, 6)]));
      store.undo();
      store.touch(store.of("a")[0] as never);
      store.revert();
      store.redo();
      expect(store.of("a").length).toBe(2);
    });

    it("of any number of points and with texts outlive a reload, in the room alone", () => {
      const store = new MarkStore(roomTool, ROOM_MARKS_KEY);
      const outline = [0, 1, 2, 3, 4].map((place) => at(place, place * place));
      store.add(store.begin("freehand", "a", outline));
      store.add({ ...store.begin("spine", "a", [at(1, 1), at(2, 2)]), text: "L4" });
      expect(new MarkStore(roomTool, ROOM_MARKS_KEY).of("a").map(({ points, text }) => [points.length, text])).toEqual([[5, undefined], [2, "L4"]]);
      expect(new MarkStore(measuringTool).of("a")).toEqual([]);
      kept.set("filmless:marks", kept.get(ROOM_MARKS_KEY) ?? "");
      expect(new MarkStore(measuringTool).of("a"), "another page does not know these tools").toEqual([]);
      kept.set(ROOM_MARKS_KEY, JSON.stringify([{ kind: "freehand", image: "a", points: [at(0, 0), at(1, 1)] }, { kind: "text", image: "a", points: [at(0, 0)], text: 7 }]));
      expect(new MarkStore(roomTool, ROOM_MARKS_KEY).all).toEqual([]);
    });
  });

  describe("a calibration by hand", () => {
    const frames = [["1.1", 1, 100], ["1.1", 2, 100], ["1.2", 1, 100], ["1.3", 1, 50]].map(([sopInstanceUid, number, rows]) => ({ sopInstanceUid, number, rows, columns: 100 }));
    const marksAt = (store: MarkStore, frame: number) => {
      const { sopInstanceUid, number } = frames[frame] ?? {};
      return { image: `7/${sopInstanceUid}/${number}`, pane: { index: { frames }, frame }, store, refine: null, subject: null } as unknown as Marks;
    };
    const found = (store: MarkStore) => frames.map((_, frame) => calibrationOf(marksAt(store, frame))?.text ?? null);

    it("holds for all frames of its instance, or for all images of its size in the series", () => {
      const store = new MarkStore(roomTool, ROOM_MARKS_KEY);
      store.add({ ...store.begin("calibrate", "7/1.1/2", [at(0, 0), at(10, 0)]), text: "50" });
      expect(found(store)).toEqual(["50", "50", null, null]);
      store.add({ ...store.begin("calibrate-series", "7/1.2/1", [at(0, 0), at(10, 0)]), text: "60" });
      expect(found(store), "an image's own comes first").toEqual(["50", "50", "60", null]);
      store.add({ ...store.begin("calibrate-series", "8/1.2/1", [at(0, 0), at(10, 0)]), text: "70" });
      expect(found(store), "another series").toEqual(["50", "50", "60", null]);
    });

    it("is told to every measurement, which then says so, and follows a change of the line", () => {
      const store = new MarkStore(roomTool, ROOM_MARKS_KEY);
      store.add({ ...store.begin("calibrate", "7/1.1/1", [at(0, 0), at(10, 0)]), text: "5 cm" });
      const marks = marksAt(store, 0);
      refine(marks, () => null);
      const measured = { details: frameDetails({ raw: {}, rows: 100, columns: 100, aspect: 1 }), values: null, words: {} as never, language: "en" as const };
      const length = () => {
        const refined = marks.refine?.(measured) ?? measured;
        return roomTool("length")?.result([at(0, 0), at(0, 20)], refined);
      };
      expect(length()).toBe("Length 100.0 mm (calibrated by hand)");
      expect(marks.refine?.(measured).details, "results are not calculated again").toBe(marks.refine?.(measured).details);
      const [line] = store.all;
      line?.points.splice(1, 1, at(20, 0));
      expect(length()).toBe("Length 50.0 mm (calibrated by hand)");
      store.remove([line?.id ?? 0]);
      expect(roomTool("length")?.result([at(0, 0), at(0, 20)], { ...measured, words: { uncalibrated: "no scale" } as never })).toBe("Length 20.0 px (no scale)");
    });
  });
});
