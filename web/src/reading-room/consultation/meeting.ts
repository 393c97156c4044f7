/** What a member knows of the room: folded from what the room tells, live or in its record. */

import type { ChatLine, EndReason, Member, MemberMark, RoomMessage } from "../../read/room-message.js";
import type { ViewState } from "../../read/view-state.js";

/** What has changed. */
export type Change = "welcome" | "state" | "marks" | "chat" | "members" | "driver" | "asks" | "pointer" | "news" | "refused" | "ended";

export class Meeting {
  you = "";
  driver: string | null = null;
  state: ViewState | null = null;
  /** The last number of a state; whoever drives goes on from it. */
  sequence = 0;
  ended: EndReason | null = null;
  endsAtMs: number | null = null;
  /** The server's clock minus this one. */
  clockMs = 0;
  /** Who has asked to drive, and got no answer yet. */
  readonly asking = new Set<string>();
  private stateHead = 0;
  /** Everything up to here was told with the welcome. */
  private floor = 0;
  private readonly byId = new Map<string, Member>();
  private readonly marksById = new Map<string, MemberMark>();
  /** The place in the record of what is known of each mark, each member and the driver: two connections bring news in another order. */
  private readonly heads = new Map<string, number>();
  private lines: readonly ChatLine[] = [];
  private readonly listeners = new Set<(change: Change, message: RoomMessage) => void>();

  listen(told: (change: Change, message: RoomMessage) => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }

  get members(): readonly Member[] {
    return [...this.byId.values()];
  }

  get me(): Member | null {
    return this.byId.get(this.you) ?? null;
  }

  get isDriver(): boolean {
    return this.driver !== null && this.driver === this.you;
  }

  get isChair(): boolean {
    return this.me?.role === "chair";
  }

  /** Nobody drives, or whoever did has left. */
  get isWithoutDriver(): boolean {
    return this.driver === null || this.byId.get(this.driver)?.isHere !== true;
  }

  member(id: string): Member | null {
    return this.byId.get(id) ?? null;
  }

  get marks(): readonly MemberMark[] {
    return [...this.marksById.values()];
  }

  get chat(): readonly ChatLine[] {
    return this.lines;
  }

  /** Takes what the room tells. What is older than what is known already changes nothing. */
  take(message: RoomMessage, nowMs: number = Date.now()): void {
    const change = this.fold(message, nowMs);
    if (change !== null) {
      this.listeners.forEach((told) => told(change, message));
    }
  }

  /** Takes much at once, and tells of it once: whoever listens takes all of it anew. */
  takeAll(messages: readonly RoomMessage[], nowMs: number = Date.now()): void {
    messages.forEach((message) => this.fold(message, nowMs));
    const last = messages[messages.length - 1] ?? { type: "pong" };
    this.listeners.forEach((told) => told("welcome", last));
  }

  /** As before the first message, to be played again from there. */
  restart(): void {
    this.driver = this.state = this.ended = null;
    this.sequence = this.stateHead = 0;
    this.lines = [];
    this.asking.clear();
    this.marksById.clear();
    this.heads.clear();
    this.floor = 0;
    for (const member of this.byId.values()) {
      this.byId.set(member.id, { ...member, isHere: false });
    }
  }

  private fold(message: RoomMessage, nowMs: number): Change | null {
    switch (message.type) {
      case "welcome": {
        const { you, driver, state, stateSequence, head, marks, chat, members, endsAtMs } = message;
        Object.assign(this, { you, driver, state, sequence: stateSequence, stateHead: head, endsAtMs, clockMs: (message.nowMs ?? nowMs) - nowMs });
        replace(this.byId, members);
        replace(this.marksById, marks);
        this.heads.clear();
        this.floor = head;
        this.lines = chat;
        return "welcome";
      }
      case "state":
      case "scroll":
        return this.foldState(message);
      case "mark":
        return this.foldMark(message);
      case "chat":
        if (!this.lines.some(({ id }) => id === message.line.id)) {
          this.lines = [...this.lines, message.line];
        }
        return "chat";
      case "member": {
        if (this.isOld(`member ${message.member.id}`, message.head)) {
          return null;
        }
        const before = this.byId.get(message.member.id);
        // What is not kept is not told with everything.
        const { loaded, isSlow } = message.member.isHere ? (message.member.loaded === null ? (before ?? message.member) : message.member) : { loaded: null, isSlow: false };
        const member = { ...message.member, loaded, isSlow };
        this.byId.set(member.id, member);
        if (!member.isHere) {
          this.asking.delete(member.id);
        }
        return before !== undefined && isSame(before, member) ? null : "members";
      }
      case "driver":
        if (this.isOld("driver", message.head)) {
          return null;
        }
        this.driver = message.driver;
        this.asking.clear();
        return "driver";
      case "asks":
        this.asking.add(message.by);
        return "asks";
      case "news":
        return "news";
      case "pointer":
        return message.by === this.you ? null : "pointer";
      case "refused":
        return "refused";
      case "ended":
        this.ended = message.reason;
        return "ended";
      case "pong":
        return null;
    }
  }

  private isOld(what: string, head: number | null): boolean {
    const isOld = head !== null && head < (this.heads.get(what) ?? this.floor);
    if (!isOld && head !== null) {
      this.heads.set(what, head);
    }
    return isOld;
  }

  private foldState(message: Extract<RoomMessage, { type: "state" | "scroll" }>): Change | null {
    if (message.head !== null && message.head < this.stateHead) {
      return null;
    }
    if (message.type === "state") {
      this.state = message.state;
    } else if (this.state !== null) {
      const frames = new Map(message.frames.map(({ pane, frame, image }) => [pane, { frame, image }]));
      const panes = this.state.panes.map((pane, place) => (pane === null ? null : { ...pane, ...frames.get(place) }));
      this.state = { ...this.state, panes };
    } else {
      return null;
    }
    this.stateHead = message.head ?? this.stateHead;
    this.sequence = Math.max(this.sequence, message.sequence);
    return "state";
  }

  private foldMark({ id, by, mark, atMs, head }: Extract<RoomMessage, { type: "mark" }>): Change | null {
    if (this.isOld(`mark ${id}`, head)) {
      return null;
    }
    if (mark === null) {
      this.marksById.delete(id);
    } else {
      this.marksById.set(id, { id, by, mark, atMs });
    }
    return "marks";
  }
}

function replace<Item extends { readonly id: string }>(held: Map<string, Item>, items: readonly Item[]): void {
  held.clear();
  items.forEach((item) => held.set(item.id, item));
}

function isSame(a: Member, b: Member): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
