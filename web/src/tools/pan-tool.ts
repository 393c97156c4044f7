/** Moves the picture. */

import type { Pane } from "../pane.js";
import type { StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";
import type { HandTool } from "./hand-tool.js";

class PanTool implements StageTool {
  readonly takesKeys = false;

  constructor(private readonly pane: Pane) {}

  down(): void {
    // Moving begins with the first movement.
  }

  move(_: Point, by: Point): void {
    this.pane.stage.pan(by);
  }

  up(): void {
    // Nothing is left unfinished.
  }

  cancel(): void {
    // The picture stays where it is.
  }
}

export const MOVE: HandTool = {
  name: "move",
  icon: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
  needsValues: false,
  label: (words) => words.moveTool,
  create: (pane) => new PanTool(pane),
};
