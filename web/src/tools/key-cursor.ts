/** The tools by keyboard: arrow keys move a cross over the stage, Enter takes and releases a point. */

import type { StageTool } from "../stage.js";
import { pixelSide, type Point } from "../view-geometry.js";
import type { Marks } from "./marks.js";

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const FAST = 10;
/** Each key press changes the window like a drag of this many CSS pixels. */
const WINDOW_STEP_PX = 10;

export class KeyCursor {
  private isHolding = false;

  constructor(
    private readonly marks: Marks,
    private readonly windowTool: StageTool | null,
  ) {
    const { element } = marks.pane.stage;
    element.addEventListener("keydown", (event) => this.onKey(event));
    element.addEventListener("blur", () => this.hide());
    element.addEventListener("pointerdown", () => this.hide());
  }

  private onKey(event: KeyboardEvent): void {
    const { stage } = this.marks.pane;
    const { tool } = stage;
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && event.target === stage.element;
    if (tool === null || !tool.takesKeys || !isPlain) {
      return;
    }
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      event.preventDefault();
      this.move(tool, arrow, event.shiftKey ? FAST : 1);
    } else if ((event.key === "Enter" || event.key === " ") && tool !== this.windowTool) {
      event.preventDefault();
      this.press(tool);
    } else if (event.key === "Escape" && (this.marks.cursor !== null || this.marks.draft !== null)) {
      event.preventDefault();
      this.marks.drop();
      this.hide();
    }
  }

  private move(tool: StageTool, { x, y }: Point, times: number): void {
    const at = this.cursor();
    if (tool === this.windowTool) {
      tool.move(at, { x: x * times * WINDOW_STEP_PX, y: y * times * WINDOW_STEP_PX });
      return;
    }
    const { stage } = this.marks.pane;
    const side = stage.picture === null ? 1 : pixelSide(stage.view, stage.picture.raster, stage.size);
    const by = { x: x * side * times, y: y * side * times };
    this.marks.cursor = { x: at.x + by.x, y: at.y + by.y };
    if (this.isHolding) {
      tool.move(this.marks.cursor, by);
    }
    stage.redraw();
  }

  private press(tool: StageTool): void {
    const at = this.cursor();
    this.marks.cursor = at;
    if (this.isHolding) {
      tool.up(at);
    } else {
      tool.down(at);
    }
    this.isHolding = !this.isHolding;
    this.marks.pane.stage.redraw();
  }

  private hide(): void {
    if (this.isHolding) {
      this.marks.pane.stage.tool?.cancel();
    }
    this.isHolding = false;
    this.marks.cursor = null;
    this.marks.pane.stage.redraw();
  }

  private cursor(): Point {
    const { width, height } = this.marks.pane.stage.size;
    return this.marks.cursor ?? { x: width / 2, y: height / 2 };
  }
}
