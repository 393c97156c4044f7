/** Measures by hand with the tools of the room: also those of many points, of lines that stand in a fixed direction, and of texts. */

import type { StageTool } from "../../stage.js";
import type { Annotation } from "../../tools/annotations.js";
import type { Marks } from "../../tools/marks.js";
import { MeasureTool, SLIP_PX } from "../../tools/measure-tool.js";
import type { MeasuringTool, Question } from "../../tools/measuring/tool.js";
import type { Point } from "../../view-geometry.js";

/** Half of what a finger needs: marks of readers lie close together, and a mouse is exact. */
const REACH_PX = 12;
/** Points of an outline are at least this far apart, and at most this many. */
const TRACE_PX_MIN = 3;
const TRACE_POINTS_MAX = 600;

/** Asks the reader for a text beside a point of the picture; null if the reader writes none. */
export type Ask = (question: Question, at: Point, marks: Marks) => Promise<string | null>;

export interface HandEvents {
  readonly ask: Ask;
  /** Something was measured, in words: for those who do not see it on the picture. */
  onMeasured(text: string): void;
}

export class RoomHand extends MeasureTool implements StageTool {
  /** Where an outline, or an outline that is being moved, was last. */
  private last: Point = { x: 0, y: 0 };
  /** A text is being asked for. */
  private isAsking = false;
  /** A line that was begun by a click: the next one ends it. A drag draws it as well. */
  private clicked: Annotation | null = null;

  constructor(
    marks: Marks,
    kind: MeasuringTool,
    private readonly events: HandEvents,
  ) {
    super(marks, kind);
  }

  get name(): string {
    return this.kind.name;
  }

  override down(at: Point): void {
    if (this.isAsking) {
      return;
    }
    const { marks, kind } = this;
    const point = marks.pane.stage.toPicture(at);
    this.last = point ?? this.last;
    if (this.isClicked && point !== null && marks.draft !== null) {
      this.travelled = 0;
      this.held = { annotation: marks.draft, place: marks.draft.points.length - 1, isKept: false };
      this.shift(marks.draft, this.held.place, point);
      marks.changed();
      return;
    }
    const open = kind.more === "each" ? marks.current.find((mark) => mark.kind === kind.name) : undefined;
    if (open !== undefined && point !== null && this.handleAt(at) === null) {
      marks.store.touch(open);
      open.points = [...open.points, point];
      this.held = { annotation: open, place: open.points.length - 1, isKept: true };
      marks.changed();
    } else {
      super.down(at);
    }
  }

  override up(): void {
    const { held, marks, clicked } = this;
    const isClick = held !== null && !held.isKept && this.travelled < SLIP_PX && this.kind.more !== "trace" && this.isDrag(held.annotation, held.place);
    this.clicked = null;
    if (!isClick) {
      super.up();
      return;
    }
    this.held = null;
    if (clicked !== held.annotation) {
      this.clicked = held.annotation;
      marks.pane.stage.element.addEventListener("pointermove", this.hover);
    } else if (lastLength(held.annotation) * this.pxPerPixel >= SLIP_PX) {
      this.finish();
    } else {
      marks.drop();
    }
  }

  /** The line follows the mouse to where the next click will end it. */
  private readonly hover = ({ pointerType, buttons, clientX, clientY }: PointerEvent): void => {
    const { draft, pane } = this.marks;
    if (!this.isClicked) {
      pane.stage.element.removeEventListener("pointermove", this.hover);
    } else if (draft !== null && pointerType === "mouse" && buttons === 0) {
      const box = pane.stage.element.getBoundingClientRect();
      const point = pane.stage.toPicture({ x: clientX - box.left, y: clientY - box.top });
      if (point !== null) {
        this.shift(draft, draft.points.length - 1, point);
        this.marks.changed();
      }
    }
  };

  /** Another tool, image or series has dropped what was begun. */
  private get isClicked(): boolean {
    return this.clicked !== null && this.clicked === this.marks.draft;
  }

  protected override handleAt(at: Point): ReturnType<Marks["handleAt"]> {
    return this.kind.isSingle === true ? null : this.marks.handleAt(at, REACH_PX);
  }

  protected override shift(mark: Annotation, place: number, to: Point): void {
    const tool = this.marks.store.toolOf(mark.kind);
    if (tool?.more === "trace") {
      this.trace(mark, to);
      return;
    }
    super.shift(mark, place, to);
    mark.points = [...(tool?.settle?.(mark.points, this.marks.measured().details) ?? mark.points)];
  }

  /** An outline grows while it is drawn, and moves as a whole afterwards. */
  private trace(mark: Annotation, to: Point): void {
    const by = { x: to.x - this.last.x, y: to.y - this.last.y };
    if (this.held?.isKept === true) {
      mark.points = mark.points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }));
    } else if (Math.hypot(by.x, by.y) * this.pxPerPixel < TRACE_PX_MIN || mark.points.length >= TRACE_POINTS_MAX) {
      return;
    } else {
      mark.points = [...mark.points, to];
    }
    this.last = to;
  }

  private get pxPerPixel(): number {
    const { matrix } = this.marks.pane.stage;
    return matrix === null ? 1 : Math.hypot(matrix.a, matrix.b);
  }

  protected override finish(): void {
    const { draft } = this.marks;
    if (draft === null || this.kind.question === undefined || !this.marks.isWhole(draft)) {
      this.keep();
      // An outline takes one drag: without enough points it was a slip.
      if (this.kind.more === "trace") {
        this.marks.drop();
      }
    } else {
      void this.write(draft, this.kind.question);
    }
  }

  private keep(): void {
    const { marks } = this;
    const { draft } = marks;
    super.finish();
    if (draft !== null && marks.draft === null) {
      this.events.onMeasured(marks.resultOf(draft));
    }
  }

  private async write(draft: Annotation, question: Question): Promise<void> {
    const { marks } = this;
    const end = draft.points[draft.points.length - 1];
    this.isAsking = true;
    const text = end === undefined ? null : await this.events.ask(question, end, marks);
    this.isAsking = false;
    if (marks.draft === draft && text !== null) {
      draft.text = text;
      this.keep();
    } else if (marks.draft === draft) {
      marks.drop();
    }
  }
}

/** From the point before the last one to the last one. */
function lastLength({ points }: Annotation): number {
  const [a, b] = points.slice(-2);
  return a === undefined || b === undefined ? 0 : Math.hypot(b.x - a.x, b.y - a.y);
}
