/** A tool whose script is still coming: what the hand does until then is kept, and done when it has come. */

import type { StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";
import type { RoomPane } from "./feature.js";

/** More than a hand does while a script loads; what is beyond is not done. */
const STEPS_MAX = 10_000;

/** The parts of a pane that say what a hand saw under it. */
export type Seen = Pick<RoomPane, "content"> & { readonly marks: { readonly image: string | null }; readonly stage: { readonly view: object } };

export class EarlyTool implements StageTool {
  readonly takesKeys = true;
  private tool: StageTool | null = null;
  private steps: ((tool: StageTool) => void)[] = [];
  private seen: readonly unknown[] = [];

  constructor(private readonly pane: Seen) {}

  /** The tool has come. Nothing is drawn on another image than that under the hand. */
  give(tool: StageTool | null): void {
    const steps = this.isAsSeen() ? this.steps : [];
    this.tool = tool;
    this.steps = [];
    if (tool !== null) {
      steps.forEach((step) => step(tool));
    }
  }

  down(at: Point): void {
    this.pass((tool) => tool.down(at));
  }

  move(at: Point, by: Point): void {
    this.pass((tool) => tool.move(at, by));
  }

  up(at: Point): void {
    this.pass((tool) => tool.up(at));
  }

  cancel(): void {
    this.pass((tool) => tool.cancel());
  }

  private pass(step: (tool: StageTool) => void): void {
    if (this.tool !== null) {
      step(this.tool);
      return;
    }
    if (!this.isAsSeen()) {
      this.steps = [];
    }
    if (this.steps.length === 0) {
      this.seen = this.now;
    }
    if (this.steps.length < STEPS_MAX) {
      this.steps.push(step);
    }
  }

  private get now(): readonly unknown[] {
    const { content, marks, stage } = this.pane;
    return [content, marks.image, stage.view];
  }

  private isAsSeen(): boolean {
    const { now } = this;
    return this.steps.length === 0 || this.seen.every((part, place) => part === now[place]);
  }
}
