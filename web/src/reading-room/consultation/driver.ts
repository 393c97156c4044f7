/** Tells the others what this screen shows, while its reader drives. */

import { fitting, type Outgoing } from "../../link/consultation-link.js";
import type { ViewState } from "../../read/view-state.js";
import type { ReadingRoom } from "../room.js";
import { inEveryPane } from "../tools/every-pane.js";
import { Coalescer } from "./coalescer.js";
import type { Meeting } from "./meeting.js";
import { scrolled, Shown } from "./shown.js";

/** Ten times a second is as smooth as a hand scrolls. */
export const STATE_MS = 100;

export class Driver {
  private readonly shown: Shown;
  private readonly coalescer = new Coalescer(STATE_MS, () => this.tell());
  /** What the room knows of this screen. */
  private told: ViewState | null = null;
  private isLess = false;
  /** Until this screen shows what the room does, there is nothing to tell; nor while another window of this reader presents. */
  isHeld = false;
  private readonly sent = new Set<number>();

  constructor(
    room: ReadingRoom,
    private readonly meeting: Meeting,
    private readonly send: (message: Outgoing) => boolean,
    /** More is shown here than can be told. */
    private readonly onLess: () => void,
  ) {
    this.shown = new Shown(room);
    const touch = () => this.touch();
    // Whatever changes is drawn: planes, layouts and films tell nobody else.
    inEveryPane(room, ({ stage, pane }) => {
      stage.onDraw.add(touch);
      pane.listen({ onPlaying: touch });
    });
    room.listen({ onActive: touch, onPanes: touch, onCommand: touch, onChange: touch, onLayers: touch });
  }

  /** The room has another state than this screen, or none. */
  begin(): void {
    this.told = null;
    this.touch();
  }

  /** The room has what this screen shows: the next change is told. */
  resume(): void {
    this.told = fitting(this.shown.state);
    this.touch();
  }

  /** Whether a state came from here, and not from another window of this reader. */
  hasSent(sequence: number): boolean {
    return this.sent.has(sequence);
  }

  touch(): void {
    if (this.meeting.isDriver) {
      this.coalescer.touch();
    }
  }

  private tell(): void {
    if (!this.meeting.isDriver || this.isHeld) {
      return;
    }
    const all = this.shown.state;
    const state = fitting(all);
    if (state !== all && !this.isLess) {
      this.onLess();
    }
    this.isLess = state !== all;
    const before = this.told;
    const isNew = before === null ? state.panes.some((pane) => pane !== null) : JSON.stringify(before) !== JSON.stringify(state);
    if (!isNew) {
      return;
    }
    const frames = before === null ? null : scrolled(before, state);
    const sequence = this.meeting.sequence + 1;
    const isSent = this.send(frames === null ? { type: "state", sequence, state, sentAtMs: Date.now() } : { type: "scroll", sequence, frames });
    if (isSent) {
      this.told = state;
      this.meeting.sequence = sequence;
      this.sent.add(sequence);
    }
  }
}
