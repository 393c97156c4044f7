/** Takes part in a consultation: joins its room, drives or follows, and shows who else is there. */

import { ConsultationLink, type LinkMood, type Outgoing } from "../../link/consultation-link.js";
import { fill } from "../../page.js";
import { readConsultationPlace, type ConsultationPlace, type RoomMessage } from "../../read/room-message.js";
import type { ReadingRoom } from "../room.js";
import { SHARED_CALIBRATIONS } from "../tools/shared-calibrations.js";
import { Measuring } from "../tools/measuring.js";
import { Bar } from "./bar.js";
import { channelOf, lookEverywhere, type Ended } from "./channel.js";
import { announced, ChatPanel } from "./chat-panel.js";
import { clearRoom } from "./closing.js";
import { colourOf } from "./colours.js";
import { Driver } from "./driver.js";
import { Follower } from "./follower.js";
import { ForeignMarks } from "./foreign-marks.js";
import { watchHands } from "./hands.js";
import { Meeting, type Change } from "./meeting.js";
import { OwnMarks } from "./own-marks.js";
import { confirm, PeoplePanel } from "./people-panel.js";
import { hasFingers, POINT, Pointers, setPointing, watchPointer } from "./pointers.js";
import { Progress } from "./progress.js";
import { CONSULTATION_WORDS, type ConsultationWords } from "./words.js";

const TOLD_MINUTES = [10, 5, 1];
const MINUTE_MS = 60_000;
const RESTORING_MS_MAX = 20_000;

/** Whether the room's state was shown. */
export async function attend(room: ReadingRoom, written: string): Promise<boolean> {
  const place = readConsultationPlace(written);
  if (place === null) {
    return false;
  }
  if (place.isOver) {
    const { replay } = await import("./replay.js");
    return replay(room, place);
  }
  return new Attendance(room, place).begun;
}

/** A second window goes with the first. */
export function watchEnd(room: ReadingRoom, written: string): void {
  const place = readConsultationPlace(written);
  if (place !== null) {
    channelOf(place.id).addEventListener("message", ({ data }: MessageEvent<Ended>) => clear(room, place, data.why));
  }
}

function clear(room: ReadingRoom, place: ConsultationPlace, why: string): void {
  const words = CONSULTATION_WORDS[room.language];
  clearRoom(room, why, words.cleared, { url: place.pageUrl, text: words.toPage });
}

class Attendance {
  /** Whether the first welcome brought a state. */
  readonly begun: Promise<boolean>;
  private readonly words: ConsultationWords;
  private readonly meeting = new Meeting();
  private readonly link: ConsultationLink;
  private readonly driver: Driver;
  private readonly follower: Follower;
  private readonly bar: Bar;
  private readonly chat: ChatPanel;
  private readonly people: PeoplePanel;
  private readonly ownMarks: OwnMarks;
  private readonly progress: Progress;
  private readonly channel: BroadcastChannel;
  private begin: (isShown: boolean) => void = () => undefined;
  private mood: LinkMood = "joining";
  private isPointing = false;
  private isOver = false;
  private hasAsked = false;
  private wantsToFollow = true;
  private lastDriver: string | null = null;
  private wasWelcome = false;
  /** This reader presents, but in another window. */
  private isElsewhere = false;

  constructor(
    private readonly room: ReadingRoom,
    private readonly place: ConsultationPlace,
  ) {
    const { meeting } = this;
    const words = CONSULTATION_WORDS[room.language];
    this.words = words;
    this.channel = channelOf(place.id);
    this.begun = new Promise((resolve) => (this.begin = resolve));
    const send = (message: Outgoing) => this.link.send(message);
    const act = (message: Outgoing) => (send(message) ? undefined : room.say(words.notConnected));
    // What others measure is drawn by the room's tools.
    new Measuring(room);
    this.driver = new Driver(room, meeting, send, () => room.say(words.tooManyObjects));
    this.follower = new Follower(room, { onLeave: () => this.leave(), onMissing: () => room.say(words.noStudy), onShown: () => this.endRestoring(true) });
    this.ownMarks = new OwnMarks(room, meeting, send, () => Date.now() + meeting.clockMs);
    this.progress = new Progress(room, send);
    const foreign = new ForeignMarks(room, meeting);
    SHARED_CALIBRATIONS.share(() => [...foreign.calibrations, ...this.ownMarks.calibrations]);
    new Pointers(room, meeting, () => this.follower.isOn);
    watchPointer(room, { send, isPointing: () => meeting.isDriver || this.isPointing });
    room.listen({ onCommand: () => this.endPointing() });
    watchHands(room, { onHand: (isDown) => this.follower.hand(isDown), onCommand: () => this.follower.leave() });
    this.chat = new ChatPanel(meeting, words, room.language, { send: (id, text) => send({ type: "chat", id, text }), onUnread: () => this.refresh() });
    const decide = { onHandOver: (to: string) => act({ type: "hand_over", to }), onAdmit: (member: string) => act({ type: "admit", member }) };
    this.people = new PeoplePanel(meeting, words, room.words.close, { ...decide, onRemove: (member) => act({ type: "remove", member }) });
    this.bar = new Bar(meeting, words, room.language, place, {
      ...decide,
      onFollow: () => this.follow(),
      onAsk: () => this.ask(send),
      onTakeOver: () => act({ type: "take_over" }),
      onPoint: () => this.togglePointing(),
      onChat: () => this.openChat(),
      onPeople: () => room.setPanel(words.people, this.people.element),
      onEnd: () => confirm(words.endSure, words.endWhy, words.end, words.cancel, room.words.close, () => act({ type: "end" })),
    });
    room.page.main.append(this.bar.element);
    room.page.main.classList.add("has-consultation");
    meeting.listen((change, message) => this.onChange(change, message));
    this.link = new ConsultationLink(place, { onMood: (mood) => this.onMood(mood), onMessage: (message) => meeting.take(message), onOut: () => this.end(words.ended.out) });
    addEventListener("online", () => this.link.retryNow());
    addEventListener("offline", () => this.link.suspect());
    addEventListener("pageshow", () => this.link.retryNow());
    setInterval(() => this.tellTime(), MINUTE_MS / 2);
    this.refresh();
  }

  private onMood(mood: LinkMood): void {
    const before = this.mood;
    this.mood = mood;
    this.chat.isOnline = mood === "live" || mood === "quiet" || mood === "polling";
    if (mood === "lost") {
      this.ownMarks.leave();
      this.room.say(this.words.moods.lost);
    } else if (before === "lost" && this.chat.isOnline) {
      this.room.say(this.words.back);
    }
    this.refresh();
  }

  private onChange(change: Change, message: RoomMessage): void {
    const { meeting } = this;
    if (change === "welcome") {
      this.onWelcome();
    } else if (change === "state") {
      this.lookElsewhere(message);
      this.show();
    } else if (change === "driver") {
      this.onDriver();
    } else if (change === "chat" && message.type === "chat") {
      this.onChat(message.line.by, message.line.text);
    } else if (change === "members" && message.type === "member") {
      this.progress.again();
      this.people.refresh();
      this.chat.refresh();
    } else if (change === "asks" && message.type === "asks") {
      this.bar.askedAgain(message.by);
    } else if (change === "news" && message.type === "news") {
      this.room.say(fill(this.words.news[message.what], { name: meeting.member(message.by ?? "")?.name ?? "" }));
    } else if (change === "refused" && message.type === "refused") {
      this.onRefused(message);
    } else if (change === "ended" && message.type === "ended") {
      this.end(this.words.ended[message.reason]);
    }
    if (change !== "pointer" && change !== "state") {
      this.refresh();
    }
  }

  private onWelcome(): void {
    const { meeting } = this;
    this.chat.join();
    this.ownMarks.join();
    this.people.refresh();
    // The same colour as on the others' screens: "the blue one" is the same for all who talk of it.
    this.room.page.main.style.setProperty("--own-mark", colourOf(meeting.you, meeting.members));
    this.progress.again();
    this.lastDriver = meeting.driver;
    if (meeting.isDriver && !this.isElsewhere) {
      if (!this.wasWelcome && meeting.state !== null) {
        // After a reload the driver goes on where the room is, and leads nobody away while it comes back.
        this.driver.isHeld = true;
        this.follower.follow(meeting.state);
        setTimeout(() => this.endRestoring(false), RESTORING_MS_MAX);
      } else {
        this.driver.begin();
      }
    } else {
      this.show();
    }
    this.begin(meeting.state !== null);
    this.wasWelcome = true;
  }

  /** The driver's screen is as it was before a reload, or as near as it comes. */
  private endRestoring(isWhole: boolean): void {
    if (this.driver.isHeld && !this.isElsewhere) {
      this.driver.isHeld = false;
      if (this.meeting.isDriver) {
        this.follower.stop();
      }
      if (isWhole) {
        this.driver.resume();
      } else {
        this.driver.begin();
      }
    }
  }

  /** Of two windows of the driver, the one that was touched last presents; the other one follows it. */
  private lookElsewhere(message: RoomMessage): void {
    const { meeting, driver } = this;
    const isState = message.type === "state" || message.type === "scroll";
    if (isState && meeting.isDriver && message.by === meeting.you && !driver.hasSent(message.sequence) && !this.isElsewhere) {
      this.isElsewhere = this.wantsToFollow = driver.isHeld = true;
      this.refresh();
    }
  }

  private onDriver(): void {
    const { meeting, words, room } = this;
    const { driver } = meeting;
    if (driver === this.lastDriver) {
      return;
    }
    this.lastDriver = driver;
    this.hasAsked = false;
    this.isElsewhere = this.driver.isHeld = false;
    if (meeting.isDriver) {
      this.follower.stop();
      this.driver.begin();
      room.say(words.youDrive);
    } else {
      // Whoever looks around by themselves goes on doing so.
      this.show();
      room.say(driver === null ? words.noDriver : fill(words.nowDrives, { name: meeting.member(driver)?.name ?? "" }));
    }
    this.people.refresh();
  }

  private show(): void {
    const { meeting, follower } = this;
    if ((!meeting.isDriver || this.isElsewhere) && this.wantsToFollow && meeting.state !== null) {
      follower.follow(meeting.state);
    }
  }

  private follow(): void {
    if (!this.meeting.isDriver) {
      this.wantsToFollow = !this.wantsToFollow;
      if (this.wantsToFollow) {
        this.show();
      } else {
        this.follower.stop();
      }
      this.refresh();
    }
  }

  /** The reader's own hand has changed what is shown. */
  private leave(): void {
    this.endRestoring(false);
    if (this.isElsewhere) {
      this.isElsewhere = this.driver.isHeld = false;
      this.driver.begin();
      this.refresh();
    } else if (!this.meeting.isDriver) {
      this.wantsToFollow = false;
      this.room.say(this.words.leftDriver);
      this.refresh();
    }
  }

  private ask(send: (message: Outgoing) => boolean): void {
    this.hasAsked = send({ type: "ask_to_drive" });
    this.room.say(this.hasAsked ? this.words.asked : this.words.notConnected);
  }

  private togglePointing(): void {
    this.isPointing = !this.isPointing;
    setPointing(this.room, this.isPointing);
    this.room.grids.classList.toggle("is-pointing", this.isPointing);
    this.refresh();
  }

  /** Another tool in hand: the finger does that now. */
  private endPointing(): void {
    if (this.isPointing && hasFingers() && this.room.hand.name !== POINT) {
      this.togglePointing();
    }
  }

  private openChat(): void {
    this.room.setPanel(this.words.chat, this.chat.element);
    this.chat.focus();
  }

  private onChat(by: string, text: string): void {
    this.chat.take();
    if (!this.chat.isShown && by !== this.meeting.you) {
      this.room.say(announced(this.words, this.meeting.member(by)?.name ?? "", text));
    }
  }

  private onRefused({ of, code, id }: Extract<RoomMessage, { type: "refused" }>): void {
    const said = this.words.refused[code];
    if (of === "mark" && id !== null) {
      this.ownMarks.refuse(id, code === "too_fast");
    } else if (of === "chat" && id !== null) {
      this.chat.refuse(id, code === "too_fast");
      if (code === "too_fast") {
        return;
      }
    } else if (of === "state" || of === "scroll") {
      // A number that is too low, or another driver: the next welcome or `driver` sets it right.
      if (code === "stale") {
        this.meeting.sequence += 1_000;
        this.driver.begin();
      } else if (code === "unknown_study" || code === "unknown_image") {
        this.room.say(said ?? code);
      }
      return;
    }
    if (said !== undefined && of !== "pointer" && of !== "progress") {
      this.room.say(said);
    }
  }

  private refresh(): void {
    if (!this.isOver && this.bar !== undefined) {
      const isFollowing = this.wantsToFollow && !this.meeting.isDriver;
      this.bar.refresh({ mood: this.mood, isElsewhere: this.isElsewhere, isFollowing, isPointing: this.isPointing, unread: this.chat.unread });
    }
  }

  private tellTime(): void {
    const { endsAtMs, clockMs } = this.meeting;
    const left = endsAtMs === null ? null : Math.ceil((endsAtMs - clockMs - Date.now()) / MINUTE_MS);
    if (left !== null && TOLD_MINUTES.includes(left)) {
      this.room.say(fill(this.words.fewMinutes, { n: left }));
    }
  }

  private end(why: string): void {
    if (!this.isOver) {
      this.isOver = true;
      this.link?.close();
      this.progress.close();
      this.follower.stop();
      this.channel.postMessage({ why } satisfies Ended);
      lookEverywhere();
      clear(this.room, this.place, why);
      this.begin(true);
    }
  }
}
