/** Changes brightness and contrast. */

import { windowOf } from "../full/look.js";
import { dragged, spanning } from "../full/window.js";
import type { Pane } from "../pane.js";
import type { Window } from "../read/frame-details.js";
import type { StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";
import type { HandTool } from "./hand-tool.js";

/** A drag of this many CSS pixels doubles the width of the window. */
const WINDOW_DRAG_PX = 250;

class WindowTool implements StageTool {
  readonly takesKeys = true;

  constructor(
    private readonly pane: Pane,
    private readonly onWindow: (window: Window) => void,
  ) {}

  down(): void {
    // The first movement starts the drag.
  }

  move(_: Point, by: Point): void {
    const { full, frame } = this.pane;
    const values = full?.drawn(frame) ?? null;
    if (full === null || values === null || values.isColour || values.isPalette) {
      return;
    }
    const window = windowOf(values, full.look) ?? spanning(...values.modalityRange);
    this.onWindow(dragged(window, { x: by.x / WINDOW_DRAG_PX, y: by.y / WINDOW_DRAG_PX }));
  }

  up(): void {
    // Keeps the window.
  }

  cancel(): void {
    // Keeps the window.
  }
}

export const WINDOW: HandTool = {
  name: "window",
  icon: "M12 3a9 9 0 1 0 0 18zM12 3v18a9 9 0 0 0 0-18",
  needsValues: true,
  label: (words) => words.windowTool,
  create: (pane, onWindow) => new WindowTool(pane, onWindow),
};
