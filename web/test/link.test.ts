import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bringFull, type FullLane, type FullWish } from "../src/link/full-lane.js";
import { Grant, Link, type LinkState } from "../src/link/link.js";
import { parseIndex } from "../src/read/series-index.js";

const FRAMES = 40;
const FRAME_BYTES = 20_000;
const UID = "1.2.3";

/** Quick pictures in order, then all frames in full quality, if there is any. */
function frames(count: number, fullBytes = 0): unknown[] {
  return Array.from({ length: count }, (_, frame) => ({
    sop_instance_uid: `1.${frame}`,
    preview: { offset: frame * FRAME_BYTES, length: FRAME_BYTES, width: 256, height: 256, media_type: "image/webp" },
    diagnostic: fullBytes === 0 ? null : { offset: count * FRAME_BYTES + frame * fullBytes, length: fullBytes, media_type: "image/jls" },
  }));
}

const THINNED = [0, 8, 16, 24, 32, 39];

/** The same where every eighth quick picture lies before all others. */
function thinnedFirst(): unknown[] {
  const order = [...THINNED, ...Array.from({ length: FRAMES }, (_, frame) => frame).filter((frame) => !THINNED.includes(frame))];
  return frames(FRAMES).map((entry, frame) => {
    const { preview, ...more } = entry as { preview: object };
    return { ...more, preview: { ...preview, offset: order.indexOf(frame) * FRAME_BYTES } };
  });
}

/** An object store and a portal as a browser sees them. */
class Network {
  readonly ranges: string[] = [];
  isDown = false;
  validKey = "first";
  isSignedIn = true;
  frames: unknown[] = frames(FRAMES);
  /** Part of the names of index and pack. */
  rendering = "";

  fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (this.isDown) {
      return Promise.reject(new TypeError("Failed to fetch"));
    }
    if (url === "/grant") {
      const series = [{ series_instance_uid: UID, index_url: this.url("index"), pack_url: this.url("pack") }];
      return Promise.resolve(this.isSignedIn ? Response.json({ series }) : new Response(null, { status: 401 }));
    }
    if (!url.endsWith(this.validKey)) {
      return Promise.resolve(new Response(null, { status: 403 }));
    }
    if (url.startsWith("https://s3.example/index")) {
      return Promise.resolve(Response.json({ version: 1, frames: this.frames }));
    }
    const range = new Headers(init.headers).get("range") ?? "";
    this.ranges.push(range);
    const [, first = "0", last = "0"] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
    const body = new Uint8Array(Number(last) - Number(first) + 1).fill(Number(first) % 251);
    return Promise.resolve(new Response(body, { status: 206 }));
  };

  url(name: string): string {
    return `https://s3.example/${name}${this.rendering}?key=${this.validKey}`;
  }
}

let network: Network;
let states: LinkState[];
let arrived: number[];
let completions: number;

function newLink(): Link {
  const urls = { indexUrl: network.url("index"), packUrl: network.url("pack") };
  return new Link(new Grant("/grant", new Map([[UID, urls]])), UID, {
    onState: (state) => states.push(state),
    onPreview: (frame) => arrived.push(frame),
    onComplete: () => {
      completions += 1;
    },
  });
}

async function open(): Promise<Link> {
  const link = newLink();
  if ((await link.open()) === null) {
    throw new Error("the series was given up");
  }
  return link;
}

function rangeOf(first: number, last: number): string {
  return `bytes=${first * FRAME_BYTES}-${(last + 1) * FRAME_BYTES - 1}`;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    await vi.advanceTimersByTimeAsync(0);
  }
}

beforeEach(() => {
  network = new Network();
  states = [];
  arrived = [];
  completions = 0;
  vi.useFakeTimers();
  const events = new EventTarget();
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => network.fetch(url, init));
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  vi.stubGlobal("removeEventListener", events.removeEventListener.bind(events));
  vi.stubGlobal("dispatchEvent", events.dispatchEvent.bind(events));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a series", () => {
  it("arrives whole, the frames around the wanted one first, each once", async () => {
    const series = await open();
    series.want(20);
    await settle();
    expect(arrived.slice(0, 2).every((frame) => Math.abs(frame - 20) <= 1)).toBe(true);
    expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: FRAMES }, (_, frame) => frame));
    expect(series.preview(20)?.length).toBe(FRAME_BYTES);
    expect(network.ranges.length).toBeLessThan(8);
    expect(states).toEqual([]);
    expect(completions).toBe(1);
    expect(series.isComplete).toBe(true);
  });

  it("goes on unseen when its URLs have run out", async () => {
    const series = await open();
    network.validKey = "second";
    series.want(20);
    await settle();
    expect(new Set(arrived).size).toBe(FRAMES);
    expect(states).toEqual([]);
  });

  it("never reads the pack of a later rendering by the index of an earlier one", async () => {
    const series = await open();
    network.validKey = "second";
    network.rendering = "-2";
    series.want(5);
    await settle();
    expect(network.ranges).toEqual([]);
    expect(states).toEqual(["failed"]);
  });

  it("says that the network is away, and goes on when it is back", async () => {
    const series = await open();
    network.isDown = true;
    series.want(20);
    await settle();
    expect(states).toEqual(["offline"]);
    network.isDown = false;
    await vi.advanceTimersByTimeAsync(20_000);
    await settle();
    expect(states).toEqual(["offline", "fine"]);
    expect(new Set(arrived).size).toBe(FRAMES);
  });

  it("does not wait out the pause when the device says that it is online", async () => {
    network.isDown = true;
    const index = newLink().open();
    await settle();
    network.isDown = false;
    dispatchEvent(new Event("online"));
    expect((await index)?.frames.length).toBe(FRAMES);
  });

  it("asks to sign in when the session has ended", async () => {
    const series = await open();
    network.validKey = "second";
    network.isSignedIn = false;
    series.want(20);
    await settle();
    expect(states).toEqual(["signed-out"]);
    expect(arrived).toEqual([]);
  });

  it("is given up when its index cannot be read", async () => {
    network.frames = [{}];
    expect(await newLink().open()).toBeNull();
    expect(states).toEqual(["failed"]);
  });

  it("arrives thinned out first where planes are wanted, by small requests at once, and then whole", async () => {
    const series = await open();
    series.want(20);
    const before = network.ranges.length;
    const thinned = [0, 8, 16, 24, 32, 39];
    series.wantFirst(thinned);
    await settle();
    const first = network.ranges.slice(before, before + thinned.length);
    expect(first.sort()).toEqual(thinned.map((frame) => rangeOf(frame, frame)).sort());
    const others = network.ranges.slice(before + thinned.length);
    expect(others.length, "and all others in few requests").toBeLessThan(10);
    expect(new Set(arrived)).toEqual(new Set(Array.from({ length: FRAMES }, (_, frame) => frame)));
    expect(completions).toBe(1);
  });

  it("has the first picture and all others by as few requests and bytes where its pack begins with every eighth", async () => {
    const ordered = await open();
    ordered.want(20);
    await settle();
    const before = network.ranges;
    network = new Network();
    network.frames = thinnedFirst();
    arrived = [];
    const series = await open();
    series.want(20);
    await settle();
    const bytes = (range = "") => range.replace("bytes=", "").split("-").reduce((from, to) => Number(to) - from, 0);
    const spread = ([range = ""]: readonly string[]) => Math.abs(bytes(range));
    expect(network.ranges.length).toBeLessThanOrEqual(before.length);
    expect(spread(network.ranges)).toBeLessThanOrEqual(spread(before));
    expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: FRAMES }, (_, frame) => frame));
    expect(arrived.slice(0, 2)).toContain(20);
  });

  it("is thinned out by few requests where its pack begins with every eighth", async () => {
    network.frames = thinnedFirst();
    const series = await open();
    series.wantFirst(THINNED);
    await settle();
    const ends = network.ranges.map((range) => Number(/-(\d+)$/.exec(range)?.[1]) + 1);
    const first = ends.findIndex((end) => end === THINNED.length * FRAME_BYTES) + 1;
    expect(first, "within 48 KB each, none of them alone").toBe(THINNED.length / 2);
    expect(new Set(arrived.slice(0, THINNED.length))).toEqual(new Set(THINNED));
    expect(network.ranges.length).toBeLessThan(8);
  });

  it("does not break off for planes what brings their pictures", async () => {
    network.frames = thinnedFirst();
    const aborted: AbortSignal[] = [];
    const { fetch } = network;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      if (url.includes("/pack")) {
        aborted.push(init.signal as AbortSignal);
      }
      return fetch(url, init);
    });
    const series = await open();
    series.wantFirst(THINNED);
    series.wantFirst(THINNED);
    await settle();
    expect(aborted.filter((signal) => signal.aborted)).toEqual([]);
  });

  it("tells everybody who listens of a quick picture", async () => {
    const series = await open();
    const told: number[] = [];
    series.onPreview.add((frame) => told.push(frame));
    series.want(0);
    await settle();
    expect(told).toEqual(arrived);
  });

  it("asks for nothing more once it is closed", async () => {
    const series = await open();
    series.close();
    series.want(3);
    await settle();
    expect(network.ranges).toEqual([]);
  });
});

const FULL_BYTES = 100_000;
const REST_MS = 90;

describe("a series in full quality", () => {
  let full: number[];
  let parts: number[];

  /** What full quality asks for when the reader comes to a frame. */
  function wish(frame: number, more: Partial<FullWish> = {}): FullWish {
    return { frame, needs: [frame], direction: 1, room: 2, lost: [], isUrgent: false, ...more };
  }

  function bring(link: Link): FullLane {
    const index = parseIndex({ version: 2, frames: network.frames });
    return bringFull(link, index, { onFrame: (frame) => full.push(frame), onPart: (frame) => parts.push(frame) });
  }

  function fullRange(first: number, last = first): string {
    const start = FRAMES * FRAME_BYTES + first * FULL_BYTES;
    return `bytes=${start}-${start + (last - first + 1) * FULL_BYTES - 1}`;
  }

  async function rest(): Promise<void> {
    await vi.advanceTimersByTimeAsync(REST_MS);
    await settle();
  }

  beforeEach(() => {
    network.frames = frames(FRAMES, FULL_BYTES);
    full = [];
    parts = [];
    vi.stubGlobal("innerWidth", 1280);
    vi.stubGlobal("navigator", {});
  });

  it("comes after the nearest quick pictures, before all the others, and its neighbours come last", async () => {
    const link = await open();
    link.want(20);
    await settle();
    expect(network.ranges, "the others wait, although nobody can ask for full quality yet").toEqual([rangeOf(20, 21)]);
    const lane = bring(link);
    lane.want(wish(20));
    await settle();
    expect(network.ranges.length, "the eye has not rested yet").toBe(1);
    await rest();
    expect(network.ranges.slice(1)).toEqual([fullRange(20), rangeOf(0, 19), rangeOf(22, 39), fullRange(21, 22)]);
    expect([full, completions]).toEqual([[20, 21, 22], 1]);
  });

  it("is asked for at once where the reader chose a look of their own", async () => {
    const link = await open();
    const lane = bring(link);
    lane.want(wish(20, { isUrgent: true }));
    await vi.advanceTimersByTimeAsync(0);
    await settle();
    expect(network.ranges[0]).toEqual(fullRange(20));
  });

  it("gives way where it is large: quick pictures go on", async () => {
    network.frames = frames(FRAMES, 600 * 1024);
    const link = await open();
    link.want(20);
    await settle();
    expect(completions).toBe(1);
  });

  it("is not waited for while a film plays, nor where there will be none", async () => {
    const playing = await open();
    playing.isPlaying = true;
    playing.want(20);
    await settle();
    const without = await open();
    without.want(20);
    await settle();
    expect(completions).toBe(1);
    without.doWithoutFull();
    await settle();
    expect(completions).toBe(2);
  });

  it("brings what is wanted next even while another frame in full quality is on its way", async () => {
    const link = await open();
    const lane = bring(link);
    for (const frame of [20, 30]) {
      lane.want(wish(frame));
      link.want(frame);
      await settle();
    }
    expect(network.ranges).toEqual([rangeOf(20, 21), rangeOf(30, 31)]);
    await rest();
    expect(full, "only the frame that the eye rests on, then its neighbours").toEqual([30, 31, 32]);
  });

  it("brings a frame once, with its mask, and again only when it was let go of", async () => {
    const link = await open();
    const lane = bring(link);
    lane.want(wish(20, { needs: [20, 0], room: 0 }));
    await rest();
    lane.want(wish(20, { needs: [20, 0], room: 0 }));
    await rest();
    expect(full).toEqual([20, 0]);
    lane.want(wish(20, { room: 0, lost: [20] }));
    await rest();
    expect(full).toEqual([20, 0, 20]);
  });

  it("goes back as well as forth, and further the way the eye goes", async () => {
    const link = await open();
    link.want(20);
    link.doWithoutFull();
    await settle();
    const lane = bring(link);
    lane.want(wish(20, { direction: -1, room: 6 }));
    await rest();
    expect([...full].sort((a, b) => a - b)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22]);
  });

  it("of a whole volume comes after all else, from the current frame outwards, as fast as it can be decoded", async () => {
    const link = await open();
    link.want(20);
    const lane = bring(link);
    lane.want(wish(20));
    const there = new Set<number>();
    let waiting = 0;
    lane.wantVolume({ isMissing: (frame) => !there.has(frame) && !full.includes(frame), hasRoom: () => waiting < 1 });
    await rest();
    expect(completions, "quick pictures go first").toBe(1);
    expect(full.slice(0, 3)).toEqual([20, 21, 22]);
    expect([...full].sort((a, b) => a - b), "everything").toEqual(Array.from({ length: FRAMES }, (_, frame) => frame));
    const distances = full.map((frame) => Math.abs(frame - 20));
    const isOutwards = distances.every((distance, place) => distance >= (distances[place - 1] ?? 0) - 10);
    expect(isOutwards, full.join()).toBe(true);
    full = [];
    waiting = 1;
    there.clear();
    lane.wantVolume({ isMissing: (frame) => !there.has(frame) && !full.includes(frame), hasRoom: () => waiting < 1 });
    await rest();
    expect(full, "what cannot be decoded yet does not fill the memory").toEqual([]);
    waiting = 0;
    lane.goOn();
    await rest();
    expect(full.length).toBe(FRAMES);
    lane.wantVolume(null);
    full = [];
    lane.goOn();
    await rest();
    expect(full).toEqual([]);
  });

  it("asks for nothing once it is closed", async () => {
    const link = await open();
    const lane = bring(link);
    lane.want(wish(20));
    link.close();
    await rest();
    expect(network.ranges).toEqual([]);
  });
});
