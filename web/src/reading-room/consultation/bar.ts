/** The bar of a consultation: how the connection is, who presents, and the ways to follow, ask, point, write and see who is here. */

import type { LinkMood } from "../../link/consultation-link.js";
import { fill } from "../../page.js";
import type { ConsultationPlace } from "../../read/room-message.js";
import { make } from "../../tools/elements.js";
import { HOSPITAL_TIME } from "../../tools/hospital-time.js";
import type { Meeting } from "./meeting.js";
import { hasFingers } from "./pointers.js";
import type { ConsultationWords } from "./words.js";

export interface BarEvents {
  onFollow(): void;
  onAsk(): void;
  onTakeOver(): void;
  onPoint(): void;
  onChat(): void;
  onPeople(): void;
  onEnd(): void;
  onHandOver(member: string): void;
  onAdmit(member: string): void;
}

export interface BarState {
  readonly mood: LinkMood;
  /** This reader presents in another window. */
  readonly isElsewhere: boolean;
  readonly isFollowing: boolean;
  readonly isPointing: boolean;
  readonly unread: number;
}

export class Bar {
  readonly element: HTMLElement;
  private readonly mood = make("span", { class: "consultation-mood", role: "status" });
  private readonly driver = make("span", { class: "consultation-driver" });
  private readonly follow = this.button("follow", () => this.events.onFollow());
  private readonly ask = this.button("ask", () => this.events.onAsk());
  private readonly takeOver = this.button("take-over", () => this.events.onTakeOver());
  private readonly point = this.button("point", () => this.events.onPoint());
  private readonly chat = this.button("chat", () => this.events.onChat());
  private readonly people = this.button("people", () => this.events.onPeople());
  private readonly end = this.button("end", () => this.events.onEnd());
  private readonly until = make("span", { class: "consultation-until" });
  private readonly requests = make("ul");
  private readonly put = new Set<string>();
  private drawnRequests = "";

  constructor(
    private readonly meeting: Meeting,
    private readonly words: ConsultationWords,
    private readonly language: string,
    { pageUrl, voiceLink }: ConsultationPlace,
    private readonly events: BarEvents,
  ) {
    const minutes = make("a", { href: pageUrl, target: "_blank", rel: "noopener" }, words.minutes);
    const voice = voiceLink === null ? [] : [make("a", { href: voiceLink, target: "_blank", rel: "noopener noreferrer" }, words.voice)];
    const left = make("div", { class: "consultation-now" }, this.mood, this.driver, this.until, ...voice, minutes);
    const right = make("div", { class: "consultation-acts" }, this.follow, this.takeOver, this.ask, this.point, this.chat, this.people, this.end);
    this.element = make("section", { id: "consultation-bar", "aria-label": words.consultation }, make("div", { class: "consultation-requests", role: "status" }, this.requests), left, right);
  }

  refresh(state: BarState): void {
    const { meeting, words } = this;
    const isIn = state.mood !== "joining" && state.mood !== "lost";
    set(this.mood, words.moods[state.mood === "closed" ? "lost" : state.mood]);
    this.mood.dataset["mood"] = state.mood;
    set(this.driver, state.isElsewhere ? words.driveElsewhere : this.driverText);
    const { isDriver, isChair, isWithoutDriver } = meeting;
    set(this.follow, state.isFollowing ? words.followOn : words.follow);
    this.follow.hidden = isDriver || meeting.driver === null;
    this.follow.setAttribute("aria-pressed", String(state.isFollowing));
    set(this.takeOver, words.takeOver);
    this.takeOver.hidden = isDriver || !(isChair || isWithoutDriver);
    set(this.ask, words.ask);
    this.ask.hidden = isDriver || isChair || isWithoutDriver;
    set(this.point, words.point);
    // The presenter's mouse always points.
    this.point.hidden = isDriver && !hasFingers();
    this.point.setAttribute("aria-pressed", String(state.isPointing));
    set(this.chat, state.unread > 0 ? fill(words.chatOf, { n: state.unread }) : words.chat);
    const waiting = meeting.members.filter(({ status }) => status === "waiting").length;
    set(this.people, isChair && waiting > 0 ? fill(words.peopleOf, { n: waiting }) : words.people);
    set(this.end, words.end);
    this.end.hidden = !isChair;
    set(this.until, meeting.endsAtMs === null ? "" : fill(words.until, { time: this.timeOf(meeting.endsAtMs - meeting.clockMs) }));
    for (const button of [this.takeOver, this.ask, this.end]) {
      button.setAttribute("aria-disabled", String(!isIn));
    }
    this.refreshRequests();
  }

  /** What waits for an answer of the chair or the presenter. */
  private refreshRequests(): void {
    const { meeting, words, events } = this;
    const asking = meeting.isChair || meeting.isDriver ? [...meeting.asking].filter((id) => id !== meeting.you) : [];
    const waiting = meeting.isChair ? meeting.members.filter(({ status }) => status === "waiting").map(({ id }) => id) : [];
    const shown = [...waiting.map((id) => `waits ${id}`), ...asking.map((id) => `asks ${id}`)].filter((key) => !this.put.has(key));
    if (shown.join() === this.drawnRequests) {
      return;
    }
    this.drawnRequests = shown.join();
    this.requests.replaceChildren(...shown.map((key) => {
      const [what, id = ""] = key.split(" ");
      const name = meeting.member(id)?.name ?? "";
      const isWaiting = what === "waits";
      const agree = make("button", { type: "button", "aria-label": `${isWaiting ? words.admit : words.handOver}: ${name}` }, isWaiting ? words.admit : words.handOver);
      const later = make("button", { type: "button" }, words.later);
      const leave = () => {
        this.put.add(key);
        this.drawnRequests = "";
        this.refreshRequests();
      };
      agree.addEventListener("click", () => (isWaiting ? events.onAdmit(id) : events.onHandOver(id)));
      later.addEventListener("click", () => {
        leave();
        this.people.focus();
      });
      return make("li", {}, make("span", {}, fill(isWaiting ? words.waits : words.asks, { name })), agree, later);
    }));
  }

  /** Asked again, it is shown again. */
  askedAgain(member: string): void {
    this.put.delete(`asks ${member}`);
    this.drawnRequests = "";
    this.refreshRequests();
  }

  private get driverText(): string {
    const { meeting, words } = this;
    if (meeting.isDriver) {
      return words.youDrive;
    }
    const name = meeting.driver === null ? null : (meeting.member(meeting.driver)?.name ?? "");
    return name === null ? words.noDriver : fill(meeting.isWithoutDriver ? words.driverGone : words.driver, { name });
  }

  private button(name: string, run: () => void): HTMLButtonElement {
    const button = make("button", { type: "button", "data-act": name });
    button.addEventListener("click", run);
    return button;
  }

  /** With the day, unless that is today. */
  private timeOf(ms: number): string {
    const [moment, today] = [new Date(ms), new Date()];
    const time = moment.toLocaleTimeString(this.language === "vi" ? "vi-VN" : "en-GB", { hour: "2-digit", minute: "2-digit", ...HOSPITAL_TIME });
    // "07/12", as Vietnamese write it, too.
    const day = (date: Date) => date.toLocaleDateString("en-GB", { day: "2-digit", month: "2-digit", ...HOSPITAL_TIME });
    return day(moment) === day(today) ? time : `${time}, ${day(moment)}`;
  }
}

function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
