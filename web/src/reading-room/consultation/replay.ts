/** Plays a consultation again in the room: what was shown, drawn and written, with the images themselves. */

import { fetchRecord } from "../../link/consultation-link.js";
import { fill } from "../../page.js";
import type { ConsultationPlace } from "../../read/room-message.js";
import type { ViewState } from "../../read/view-state.js";
import { make } from "../../tools/elements.js";
import type { ReadingRoom } from "../room.js";
import { SHARED_CALIBRATIONS } from "../tools/shared-calibrations.js";
import { Measuring } from "../tools/measuring.js";
import { ChatPanel } from "./chat-panel.js";
import { Follower } from "./follower.js";
import { ForeignMarks } from "./foreign-marks.js";
import { watchHands } from "./hands.js";
import { Meeting } from "./meeting.js";
import { PeoplePanel } from "./people-panel.js";
import { clockText, Playback, SPEEDS } from "./playback.js";
import { CONSULTATION_WORDS, type ConsultationWords } from "./words.js";

const TICK_MS = 50;
/** Before anything was shown. */
const NOTHING: ViewState = { grid: { rows: 1, columns: 1 }, active: 0, enlarged: null, panes: [null], fusion: null, objects: [], isShuttered: false };

/** Whether something of it is shown. */
export async function replay(room: ReadingRoom, place: ConsultationPlace): Promise<boolean> {
  const words = CONSULTATION_WORDS[room.language];
  const bar = make("section", { id: "consultation-bar", "aria-label": words.replay }, make("p", { role: "status" }, words.replayLoading));
  room.page.main.append(bar);
  room.page.main.classList.add("has-consultation");
  return load(room, place, words, bar);
}

async function load(room: ReadingRoom, place: ConsultationPlace, words: ConsultationWords, bar: HTMLElement): Promise<boolean> {
  const meeting = new Meeting();
  try {
    const playback = new Playback(await fetchRecord(place.recordUrl, new AbortController().signal), meeting);
    if (playback.lengthMs === 0) {
      bar.replaceChildren(make("p", { role: "status" }, words.replayEmpty), pageLink(place, words));
      return false;
    }
    new Player(room, place, words, meeting, playback, bar);
    return meeting.state !== null;
  } catch {
    const again = make("button", { type: "button" }, words.retry);
    again.addEventListener("click", () => void load(room, place, words, bar));
    bar.replaceChildren(make("p", { role: "status" }, words.replayFailed), again, pageLink(place, words));
    return false;
  }
}

function pageLink({ pageUrl }: ConsultationPlace, words: ConsultationWords): HTMLElement {
  return make("a", { href: pageUrl, target: "_blank", rel: "noopener" }, words.minutes);
}

class Player {
  private readonly follower: Follower;
  private readonly chat: ChatPanel;
  private readonly people: PeoplePanel;
  private readonly play = make("button", { type: "button", "data-act": "play" });
  private readonly speed: HTMLSelectElement;
  private readonly slider: HTMLInputElement;
  private readonly time = make("output");
  private readonly driver = make("span", { class: "consultation-driver" });
  private readonly follow = make("button", { type: "button", "data-act": "follow" });
  private isFollowing = true;
  private last = performance.now();

  constructor(
    private readonly room: ReadingRoom,
    place: ConsultationPlace,
    private readonly words: ConsultationWords,
    private readonly meeting: Meeting,
    private readonly playback: Playback,
    bar: HTMLElement,
  ) {
    new Measuring(room);
    const foreign = new ForeignMarks(room, meeting);
    SHARED_CALIBRATIONS.share(() => foreign.calibrations);
    this.follower = new Follower(room, { onLeave: () => this.leave(), onMissing: () => room.say(words.noStudy) });
    watchHands(room, { onHand: (isDown) => this.follower.hand(isDown), onCommand: () => this.follower.leave() });
    this.chat = new ChatPanel(meeting, words, room.language, { send: () => false, onUnread: () => undefined }, true);
    this.people = new PeoplePanel(meeting, words, room.words.close, { onHandOver: () => undefined, onAdmit: () => undefined, onRemove: () => undefined });
    this.slider = make("input", { type: "range", min: 0, max: Math.ceil(playback.lengthMs / 1_000), step: 1, value: 0, "aria-label": words.time, "data-keys": "time" });
    this.speed = make("select", { "aria-label": words.speed }, ...SPEEDS.map((speed) => make("option", { value: speed }, `${speed}×`)));
    const panel = (name: string, text: string, content: HTMLElement) => {
      const button = make("button", { type: "button", "data-act": name }, text);
      button.addEventListener("click", () => room.setPanel(text, content));
      return button;
    };
    const controls = make("div", { class: "replay-controls" }, this.play, this.slider, this.time, this.speed);
    const acts = make("div", { class: "consultation-acts" }, this.follow, panel("chat", words.chat, this.chat.element), panel("people", words.people, this.people.element));
    bar.replaceChildren(make("div", { class: "consultation-now" }, make("strong", {}, words.replay), this.driver, pageLink(place, words)), controls, acts);
    this.play.addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => this.seek(1_000 * Number(this.slider.value)));
    this.speed.addEventListener("change", () => (playback.speed = Number(this.speed.value)));
    this.follow.addEventListener("click", () => this.toggleFollowing());
    meeting.listen((change) => {
      if (change === "welcome" || change === "state") {
        this.show();
      }
      if (change !== "state") {
        this.chat.refresh();
        this.people.refresh();
      }
    });
    setInterval(() => this.tick(), TICK_MS);
    this.seek(playback.firstSeenMs);
  }

  private tick(): void {
    const now = performance.now();
    if (this.playback.isPlaying) {
      this.playback.advance(now - this.last);
      this.refresh();
    }
    this.last = now;
  }

  private toggle(): void {
    const { playback } = this;
    if (!playback.isPlaying && playback.isAtEnd) {
      playback.seek(0);
    }
    playback.isPlaying = !playback.isPlaying;
    this.refresh();
  }

  private seek(ms: number): void {
    this.playback.seek(ms);
    this.refresh();
  }

  private show(): void {
    if (this.isFollowing) {
      this.follower.follow(this.meeting.state ?? NOTHING);
    }
  }

  private leave(): void {
    this.isFollowing = false;
    this.room.say(this.words.leftDriver);
    this.refresh();
  }

  private toggleFollowing(): void {
    this.isFollowing = !this.isFollowing;
    if (this.isFollowing) {
      this.show();
    } else {
      this.follower.stop();
    }
    this.refresh();
  }

  private refresh(): void {
    const { playback, words, meeting } = this;
    const time = fill(words.timeOf, { at: clockText(playback.atMs), all: clockText(playback.lengthMs) });
    const name = meeting.driver === null ? null : (meeting.member(meeting.driver)?.name ?? "");
    set(this.play, playback.isPlaying ? words.pause : words.play);
    set(this.time, time);
    set(this.driver, name === null ? words.noDriver : fill(words.driver, { name }));
    set(this.follow, this.isFollowing ? words.followOn : words.follow);
    this.follow.setAttribute("aria-pressed", String(this.isFollowing));
    this.slider.value = String(Math.floor(playback.atMs / 1_000));
    this.slider.setAttribute("aria-valuetext", time);
  }
}

function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
