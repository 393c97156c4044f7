import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Grant } from "../src/grant.js";
import { PackSource, type SourceState } from "../src/pack-source.js";
import { SeriesLoader } from "../src/series-loader.js";

const FRAMES = 40;
const FRAME_BYTES = 20_000;
const UID = "1.2.3";

function frames(count: number): unknown[] {
  return Array.from({ length: count }, (_, frame) => ({
    sop_instance_uid: `1.${frame}`,
    preview: { offset: frame * FRAME_BYTES, length: FRAME_BYTES, width: 256, height: 256, media_type: "image/webp" },
  }));
}

/** An object store and a portal, as far as a browser sees them. */
class Network {
  readonly ranges: string[] = [];
  isDown = false;
  validKey = "first";
  isSignedIn = true;
  frames: unknown[] = frames(FRAMES);

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
    return `https://s3.example/${name}?key=${this.validKey}`;
  }
}

let network: Network;
let states: SourceState[];
let arrived: number[];
let awaitedInFull: Set<number>;
let completions: number;

function source(): PackSource {
  const urls = { indexUrl: network.url("index"), packUrl: network.url("pack") };
  return new PackSource(new Grant("/grant", new Map([[UID, urls]])), UID, (state) => states.push(state));
}

async function open(from = source()): Promise<SeriesLoader> {
  const index = await from.index();
  if (index === null) {
    throw new Error("the series was given up");
  }
  return new SeriesLoader(from, index, {
    onFrame: (frame) => arrived.push(frame),
    givesWayTo: (frame) => awaitedInFull.has(frame),
    onComplete: () => {
      completions += 1;
    },
  });
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
  awaitedInFull = new Set();
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
    expect(series.bytesOf(20)?.length).toBe(FRAME_BYTES);
    expect(network.ranges.length).toBeLessThan(8);
    expect(states).toEqual([]);
    expect(completions).toBe(1);
    expect(series.isComplete).toBe(true);
  });

  it("brings a few pictures, gives way to the shown frame in full quality, then brings the others in large ranges", async () => {
    awaitedInFull.add(20);
    const series = await open();
    series.want(20);
    await settle();
    expect(network.ranges).toEqual([rangeOf(20, 21)]);
    expect(series.isComplete).toBe(false);
    awaitedInFull.clear();
    series.goOn();
    await settle();
    expect(network.ranges).toEqual([rangeOf(20, 21), rangeOf(0, 19), rangeOf(22, 39)]);
    expect(completions).toBe(1);
  });

  it("brings what is wanted next even while another frame in full quality is on its way", async () => {
    awaitedInFull = new Set([20, 30]);
    const series = await open();
    series.want(20);
    await settle();
    series.want(30);
    await settle();
    expect(network.ranges).toEqual([rangeOf(20, 21), rangeOf(30, 31)]);
  });

  it("goes on unseen when its URLs have run out", async () => {
    const series = await open();
    network.validKey = "second";
    series.want(20);
    await settle();
    expect(new Set(arrived).size).toBe(FRAMES);
    expect(states).toEqual([]);
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
    const index = source().index();
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
    expect(await source().index()).toBeNull();
    expect(states).toEqual(["failed"]);
  });

  it("asks for nothing more once it is closed", async () => {
    const from = source();
    const series = await open(from);
    from.close();
    series.close();
    series.want(3);
    await settle();
    expect(network.ranges).toEqual([]);
  });
});
