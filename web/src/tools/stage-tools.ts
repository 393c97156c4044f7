/** What a finger, a mouse or the arrow keys do on the stage, once a tool is chosen. */

import type { Pane } from "../pane.js";
import type { StageTool } from "../stage.js";
import { dragged } from "../full/window.js";
import { windowOf } from "../full/look.js";
import { spanning } from "../full/window.js";
import type { Window } from "../full/frame-details.js";
import type { Point } from "../view-geometry.js";
import { POINTS, type Annotation, type AnnotationKind } from "./annotations.js";
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
  private held: { annotation: Annotation; place: number; isNew: boolean } | null = null;
  /** An angle whose second leg is still missing. */
  private open: Annotation | null = null;
  private travelled = 0;

  constructor(
    private readonly marks: Marks,
    private readonly kind: AnnotationKind,
  ) {}

  down(at: Point): void {
    const point = this.toPicture(at);
    if (point === null) {
      return;
    }
    this.travelled = 0;
    if (this.open !== null && this.open.frame === this.marks.pane.frame && this.marks.current.includes(this.open)) {
      this.open.points = [...this.open.points.slice(0, 2), point];
      this.held = { annotation: this.open, place: 2, isNew: false };
      this.marks.changed();
      return;
    }
    this.open = null;
    const handle = this.kind === "probe" ? null : this.marks.handleAt(at);
    if (handle !== null) {
      this.held = { ...handle, isNew: false };
      return;
    }
    const annotation = this.marks.begin(this.kind, point);
    this.held = { annotation, place: annotation.points.length - 1, isNew: true };
  }

  move(at: Point, by: Point): void {
    const point = this.toPicture(at);
    this.travelled += Math.hypot(by.x, by.y);
    if (this.held !== null && point !== null) {
      this.held.annotation.points[this.held.place] = point;
      this.marks.changed();
    }
  }

  up(): void {
    const { held } = this;
    this.held = null;
    if (held === null) {
      return;
    }
    const { annotation, isNew } = held;
    if (isNew && annotation.kind !== "probe" && this.travelled < SLIP_PX) {
      this.marks.drop(annotation);
    } else {
      this.open = annotation.points.length < POINTS[annotation.kind] ? annotation : null;
      this.marks.changed();
    }
  }

  cancel(): void {
    if (this.held?.isNew === true) {
      this.marks.drop(this.held.annotation);
    }
    this.held = null;
  }

  private toPicture(at: Point): Point | null {
    return this.marks.pane.stage.toPicture(at);
  }
}
