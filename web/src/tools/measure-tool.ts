/** Measures by hand: sets the points of any measuring tool, and moves existing ones. */

import type { StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";
import type { Annotation } from "./annotations.js";
import type { Marks } from "./marks.js";
import { strokeAt, type MeasuringTool } from "./measuring/tool.js";

/** A shorter drag does not count. */
export const SLIP_PX = 4;

/** Draws measurements, and moves the ends of existing ones. */
export class MeasureTool implements StageTool {
  readonly takesKeys = true;
  protected held: { annotation: Annotation; place: number; isKept: boolean } | null = null;
  protected travelled = 0;

  constructor(
    protected readonly marks: Marks,
    protected readonly kind: MeasuringTool,
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
      // More strokes are needed, such as the second leg of an angle.
      draft.points = [...draft.points, ...firstPoints(this.kind, draft.points.length, point)];
      this.held = { annotation: draft, place: draft.points.length - 1, isKept: false };
      marks.changed();
      return;
    }
    const handle = this.handleAt(at);
    if (handle !== null) {
      marks.store.touch(handle.annotation);
      this.held = { ...handle, isKept: true };
      return;
    }
    const annotation = marks.begin(this.kind.name, firstPoints(this.kind, 0, point));
    this.held = annotation === null ? null : { annotation, place: annotation.points.length - 1, isKept: false };
  }

  move(at: Point, by: Point): void {
    const point = this.marks.pane.stage.toPicture(at);
    this.travelled += Math.hypot(by.x, by.y);
    if (this.held !== null && point !== null) {
      this.shift(this.held.annotation, this.held.place, point);
      this.marks.changed();
    }
  }

  up(): void {
    const { held, marks } = this;
    this.held = null;
    if (held === null) {
      return;
    }
    const isSlip = this.travelled < SLIP_PX && this.isDrag(held.annotation, held.place);
    if (held.isKept && isSlip) {
      marks.store.revert();
    } else if (held.isKept) {
      marks.store.keep();
    } else if (isSlip) {
      marks.drop();
    } else {
      this.finish();
    }
  }

  cancel(): void {
    if (this.held?.isKept === true) {
      this.marks.store.revert();
    } else if (this.held !== null) {
      this.marks.drop();
    }
    this.held = null;
  }

  protected handleAt(at: Point): ReturnType<Marks["handleAt"]> {
    return this.kind.isSingle === true ? null : this.marks.handleAt(at);
  }

  /** Moves one point of a measurement. */
  protected shift({ points }: Annotation, place: number, to: Point): void {
    points[place] = to;
  }

  /** The draft has another stroke. */
  protected finish(): void {
    this.marks.finish();
  }

  protected isDrag({ kind }: Annotation, place: number): boolean {
    const tool = this.marks.store.toolOf(kind);
    return tool !== null && strokeAt(tool, place) === 2;
  }
}

/** The points that a stroke adds at its start, given the number of existing points. */
function firstPoints(tool: MeasuringTool, there: number, at: Point): Point[] {
  return strokeAt(tool, there) === 2 ? [at, at] : [at];
}
