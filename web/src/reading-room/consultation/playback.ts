/** A record played again: where it is, how fast it goes, and what has happened until then. */

import type { RoomMessage } from "../../read/room-message.js";
import type { RecordLine } from "../../read/room-record.js";
import type { Meeting } from "./meeting.js";

export const SPEEDS = [1, 2, 4, 8, 16] as const;

export class Playback {
  /** Milliseconds since the first line. */
  atMs = 0;
  speed = 1;
  isPlaying = false;
  /** How many lines have been taken. */
  private taken = 0;
  private readonly startMs: number;

  constructor(
    private readonly lines: readonly RecordLine[],
    private readonly meeting: Meeting,
  ) {
    this.startMs = lines[0]?.atMs ?? 0;
  }

  get lengthMs(): number {
    return (this.lines[this.lines.length - 1]?.atMs ?? this.startMs) - this.startMs;
  }

  get isAtEnd(): boolean {
    return this.atMs >= this.lengthMs;
  }

  /** When something is first seen. */
  get firstSeenMs(): number {
    const first = this.lines.find(({ message }) => message?.type === "state" && message.state.panes.some((pane) => pane !== null));
    return (first?.atMs ?? this.startMs) - this.startMs;
  }

  /** Time has gone on. */
  advance(ms: number): void {
    if (this.isPlaying) {
      this.atMs = Math.min(this.lengthMs, this.atMs + ms * this.speed);
      this.due().forEach((message) => this.meeting.take(message));
      this.isPlaying = !this.isAtEnd;
    }
  }

  /** Goes to a moment; what was after it has not happened. */
  seek(ms: number): void {
    const to = Math.min(this.lengthMs, Math.max(0, ms));
    if (to < this.atMs) {
      this.taken = 0;
      this.meeting.restart();
    }
    this.atMs = to;
    this.meeting.takeAll(this.due());
  }

  private due(): readonly RoomMessage[] {
    const from = this.taken;
    while (this.taken < this.lines.length && (this.lines[this.taken]?.atMs ?? 0) - this.startMs <= this.atMs) {
      this.taken += 1;
    }
    // The end of the record clears no screen.
    return this.lines.slice(from, this.taken).flatMap(({ message }) => (message === null || message.type === "ended" ? [] : [message]));
  }
}

/** `1:02:03`, or `02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
}
