/** What the members write to each other. */

import { fill } from "../../page.js";
import { make } from "../../tools/elements.js";
import { HOSPITAL_TIME } from "../../tools/hospital-time.js";
import { newUuid } from "../uuid.js";
import { colourOf } from "./colours.js";
import type { Meeting } from "./meeting.js";
import type { ConsultationWords } from "./words.js";

const TEXT_MAX = 2_000;
/** The server takes ten messages a second of anybody. */
const AGAIN_MS = 200;

export interface ChatEvents {
  /** Whether it was given to the connection. */
  send(id: string, text: string): boolean;
  onUnread(): void;
}

export class ChatPanel {
  readonly element: HTMLElement;
  unread = 0;
  private readonly list = make("ol");
  private readonly log = make("div", { class: "chat-lines", role: "log", tabindex: 0 }, this.list);
  private readonly field = make("textarea", { id: "chat-text", rows: 2, maxlength: TEXT_MAX, required: true });
  private readonly note = make("p", { class: "chat-note", role: "status" });
  /** What was written here and has not come back from the room. */
  private readonly outbox = new Map<string, string>();
  private seen = new Set<string>();
  /** The lines of the outbox that are to be said again, one after the other. */
  private again: string[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly meeting: Meeting,
    private readonly words: ConsultationWords,
    private readonly language: string,
    private readonly events: ChatEvents,
    isReadOnly = false,
  ) {
    this.log.setAttribute("aria-label", words.chat);
    const send = make("button", { type: "submit" }, words.send);
    const form = make("form", { class: "chat-form" }, make("label", { for: "chat-text" }, words.message), this.field, send);
    this.element = make("div", { class: "consultation-chat", "data-keys": "chat" }, this.log, this.note, ...(isReadOnly ? [] : [form]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.write();
      }
    });
    this.refresh();
  }

  get isShown(): boolean {
    return this.element.isConnected;
  }

  focus(): void {
    this.field.focus();
    this.read();
  }

  /** The room has told everything: what it does not have is said again. */
  join(): void {
    this.seen = new Set(this.meeting.chat.map(({ id }) => id));
    this.seen.forEach((id) => this.outbox.delete(id));
    this.again = [...this.outbox.keys()];
    this.sayAgain();
    this.refresh();
  }

  take(): void {
    for (const { id, by } of this.meeting.chat) {
      if (!this.seen.has(id)) {
        this.seen.add(id);
        this.outbox.delete(id);
        this.unread += by === this.meeting.you || this.isShown ? 0 : 1;
      }
    }
    this.refresh();
    this.events.onUnread();
  }

  /** The room did not take a line: it goes back into the field, unless it only came too fast. */
  refuse(id: string, isForLater: boolean): void {
    const text = this.outbox.get(id);
    if (isForLater && text !== undefined) {
      this.again.push(id);
      this.timer ??= setTimeout(() => this.sayAgain(), AGAIN_MS);
    } else if (this.outbox.delete(id) && text !== undefined) {
      this.field.value = [text, this.field.value].filter((part) => part !== "").join("\n").slice(0, TEXT_MAX);
      this.refresh();
    }
  }

  private sayAgain(): void {
    clearTimeout(this.timer ?? undefined);
    const id = this.again.shift();
    const text = id === undefined ? undefined : this.outbox.get(id);
    if (id !== undefined && text !== undefined) {
      this.events.send(id, text);
    }
    this.timer = this.again.length === 0 ? null : setTimeout(() => this.sayAgain(), AGAIN_MS);
  }

  /** Everything here has been read. */
  read(): void {
    this.unread = 0;
    this.log.scrollTop = this.log.scrollHeight;
    this.events.onUnread();
  }

  refresh(): void {
    const { meeting, words } = this;
    const lines = meeting.chat.map(({ id, by, atMs, text }) => this.line(id, by, this.timeOf(atMs), text));
    const waiting = [...this.outbox].map(([id, text]) => this.line(id, meeting.you, words.sending, text));
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    const known = [...this.list.children].map((line) => (line as HTMLElement).dataset["key"]);
    const next = [...lines, ...waiting];
    // Only what is new is read out.
    if (known.join() !== next.map(({ dataset }) => dataset["key"]).join()) {
      const kept = next.findIndex((line, place) => line.dataset["key"] !== known[place]);
      [...this.list.children].slice(kept < 0 ? next.length : kept).forEach((line) => line.remove());
      this.list.append(...next.slice(kept < 0 ? next.length : kept));
    }
    if (isAtEnd) {
      this.log.scrollTop = this.log.scrollHeight;
    }
    const isStuck = this.outbox.size > 0 && !this.isOnline;
    this.note.textContent = isStuck ? words.notSent : next.length === 0 ? words.noChat : "";
  }

  isOnline = true;

  private write(): void {
    const text = this.field.value.trim();
    if (text === "") {
      return;
    }
    const id = newUuid();
    this.outbox.set(id, text);
    this.field.value = "";
    this.isOnline = this.events.send(id, text);
    this.refresh();
    this.log.scrollTop = this.log.scrollHeight;
  }

  private line(id: string, by: string, when: string, text: string): HTMLElement {
    const { meeting, words } = this;
    const name = by === meeting.you ? words.you : (meeting.member(by)?.name ?? "");
    // Whatever is written, it reorders nothing around it.
    const author = make("strong", { dir: "auto" }, name);
    author.style.color = by === meeting.you ? "" : colourOf(by, meeting.members);
    return make("li", { "data-key": `${id} ${when}` }, make("p", { class: "chat-head" }, author, " ", make("time", {}, when)), make("p", { class: "chat-text", dir: "auto" }, text));
  }

  private timeOf(ms: number): string {
    return new Date(ms).toLocaleTimeString(this.language === "vi" ? "vi-VN" : "en-GB", { hour: "2-digit", minute: "2-digit", ...HOSPITAL_TIME });
  }
}

/** A line for the status of the page, shortened. */
export function announced(words: ConsultationWords, name: string, text: string): string {
  return fill(words.said, { name, text: text.length > 120 ? `${text.slice(0, 119)}…` : text });
}
