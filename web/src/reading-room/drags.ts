/** What dragging with a mouse button does, besides measuring. */

import type { Pane } from "../pane.js";
import type { Window } from "../read/frame-details.js";
import type { Stage, StageTool } from "../stage.js";
import { StepCounter, stepPx } from "../drag-steps.js";
import { MOVE } from "../tools/pan-tool.js";
import { WINDOW } from "../tools/window-tool.js";
import type { Point } from "../view-geometry.js";
import type { Drag } from "./bindings/bindings.js";

/** A drag of this many CSS pixels enlarges by e. */
const ZOOM_DRAG_PX = 200;

/** What the tools need of a pane. */
export interface Dragged {
  readonly stage: Stage;
  readonly pane: Pane;
  /** Goes on by images, or by planes. */
  step(by: number): void;
  setWindow(window: Window): void;
}

/** Null for a menu, which is not dragged. */
export function dragTool(drag: Drag, dragged: Dragged): StageTool | null {
  switch (drag) {
    case "window":
      return WINDOW.create(dragged.pane, (window) => dragged.setWindow(window));
    case "pan":
      return MOVE.create(dragged.pane, () => undefined);
    case "zoom":
      return new ZoomTool(dragged.stage);
    case "scroll":
      return new ScrollTool(dragged);
    case "menu":
      return null;
  }
}

/** Nothing of these tools is left unfinished. */
abstract class Plain implements StageTool {
  readonly takesKeys = false;
  abstract down(at: Point): void;
  abstract move(at: Point, by: Point): void;

  up(): void {
    // Keeps what was reached.
  }

  cancel(): void {
    // Keeps what was reached.
  }
}

/** Enlarges around the point where the button went down: down the screen enlarges. */
class ZoomTool extends Plain {
  private centre: Point = { x: 0, y: 0 };

  constructor(private readonly stage: Stage) {
    super();
  }

  down({ x, y }: Point): void {
    const { width, height } = this.stage.size;
    this.centre = { x: x - width / 2, y: y - height / 2 };
  }

  move(_: Point, by: Point): void {
    this.stage.zoom(Math.exp(by.y / ZOOM_DRAG_PX), this.centre);
  }
}

class ScrollTool extends Plain {
  private readonly steps = new StepCounter();

  constructor(private readonly dragged: Dragged) {
    super();
  }

  down(): void {
    this.steps.reset();
  }

  move(_: Point, by: Point): void {
    this.dragged.step(this.steps.add(by.y, stepPx(this.dragged.pane.frames, this.dragged.stage.size.height)));
  }
}
