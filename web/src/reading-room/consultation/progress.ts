/** Tells the others how much of what is shown has arrived here, and whether the line is slow. */

import type { Outgoing } from "../../link/consultation-link.js";
import type { ReadingRoom } from "../room.js";

const PROGRESS_MS = 1_000;
/** An image that is not there in full quality after so long comes over a slow line. */
const SLOW_MS = 3_000;

export class Progress {
  private readonly timer = setInterval(() => this.tell(), PROGRESS_MS);
  private wholeAt = performance.now();
  private told = "";

  constructor(
    private readonly room: ReadingRoom,
    private readonly send: (message: Outgoing) => boolean,
  ) {}

  /** Somebody has come who was not told. */
  again(): void {
    this.told = "";
  }

  close(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const panes = this.room.panes.filter(({ pane, element }) => pane.series !== null && !element.hidden);
    const isWhole = panes.every(({ stage }) => stage.picture?.quality === "full");
    const now = performance.now();
    this.wholeAt = isWhole ? now : this.wholeAt;
    const shares = panes.map(({ pane: { link, index } }) => {
      const there = index === null || link === null ? 0 : link.isComplete ? index.frames.length : index.frames.filter((_, frame) => link.preview(frame) !== undefined).length;
      return index === null || index.frames.length === 0 ? 0 : there / index.frames.length;
    });
    const quick = shares.length === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const loaded = Math.round(100 * Math.min(quick, isWhole ? 1 : 0.99)) / 100;
    const message = { type: "progress", loaded, isSlow: now - this.wholeAt > SLOW_MS } as const;
    const text = JSON.stringify(message);
    if (text !== this.told && this.send(message)) {
      this.told = text;
    }
  }
}
