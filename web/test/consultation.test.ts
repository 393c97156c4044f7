/** What travels in a consultation, what each member knows of the room, and which part of an image each screen shows. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fitting, written, writtenMark, writtenState } from "../src/link/room-messages.js";
import { parseRecordLine, type RecordLine } from "../src/read/room-record.js";
import { parseMessage, readConsultationPlace, type RoomMessage, type SharedMark } from "../src/read/room-message.js";
import { readViewState, type PaneState, type Region, type ViewState } from "../src/read/view-state.js";
import { Coalescer } from "../src/reading-room/consultation/coalescer.js";
import { Meeting, type Change } from "../src/reading-room/consultation/meeting.js";
import { OwnMarks } from "../src/reading-room/consultation/own-marks.js";
import { clockText, Playback } from "../src/reading-room/consultation/playback.js";
import { regionOf, viewOf } from "../src/reading-room/consultation/region.js";
import { frameHere, narrowed, scrolled } from "../src/reading-room/consultation/shown.js";
import { CONSULTATION_WORDS } from "../src/reading-room/consultation/words.js";
import { KeyImages } from "../src/reading-room/tools/key-images.js";
import { SharedCalibrations } from "../src/reading-room/tools/shared-calibrations.js";
import { roomTool } from "../src/reading-room/tools/registry.js";
import { MarkStore } from "../src/tools/mark-store.js";
import { FITTED, toStage, apply, invert, type Raster, type Size, type View } from "../src/view-geometry.js";

const WHOLE: Region = { centre: { x: 0.5, y: 0.5 }, extent: { x: 1, y: 1 }, turn: { a: 1, b: 0, c: 0, d: 1 } };
const PANE: PaneState = { studyInstanceUid: "1.2", seriesInstanceUid: "1.2.1", frame: 12, image: "1.2.1.12/1", window: null, hasTable: false, isInverted: false, colours: null, hasOverlays: true, isMasked: null, region: WHOLE, plane: null, cine: null };
const STATE: ViewState = { grid: { rows: 1, columns: 2 }, active: 0, enlarged: null, panes: [PANE, null], fusion: null, objects: [], isShuttered: false };
const LAYERED: ViewState = {
  ...STATE,
  panes: [{ ...PANE, hasTable: true }, null],
  fusion: { studyInstanceUid: "1.2", seriesInstanceUid: "1.2.5", colours: "hot-metal-blue", top: 25_331.7, opacity: 0.35 },
  objects: [{ studyInstanceUid: "1.2", sopInstanceUid: "1.2.9.1", parts: null }, { studyInstanceUid: "1.3", sopInstanceUid: "1.3.9.1", parts: [0, 4] }],
  isShuttered: true,
};
const member = (id: string, more: object = {}) => ({ id, name: `Dr ${id}`, title: "", facility: "", role: "member", status: "admitted", is_here: true, ...more });
const told = (message: object): RoomMessage => parseMessage(JSON.stringify(message)) as RoomMessage;
const stateOf = (sequence: number, head: number, state: ViewState = STATE) => told({ type: "state", by: "a", sequence, state: writtenState(state, 5), head });

describe("the state of a view", () => {
  const plane = { kind: "coronal", source: 1, point: [1.5, -2, 3], row: [1, 0, 0], column: [0, 0, -1], slabMm: 10, projection: "maximum" } as const;
  const full: PaneState = { ...PANE, window: { center: -600, width: 1500, function: "SIGMOID", name: null }, isInverted: true, colours: "hot-iron", hasOverlays: false, isMasked: false, region: { centre: { x: 0.25, y: 0.75 }, extent: { x: 0.1, y: 0.2 }, turn: { a: 0, b: 1, c: -1, d: 0 } }, plane, cine: { speed: 2 } };

  it.each([
    ["empty panes", STATE],
    ["everything that can lie over it", LAYERED],
    ["everything that a pane can have", { ...STATE, active: 1, enlarged: 1, panes: [full, { ...PANE, region: null }] }],
  ])("is read as it was written, with %s", (_, state) => {
    expect(readViewState(JSON.parse(JSON.stringify(writtenState(state, 5))))).toEqual(state);
  });

  it("of before fusion and objects travelled is read without them", () => {
    const written = JSON.parse(JSON.stringify(writtenState(STATE, 5))) as object;
    expect(Object.keys(written)).toEqual(["grid", "active", "enlarged", "panes", "sent_at"]);
    expect(readViewState(written)).toEqual(STATE);
  });

  it("leaves out the last objects that the server would not take", () => {
    const object = (place: number, parts: readonly number[] | null) => ({ studyInstanceUid: "1.2", sopInstanceUid: `1.2.9.${place}`, parts });
    const many = { ...STATE, objects: Array.from({ length: 40 }, (_, place) => object(place, null)) };
    expect(fitting(many).objects).toEqual(many.objects.slice(0, 32));
    const large = { ...STATE, objects: Array.from({ length: 6 }, (_, place) => object(place, Array.from({ length: 1_000 }, (__, part) => part))) };
    expect(fitting(large).objects.length).toBe(3);
    expect(JSON.stringify(writtenState(fitting(large), 0)).length).toBeLessThanOrEqual(16_384);
    expect(fitting(LAYERED)).toBe(LAYERED);
  });

  const broken = (change: (state: Record<string, never>) => void) => {
    const state = JSON.parse(JSON.stringify(writtenState({ ...LAYERED, panes: [full, null] }, 5))) as Record<string, never>;
    change(state);
    return readViewState(state);
  };
  const pane = (state: Record<string, never>) => (state["panes"] as unknown as Record<string, unknown>[])[0] as Record<string, unknown>;

  it.each<readonly [string, (state: Record<string, never>) => void]>([
    ["without a grid", (state) => delete state["grid"]],
    ["with another number of panes", (state) => (state["panes"] as unknown as unknown[]).push(null)],
    ["with an active pane that is not there", (state) => Object.assign(state, { active: 2 })],
    ["with half a frame", (state) => (pane(state)["frame"] = 1.5)],
    ["without a series", (state) => delete pane(state)["series_instance_uid"]],
    ["with a window without width", (state) => (pane(state)["window"] = { center: 40 })],
    ["with an extent of nothing", (state) => (pane(state)["view"] = { ...WHOLE, extent: { x: 0, y: 1 } })],
    ["with a turn by half a quarter", (state) => (pane(state)["view"] = { ...WHOLE, turn: { a: 0.7, b: 0.7, c: -0.7, d: 0.7 } })],
    ["with a turn that is none", (state) => (pane(state)["view"] = { ...WHOLE, turn: { a: 1, b: 1, c: 0, d: 1 } })],
    ["with a fusion without a scale", (state) => (state["fusion"] = { study_instance_uid: "1.2", series_instance_uid: "1.2.5", colours: "pet", opacity: 1 } as never)],
    ["with an object of no study", (state) => (state["objects"] = [{ sop_instance_uid: "1.2.9" }] as never)],
    ["with half a part", (state) => (state["objects"] = [{ study_instance_uid: "1.2", sop_instance_uid: "1.2.9", parts: [0.5] }] as never)],
    ["with a plane through a pane that is not there", (state) => (pane(state)["plane"] = { ...(pane(state)["plane"] as object), source: 2 })],
  ])("is not shown %s", (_, change) => {
    expect(broken(() => undefined)).not.toBeNull();
    expect(broken(change)).toBeNull();
  });

  it("takes few bytes while a hand scrolls: ten a second are far below 3 kB", () => {
    const message = written({ type: "scroll", sequence: 123_456, frames: [{ pane: 0, frame: 123, image: "1.2.826.0.1.3680043.10.1234.20123/1" }] });
    expect(10 * JSON.stringify(message).length).toBeLessThan(1_500);
  });

  it("shows the image that is named, wherever it is in the pack here, and none in its place", () => {
    const index = (...instances: string[]) => ({ index: { frames: instances.map((sopInstanceUid) => ({ sopInstanceUid, number: null })) } }) as never;
    expect(frameHere(index("a", "b", "c"), { frame: 1, image: "b/1" })).toBe(1);
    expect(frameHere(index("new", "a", "b", "c"), { frame: 1, image: "b/1" }), "more images have arrived").toBe(2);
    expect(frameHere(index("a", "c"), { frame: 1, image: "b/1" })).toBeUndefined();
    expect(frameHere({ index: null }, { frame: 1, image: "b/1" })).toBeNull();
    expect(frameHere(index("a", "b"), { frame: 1, image: null }), "an older record").toBe(1);
  });

  it("tells frames alone only if nothing else has changed", () => {
    const at = (frame: number, more: Partial<PaneState> = {}): ViewState => ({ ...STATE, panes: [{ ...PANE, ...more, frame }, null] });
    expect(scrolled(at(12), at(13))).toEqual([{ pane: 0, frame: 13, image: "1.2.1.12/1" }]);
    expect(scrolled(at(12), at(13, { isInverted: true }))).toBeNull();
    expect(scrolled(at(12), at(12))).toBeNull();
    expect(scrolled(at(12), { ...at(13), active: 1 })).toBeNull();
  });

  it("is one picture on a phone: the enlarged one, or that in the driver's hand, with the plane of its own series", () => {
    const second = { ...PANE, frame: 3, plane };
    const both: ViewState = { ...STATE, panes: [PANE, second] };
    expect(narrowed({ ...both, active: 0 }).panes).toEqual([PANE]);
    expect(narrowed({ ...both, active: 0, enlarged: 1 })).toEqual({ ...STATE, grid: { rows: 1, columns: 1 }, active: 0, enlarged: null, panes: [{ ...second, plane: { ...plane, source: 0 } }] });
  });
});

describe("the part of an image that is seen", () => {
  const raster: Raster = { columns: 512, rows: 400, aspect: 1.25 };
  const wide: Size = { width: 1440, height: 800 };
  const phone: Size = { width: 390, height: 700 };
  const quarter = { a: 0, b: 1, c: -1, d: 0, e: 0, f: 0 };
  const mirrored = { a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 };
  const views: readonly (readonly [string, View])[] = [
    ["fitted", FITTED],
    ["enlarged", { ...FITTED, scale: 3.7 }],
    ["enlarged and moved", { ...FITTED, scale: 2.2, shift: { x: 133.25, y: -80 } }],
    ["as a presentation state puts it", { ...FITTED, scale: 8 / 7, shift: { x: -143.3142857142857, y: 1 / 3 } }],
    ["enlarged by less than is seen", { ...FITTED, scale: 1 + 1e-7 }],
    ["smaller than the stage", { ...FITTED, scale: 0.4 }],
    ["turned by a quarter", { scale: 2.5, shift: { x: -40, y: 60 }, turn: quarter }],
    ["mirrored", { scale: 1.6, shift: { x: 20, y: 0 }, turn: mirrored }],
  ];
  const region = (view: View, stage: Size) => regionOf(view, raster, stage) as Region;
  /** The image on a stage: from the left upper to the right lower corner of what is seen of it, in parts of the image. */
  const seen = (view: View, stage: Size) => {
    const matrix = invert(toStage(view, raster, stage));
    const corners = [apply(matrix, { x: 0, y: 0 }), apply(matrix, { x: stage.width, y: stage.height })];
    const [xs, ys] = [corners.map(({ x }) => x / raster.columns).sort((a, b) => a - b), corners.map(({ y }) => y / raster.rows).sort((a, b) => a - b)];
    return [Math.max(0, xs[0] ?? 0), Math.max(0, ys[0] ?? 0), Math.min(1, xs[1] ?? 0), Math.min(1, ys[1] ?? 0)] as const;
  };

  it.each(views)("is the same on a screen of the same size, %s", (_, view) => {
    const back = viewOf(region(view, wide), raster, wide);
    expect(back.turn).toMatchObject({ a: view.turn.a, b: view.turn.b, c: view.turn.c, d: view.turn.d });
    // A ten thousandth of a pixel gives other greys.
    expect(Math.abs(back.scale / view.scale - 1)).toBeLessThan(1e-9);
    expect(back.shift.x).toBeCloseTo(view.shift.x, 7);
    expect(back.shift.y).toBeCloseTo(view.shift.y, 7);
  });

  it.each(views)("is wholly seen on a phone and back on a desktop, around the same point, %s", (_, view) => {
    for (const [from, to] of [[wide, phone], [phone, wide]] as const) {
      const other = viewOf(region(view, from), raster, to);
      const [mine, theirs] = [seen(view, from), seen(other, to)];
      [0, 1].forEach((side) => expect(theirs[side]).toBeLessThanOrEqual((mine[side] ?? 0) + 1e-6));
      [2, 3].forEach((side) => expect(theirs[side]).toBeGreaterThanOrEqual((mine[side] ?? 0) - 1e-6));
      expect(region(other, to).centre.x).toBeCloseTo(region(view, from).centre.x, 6);
      expect(region(other, to).centre.y).toBeCloseTo(region(view, from).centre.y, 6);
    }
  });

  it("of a fitted image is all of it, and it is fitted on every screen, to the last digit", () => {
    for (const stage of [wide, phone, { width: 333, height: 777 }]) {
      expect(region(FITTED, stage)).toEqual(WHOLE);
      expect(viewOf(WHOLE, raster, stage)).toEqual(FITTED);
    }
  });

  it("is not known without a stage", () => {
    expect(regionOf(FITTED, raster, { width: 0, height: 0 })).toBeNull();
  });
});

describe("telling what changes", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is done at once, then at most ten times a second, and the last change always", () => {
    const done: number[] = [];
    let value = 0;
    const coalescer = new Coalescer(100, () => done.push(value));
    for (value = 1; value <= 35; value++) {
      coalescer.touch();
      vi.advanceTimersByTime(10);
    }
    value = 35;
    vi.advanceTimersByTime(1_000);
    expect(done[0]).toBe(1);
    expect(done.length).toBe(5);
    expect(done[done.length - 1]).toBe(35);
  });
});

describe("what a member knows of the room", () => {
  let meeting: Meeting;
  let changes: Change[];
  const welcome = (more: object = {}) => told({ type: "welcome", you: "b", version: 1, room: { driver: "a", state: writtenState(STATE, 5), state_sequence: 4, head: 20, marks: [], chat: [], members: [member("a", { role: "chair" }), member("b")], ends_at: "2026-11-30T12:00:00Z", now: "2026-11-30T11:00:00Z", ...more } });

  beforeEach(() => {
    meeting = new Meeting();
    changes = [];
    meeting.listen((change) => changes.push(change));
  });

  it("is everything, for whoever comes late", () => {
    const mark = { study_instance_uid: "1.2", kind: "length", image: "1.2.1/1.2.1.1/1", points: [1, 2, 3, 4] };
    meeting.take(welcome({ marks: [{ id: "m", by: "a", mark }], chat: [{ id: "c", by: "a", at: "2026-11-30T10:59:00Z", text: "xin chào" }] }));
    expect([meeting.state, meeting.driver, meeting.sequence, meeting.isDriver, meeting.isChair]).toEqual([STATE, "a", 4, false, false]);
    expect(meeting.marks).toEqual([{ id: "m", by: "a", mark: { studyInstanceUid: "1.2", kind: "length", image: "1.2.1/1.2.1.1/1", points: [{ x: 1, y: 2 }, { x: 3, y: 4 }], text: null }, atMs: null }]);
    expect(meeting.chat.map(({ text }) => text)).toEqual(["xin chào"]);
  });

  it("is never taken back by what is older", () => {
    meeting.take(welcome());
    const later = { ...STATE, panes: [{ ...PANE, frame: 30 }, null] };
    meeting.take(stateOf(6, 25, later));
    meeting.take(stateOf(5, 24));
    meeting.take(told({ type: "scroll", by: "a", sequence: 5, frames: [[0, 1]], head: 23 }));
    meeting.take(told({ type: "driver", driver: "b", head: 30 }));
    meeting.take(told({ type: "driver", driver: "a", head: 29 }));
    meeting.take(told({ type: "member", member: member("a", { is_here: false }), head: 19 }));
    meeting.take(told({ type: "mark", id: "m", by: "a", mark: null, head: 28 }));
    meeting.take(told({ type: "mark", id: "m", by: "a", mark: { study_instance_uid: "1", kind: "probe", image: "i", points: [1, 1] }, head: 27 }));
    expect([meeting.state, meeting.driver, meeting.member("a")?.isHere, meeting.marks]).toEqual([later, "b", true, []]);
  });

  it("scrolls the panes that are named, and no empty one", () => {
    meeting.take(welcome());
    meeting.take(told({ type: "scroll", by: "a", sequence: 5, frames: [[0, 17], [1, 9]], head: 21 }));
    expect(meeting.state?.panes).toEqual([{ ...PANE, frame: 17, image: null }, null]);
    meeting.take(told({ type: "scroll", by: "a", sequence: 6, frames: [[0, 18]], images: ["1.2.1.18/1"], head: 22 }));
    expect(meeting.state?.panes).toEqual([{ ...PANE, frame: 18, image: "1.2.1.18/1" }, null]);
    expect([meeting.sequence, changes]).toEqual([6, ["welcome", "state", "state"]]);
  });

  it("has each line of the chat once, however often it comes", () => {
    meeting.take(welcome());
    [21, 21, 22].forEach((head) => meeting.take(told({ type: "chat", id: "c", by: "a", at: "2026-11-30T11:00:00Z", text: "một", head })));
    expect(meeting.chat.length).toBe(1);
  });

  it("keeps how much is loaded until the member goes, though it is told apart", () => {
    meeting.take(welcome());
    meeting.take(told({ type: "member", member: member("a", { loaded: 0.4, is_slow: true }) }));
    meeting.take(told({ type: "member", member: member("a", { role: "chair" }), head: 22 }));
    expect(meeting.member("a")).toMatchObject({ loaded: 0.4, isSlow: true });
    meeting.take(told({ type: "member", member: member("a", { is_here: false }), head: 23 }));
    expect([meeting.member("a")?.loaded, meeting.isWithoutDriver]).toEqual([null, true]);
  });

  it("does not show a reader their own pointer", () => {
    meeting.take(welcome());
    const pointer = (by: string) => told({ type: "pointer", by, pane: 0, series_instance_uid: "1.2.1", frame: 3, at: [1, 2] });
    [pointer("a"), pointer("b")].forEach((message) => meeting.take(message));
    expect(changes).toEqual(["welcome", "pointer"]);
  });

  it.each([
    ["no message", "[]"],
    ["no JSON", "{"],
    ["an unknown type", JSON.stringify({ type: "shout" })],
    ["a state that is not whole", JSON.stringify({ type: "state", by: "a", sequence: 1, state: { grid: { rows: 1, columns: 1 } }, head: 1 })],
    ["a scroll to no frame", JSON.stringify({ type: "scroll", by: "a", sequence: 1, frames: [[0, -1]], head: 1 })],
    ["a chat of nobody", JSON.stringify({ type: "chat", id: "c", at: "2026-11-30T11:00:00Z", text: "a", head: 1 })],
  ])("%s is left out", (_, frame) => {
    expect(parseMessage(frame)).toBeNull();
  });
});

describe("the page", () => {
  it("names the room; a link to a call leads nowhere but to https", () => {
    const place = (more: object) => readConsultationPlace(JSON.stringify({ id: "0".repeat(32), you: "aaaaaaaa", ticket_url: "/t", poll_url: "/p", ...more }));
    expect(place({ voice_link: "https://call.example/1", is_over: true })).toMatchObject({ ticketUrl: "/t", pollUrl: "/p", voiceLink: "https://call.example/1", isOver: true });
    expect(place({ voice_link: "javascript:alert(1)" })?.voiceLink).toBeNull();
    expect(readConsultationPlace("{}")).toBeNull();
  });
});

describe("marks of one's own", () => {
  const sent: { id: string; mark: SharedMark | null }[] = [];
  const studies = [{ uid: "1.2", series: [{ seriesInstanceUid: "1.2.1" }] }];
  let store: MarkStore;
  let others: Meeting["marks"];
  let marks: OwnMarks;
  let isOnline: boolean;
  let keys: KeyImages;

  beforeEach(() => {
    vi.useFakeTimers();
    sent.length = 0;
    others = [];
    isOnline = true;
    store = new MarkStore(roomTool, "test");
    keys = new KeyImages();
    const meeting = { you: "b", get marks() { return others; } };
    marks = new OwnMarks({ store, studies } as never, meeting, (message) => {
      if (isOnline && message.type === "mark") {
        sent.push({ id: message.id, mark: message.mark });
      }
      return isOnline;
    }, () => Date.now() + 60_000, keys);
  });
  afterEach(() => void vi.useRealTimers());

  const draw = (x: number, image = "1.2.1/1.2.1.1/1") => {
    const mark = store.begin("length", image, [{ x, y: 1 }, { x: 9, y: 9 }]);
    store.add(mark);
    return mark;
  };
  const pass = () => vi.advanceTimersByTime(2_000);
  const shared = (x: number): SharedMark => ({ studyInstanceUid: "1.2", kind: "length", image: "1.2.1/1.2.1.1/1", points: [{ x, y: 1 }, { x: 9, y: 9 }], text: null });

  it("are told one after another, slower than the server takes them", () => {
    marks.join();
    [1, 2, 3].forEach((x) => draw(x));
    vi.advanceTimersByTime(200);
    expect(sent.length).toBe(1);
    pass();
    expect(sent.map(({ mark }) => mark?.points[0]?.x).sort()).toEqual([1, 2, 3]);
  });

  it("keep their name when they are moved, and go when they are deleted", () => {
    marks.join();
    const mark = draw(1);
    pass();
    store.touch(mark);
    mark.points = [{ x: 5, y: 1 }, { x: 9, y: 9 }];
    store.keep();
    pass();
    store.remove([mark.id]);
    pass();
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent.map(({ mark: one }) => one?.points[0]?.x ?? null)).toEqual([1, 5, null]);
  });

  it("are not told outside of the consultation's studies, nor before the room was joined", () => {
    draw(1, "9.9.9/9/1");
    draw(2);
    pass();
    expect(sent).toEqual([]);
    marks.join();
    pass();
    expect(sent.map(({ mark }) => mark)).toEqual([shared(2)]);
  });

  it("of another device are there again, and can be changed; those of others are never in the store", () => {
    others = [{ id: "m", by: "b", mark: shared(4), atMs: null }, { id: "n", by: "a", mark: shared(6), atMs: null }];
    marks.join();
    expect(store.all.map(({ points }) => points[0]?.x)).toEqual([4]);
    pass();
    expect(sent).toEqual([]);
    store.remove(store.all.map(({ id }) => id));
    pass();
    expect(sent).toEqual([{ id: "m", mark: null }]);
  });

  it("that were drawn or deleted while the line was cut are told when it is back", () => {
    marks.join();
    const first = draw(1);
    pass();
    isOnline = false;
    marks.leave();
    store.remove([first.id]);
    draw(2);
    pass();
    others = [{ id: sent[0]?.id ?? "", by: "b", mark: shared(1), atMs: null }];
    isOnline = true;
    marks.join();
    pass();
    expect(store.all.map(({ points }) => points[0]?.x)).toEqual([2]);
    expect(sent[sent.length - 1]?.mark).toEqual(shared(2));
    expect(sent.length).toBe(2);
  });

  it("are not sent again and again when the server does not take them", () => {
    marks.join();
    draw(1);
    pass();
    marks.refuse(sent[0]?.id ?? "", false);
    pass();
    expect(sent.length).toBe(1);
  });

  it("that are whole images are told with series, instance and frame, and come back from another device", () => {
    const image = "1.2.1/1.2.1.7/3";
    const key = (of: string): SharedMark => ({ studyInstanceUid: "1.2", kind: "key-image", image: of, points: [], text: null });
    others = [{ id: "m", by: "b", mark: key("1.2.1/1.2.1.1/1"), atMs: null }];
    marks.join();
    expect(keys.all).toEqual(["1.2.1/1.2.1.1/1"]);
    keys.toggle(image);
    pass();
    expect(writtenMark(sent[0]?.mark ?? key(""))).toEqual({ study_instance_uid: "1.2", kind: "key-image", image, points: [] });
    keys.toggle(image);
    pass();
    expect(sent.map(({ id, mark }) => [id, mark])).toEqual([[sent[0]?.id, key(image)], [sent[0]?.id, null]]);
  });

  it("that calibrate have the time of the server at which they were drawn, and the last one of all counts", () => {
    marks.join();
    const line = store.begin("calibrate", "1.2.1/1.2.1.1/1", [{ x: 1, y: 1 }, { x: 9, y: 1 }]);
    line.text = "10";
    store.add(line);
    expect(marks.calibrations.map(({ atMs }) => atMs)).toEqual([Number.POSITIVE_INFINITY]);
    const before = Date.now();
    pass();
    expect(marks.calibrations.map(({ atMs }) => atMs - 60_000 - before).every((ms) => ms >= 0 && ms <= 200)).toBe(true);
    const shared = new SharedCalibrations();
    expect(shared.all).toBeNull();
    const dated = (atMs: number, id: string, text: string) => ({ mark: { ...line, text }, atMs, id });
    shared.share(() => [dated(5, "c", "third"), dated(3, "a", "first"), dated(5, "b", "second")]);
    expect(shared.all?.map(({ text }) => text)).toEqual(["first", "second", "third"]);
  });

  it("of a long outline are rounded until the server takes them, all others are exact", () => {
    const outline = (points: number): SharedMark => ({ ...shared(1), kind: "freehand", points: Array.from({ length: points }, (_, place) => ({ x: 100 + place / 3, y: 1_000 + place / 7 })) });
    const of = (mark: SharedMark) => writtenMark(mark) as { points: number[] };
    expect(of(outline(20)).points[1]).toBe(1_000);
    expect(of(outline(20)).points[2]).toBe(100 + 1 / 3);
    const long = of(outline(600));
    expect(long.points.length).toBe(1_200);
    expect(JSON.stringify(long).length).toBeLessThanOrEqual(8_192);
    expect(Math.abs((long.points[2] ?? 0) - (100 + 1 / 3))).toBeLessThanOrEqual(0.05);
  });
});

describe("a record that is played again", () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 11) + 1_000 * seconds).toISOString();
  const line = (sequence: number, seconds: number, event: object, by: string | null = "a") => parseRecordLine(JSON.stringify({ chain: { sequence, previous: "00" }, at: at(seconds), ...(by === null ? {} : { by }), event })) as RecordLine;
  const frame = (place: number): ViewState => ({ ...STATE, panes: [{ ...PANE, frame: place }, null] });
  const lines = () => [
    line(1, 0, { type: "opened", version: 1, studies: [] }, null),
    line(2, 1, { type: "member", what: "joined", member: member("a") }),
    line(3, 2, { type: "driver", driver: "a" }),
    line(4, 3, { type: "state", sequence: 1, state: writtenState(frame(1), 0) }),
    line(5, 5, { type: "scroll", sequence: 2, frames: [[0, 2]] }),
    line(6, 6, { type: "chat", id: "c", text: "lát 2" }),
    line(7, 8, { type: "mark", id: "m", mark: { study_instance_uid: "1.2", kind: "probe", image: "1.2.1/1/1", points: [1, 2] }, count: 1 }),
    line(8, 10, { type: "ended", reason: "chair" }, null),
  ];
  let meeting: Meeting;
  let playback: Playback;
  const shows = () => [meeting.state?.panes[0]?.frame ?? null, meeting.chat.length, meeting.marks.length, meeting.driver];

  beforeEach(() => {
    meeting = new Meeting();
    playback = new Playback(lines(), meeting);
  });

  it("shows at each moment what was shown then, forwards and backwards", () => {
    const moments = [[0, null, 0, 0, null], [2.5, null, 0, 0, "a"], [3, 1, 0, 0, "a"], [5.5, 2, 0, 0, "a"], [6, 2, 1, 0, "a"], [10, 2, 1, 1, "a"]] as const;
    for (const [seconds, ...expected] of [...moments, ...[...moments].reverse()]) {
      playback.seek(1_000 * seconds);
      expect(shows(), `${seconds} s`).toEqual(expected);
    }
  });

  it("goes as fast as it is told, and stops at its end without clearing the screen", () => {
    playback.seek(playback.firstSeenMs);
    playback.isPlaying = true;
    playback.advance(1_000);
    expect(shows()[0]).toBe(1);
    playback.speed = 4;
    playback.advance(500);
    expect(shows()).toEqual([2, 1, 0, "a"]);
    playback.advance(5_000);
    expect([playback.isAtEnd, playback.isPlaying, meeting.ended]).toEqual([true, false, null]);
    expect(shows()).toEqual([2, 1, 1, "a"]);
  });

  it("does not go on while it is paused", () => {
    playback.advance(5_000);
    expect(playback.atMs).toBe(0);
  });

  it.each([[0, "00:00"], [65_900, "01:05"], [3_723_000, "1:02:03"]])("tells %i ms as %s", (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});

it("every refusal that a reader can cause has words in both languages", () => {
  for (const words of [CONSULTATION_WORDS.vi, CONSULTATION_WORDS.en]) {
    for (const code of ["not_driver", "not_chair", "not_admitted", "not_yours", "unknown_member", "unknown_study", "unknown_image", "too_large", "too_many"]) {
      expect(words.refused[code]?.length ?? 0, code).toBeGreaterThan(10);
    }
  }
  expect(Object.keys(CONSULTATION_WORDS.vi.refused)).toEqual(Object.keys(CONSULTATION_WORDS.en.refused));
});
