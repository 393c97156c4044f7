/** What a finger, a mouse or the arrow keys do on the stage, once a tool is chosen. */

import type { Pane } from "../pane.js";
import type { StageTool } from "../stage.js";
import { dragged } from "../full/window.js";
import { windowOf } from "../full/look.js";
import { spanning } from "../full/window.js";
import type { Window } from "../read/frame-details.js";
import type { Point } from "../view-geometry.js";
import type { Annotation, AnnotationKind } from "./annotations.js";
import type { Marks } from "./marks.js";

/** A drag of so many CSS pixels doubles the width of the window. */
const WINDOW_DRAG_PX = 250;
const SLIP_PX = 4;

export class PanTool implements StageTool {
  readonly takesKeys = false;

  constructor(private readonly pane: Pane) {}

  down(): void {
    // Moving begins with the first movement.
  }

  move(_: Point, by: Point): void {
    this.pane.stage.pan(by);
  }

  up(): void {
    // Nothing is left open.
  }

  cancel(): void {
    // What was moved stays moved.
  }
}

export class WindowTool implements StageTool {
  readonly takesKeys = true;

  constructor(
    private readonly pane: Pane,
    private readonly onWindow: (window: Window) => void,
  ) {}

  down(): void {
    // A drag begins with the first movement.
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
    // The window stays.
  }

  cancel(): void {
    // The window stays.
  }
}

/** Draws measurements, and moves the ends of those that are there. */
export class MeasureTool implements StageTool {
  readonly takesKeys = true;
  private held: { annotation: Annotation; place: number; isKept: boolean } | null = null;
  private travelled = 0;

  constructor(
    private readonly marks: Marks,
    private readonly kind: AnnotationKind,
  ) {}

  down(at: Point): void {
    const { marks } = this;
    const point = marks.pane.stage.toPicture(at);
    if (point === null) {
      return;
    }
    this.travelled = 0;
    const { draft } = marks;
    if (draft !== null) {
      // An angle whose second leg is still missing.
      draft.points = [...draft.points.slice(0, 2), point];
      this.held = { annotation: draft, place: 2, isKept: false };
      marks.changed();
      return;
    }
    const handle = this.kind === "probe" ? null : marks.handleAt(at);
    if (handle !== null) {
      marks.store.touch(handle.annotation);
      this.held = { ...handle, isKept: true };
      return;
    }
    const annotation = marks.begin(this.kind, point);
    this.held = annotation === null ? null : { annotation, place: annotation.points.length - 1, isKept: false };
  }

  move(at: Point, by: Point): void {
    const point = this.marks.pane.stage.toPicture(at);
    this.travelled += Math.hypot(by.x, by.y);
    if (this.held !== null && point !== null) {
      this.held.annotation.points[this.held.place] = point;
      this.marks.changed();
    }
  }

  up(): void {
    const { held, marks } = this;
    this.held = null;
    if (held === null) {
      return;
    }
    const isSlip = this.travelled < SLIP_PX && held.place < 2 && held.annotation.kind !== "probe";
    if (held.isKept && isSlip) {
      marks.store.undo();
    } else if (held.isKept) {
      marks.store.keep();
    } else if (isSlip) {
      marks.drop();
    } else {
      marks.finish();
    }
  }

  cancel(): void {
    if (this.held?.isKept === true) {
      this.marks.store.undo();
    } else if (this.held !== null) {
      this.marks.drop();
    }
    this.held = null;
  }
}
