/** One member's way to the room of a consultation: sockets that open, break, are blocked and come back. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConsultationLink, type LinkMood, type LinkWorld, type SocketLike } from "../src/link/consultation-link.js";
import type { Outgoing } from "../src/link/room-messages.js";
import type { RoomMessage } from "../src/read/room-message.js";

const WELCOME = { type: "welcome", you: "aaaaaaaa", version: 1, room: { driver: null, state: null, state_sequence: 0, head: 7, marks: [], chat: [], members: [], ends_at: "2026-11-30T12:00:00Z", now: "2026-11-30T11:00:00Z" } };
const chat = (head: number) => ({ type: "chat", id: `c${head}`, by: "bbbbbbbb", at: "2026-11-30T11:00:00Z", text: `line ${head}`, head });

class Socket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  readonly sent: Record<string, unknown>[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    (this.onclose as (() => void) | null)?.();
  }

  open(): void {
    (this.onopen as (() => void) | null)?.();
  }

  tell(...messages: readonly object[]): void {
    messages.forEach((message) => (this.onmessage as ((event: { data: string }) => void) | null)?.({ data: JSON.stringify(message) }));
  }
}

/** A server, and what is between it and the member. */
class World implements LinkWorld {
  readonly sockets: Socket[] = [];
  readonly polls: { readonly since: number | null; readonly messages: readonly { readonly type: string }[]; answer(events: readonly object[], head: number): void }[] = [];
  status = 200;
  areSocketsCut = false;
  isDown = false;
  tickets = 0;

  fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (this.isDown) {
      return Promise.reject(new TypeError("Failed to fetch"));
    }
    if (this.status !== 200) {
      return Promise.resolve(new Response("{}", { status: this.status }));
    }
    if (url === "/ticket") {
      this.tickets += 1;
      return Promise.resolve(Response.json({ ticket: `t${this.tickets}`, url: "/room" }));
    }
    const { since, messages } = JSON.parse(String(init.body)) as World["polls"][number];
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      this.polls.push({ since, messages, answer: (events, head) => resolve(Response.json({ events, head })) });
    });
  };

  openSocket = (): Socket => {
    const socket = new Socket();
    this.sockets.push(socket);
    if (this.areSocketsCut) {
      setTimeout(() => socket.close());
    }
    return socket;
  };

  random = () => 0.5;

  get socket(): Socket {
    return this.sockets[this.sockets.length - 1] as Socket;
  }
}

let world: World;
let moods: LinkMood[];
let told: RoomMessage[];
let outs: number;
let link: ConsultationLink;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  moods = [];
  told = [];
  outs = 0;
});

afterEach(() => {
  link.close();
  vi.useRealTimers();
});

function join(): void {
  link = new ConsultationLink({ ticketUrl: "/ticket", pollUrl: "/poll" }, { onMood: (mood) => moods.push(mood), onMessage: (message) => told.push(message), onOut: () => (outs += 1) }, world);
}

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const types = () => told.map((message) => message.type);
const said = () => told.flatMap((message) => (message.type === "chat" ? [message.line.id] : []));

async function joined(): Promise<void> {
  join();
  await pass();
  world.socket.open();
  world.socket.tell(WELCOME);
}

describe("a socket", () => {
  it("says its ticket first, once, and nothing else before the welcome", async () => {
    join();
    await pass();
    expect(link.send({ type: "take_over" })).toBe(false);
    world.socket.open();
    expect(world.socket.sent).toEqual([{ type: "join", ticket: "t1" }]);
    world.socket.tell(WELCOME);
    expect([moods, types()]).toEqual([["live"], ["welcome"]]);
    expect(link.send({ type: "take_over" })).toBe(true);
    expect(world.socket.sent[1]).toEqual({ type: "take_over" });
  });

  it("keeps what came before the welcome, and drops what the welcome has already", async () => {
    join();
    await pass();
    world.socket.open();
    world.socket.tell(chat(7), chat(8), WELCOME, chat(9));
    expect(said()).toEqual(["c8", "c9"]);
  });

  it("says each message as the server reads it", async () => {
    await joined();
    const cases: readonly (readonly [Outgoing, object])[] = [
      [{ type: "scroll", sequence: 3, frames: [{ pane: 0, frame: 17, image: null }, { pane: 1, frame: 4, image: null }] }, { type: "scroll", sequence: 3, frames: [[0, 17], [1, 4]] }],
      [{ type: "pointer", pane: 0, seriesInstanceUid: "1.2", frame: 3, at: { x: 12.3456, y: 7 } }, { type: "pointer", pane: 0, series_instance_uid: "1.2", frame: 3, at: [12.3, 7] }],
      [{ type: "pointer", pane: 0, seriesInstanceUid: "1.2", frame: null, at: null }, { type: "pointer", pane: 0, series_instance_uid: "1.2", frame: null, at: null }],
      [{ type: "mark", id: "u", mark: { studyInstanceUid: "1", kind: "length", image: "2/3/1", points: [{ x: 1.25, y: 2 }, { x: 3, y: 4 }], text: null } }, { type: "mark", id: "u", mark: { study_instance_uid: "1", kind: "length", image: "2/3/1", points: [1.25, 2, 3, 4] } }],
      [{ type: "mark", id: "u", mark: null }, { type: "mark", id: "u", mark: null }],
      [{ type: "progress", loaded: 0.333, isSlow: true }, { type: "progress", loaded: 0.33, is_slow: true }],
      [{ type: "hand_over", to: "bbbbbbbb" }, { type: "hand_over", to: "bbbbbbbb" }],
    ];
    cases.forEach(([message]) => link.send(message));
    expect(world.socket.sent.slice(1)).toEqual(cases.map(([, written]) => written));
  });

  it("comes back by itself, at once the first time and then after growing waits, each with a ticket of its own", async () => {
    await joined();
    world.socket.close();
    await pass();
    expect([moods, world.sockets.length, world.tickets]).toEqual([["live", "lost"], 2, 2]);
    world.isDown = true;
    world.socket.close();
    await pass();
    const before = world.tickets;
    await pass(60_000);
    expect(world.tickets).toBe(before);
    world.isDown = false;
    await pass(16_000);
    world.socket.open();
    world.socket.tell(WELCOME);
    expect(moods[moods.length - 1]).toBe("live");
  });

  it("is given up when it is silent: without a welcome, and without an answer to a ping", async () => {
    join();
    await pass();
    world.socket.open();
    await pass(8_000 + 1_000);
    expect(world.sockets.length).toBe(2);
    world.socket.open();
    world.socket.tell(WELCOME);
    await pass(5_000);
    expect(world.socket.sent.map(({ type }) => type)).toEqual(["join", "ping"]);
    await pass(3_000);
    expect(moods[moods.length - 1], "told within seconds").toBe("quiet");
    world.socket.tell({ type: "pong" });
    await pass(4_900);
    expect([world.sockets.length, moods[moods.length - 1], world.socket.sent.length]).toEqual([2, "live", 2]);
    world.socket.tell(chat(8));
    await pass(4_900);
    expect(world.socket.sent.length, "who speaks is not asked").toBe(2);
    await pass(100 + 10_100);
    expect([world.sockets.length, moods.slice(-2)]).toEqual([3, ["quiet", "lost"]]);
  });

  it("is doubted at once when the network goes, and trusted again by the next word", async () => {
    await joined();
    link.suspect();
    expect([moods[moods.length - 1], world.socket.sent[world.socket.sent.length - 1]?.type]).toEqual(["quiet", "ping"]);
    expect(link.send({ type: "chat", id: "u", text: "a" })).toBe(true);
    world.socket.tell({ type: "pong" });
    expect(moods[moods.length - 1]).toBe("live");
  });

  it("asks for what is missing between two messages, unless it comes by itself", async () => {
    await joined();
    world.socket.tell(chat(8), chat(10), chat(9));
    await pass(5_000);
    expect(world.polls).toEqual([]);
    world.socket.tell(chat(13));
    await pass(1_500);
    expect(world.polls.map(({ since, messages }) => [since, messages])).toEqual([[10, []]]);
    world.polls[0]?.answer([chat(11), chat(12), chat(13)], 13);
    await pass(5_000);
    expect([said().slice(-3), world.polls.length]).toEqual([["c11", "c12", "c13"], 1]);
  });

  it("ends for good when the server knows the member no more", async () => {
    for (const status of [401, 403, 404, 410]) {
      world.status = 200;
      await joined();
      world.status = status;
      world.socket.close();
      await pass();
      expect([status, outs, link.mood]).toEqual([status, 1, "closed"]);
      const { tickets } = world;
      await pass(120_000);
      expect(world.tickets).toBe(tickets);
      outs = 0;
    }
  });

  it("tries again after an error of the server, which says nothing about the member", async () => {
    world.status = 503;
    join();
    await pass(5_000);
    world.status = 200;
    await pass(16_000);
    expect([outs, world.tickets]).toEqual([0, 1]);
  });
});

describe("where sockets are cut", () => {
  async function polling(): Promise<void> {
    world.areSocketsCut = true;
    join();
    await pass(1_500);
    expect([world.sockets.length, world.polls.map(({ since, messages }) => [since, messages])]).toEqual([2, [[null, [{ type: "join" }]]]]);
    world.polls[0]?.answer([WELCOME], 7);
    await pass();
  }

  it("the room goes on by questions after two sockets, and says so", async () => {
    await polling();
    expect([moods[moods.length - 1], types()]).toEqual(["polling", ["welcome"]]);
    world.polls[1]?.answer([chat(8)], 8);
    await pass();
    expect([said(), world.polls[2]?.since]).toEqual([["c8"], 8]);
  });

  it("what is said goes at once, beside the question that waits; of a hand only where it is now", async () => {
    await polling();
    const scroll = (sequence: number): Outgoing => ({ type: "scroll", sequence, frames: [{ pane: 0, frame: sequence, image: null }] });
    [1, 2, 3].forEach((sequence) => link.send(scroll(sequence)));
    link.send({ type: "chat", id: "u", text: "a" });
    await pass();
    expect(world.polls.map(({ messages }) => messages.map((message) => ("sequence" in message ? message.sequence : message.type)))).toEqual([["join"], [], [1]]);
    world.polls[2]?.answer([], 7);
    await pass();
    expect(world.polls[3]?.messages).toEqual([{ type: "scroll", sequence: 3, frames: [[0, 3]] }, { type: "chat", id: "u", text: "a" }]);
  });

  it("a server that answers at once is asked every two seconds", async () => {
    await polling();
    world.polls[1]?.answer([], 7);
    await pass(1_900);
    expect(world.polls.length).toBe(2);
    await pass(200);
    expect(world.polls.length).toBe(3);
  });

  it("a socket takes over as soon as one gets through, with a welcome of its own", async () => {
    await polling();
    world.areSocketsCut = false;
    for (let waited = 0; waited < 60_000; waited += 20_000) {
      await pass(20_000);
      world.polls[world.polls.length - 1]?.answer([], 7);
    }
    await pass();
    world.socket.open();
    world.socket.tell(WELCOME);
    await pass();
    expect([moods[moods.length - 1], types()]).toEqual(["live", ["welcome", "welcome"]]);
    const asked = world.polls.length;
    await pass(10_000);
    expect(world.polls.length).toBe(asked);
  });

  it("what was not answered is said again with the next question", async () => {
    await polling();
    world.isDown = true;
    link.send({ type: "chat", id: "u", text: "a" });
    await pass();
    world.isDown = false;
    world.polls[1]?.answer([], 7);
    await pass();
    expect(world.polls.map(({ messages }) => messages.map(({ type }) => type))).toContainEqual(["chat"]);
  });
});
