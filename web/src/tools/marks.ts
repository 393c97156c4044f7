/** What lies over a picture: measurements, sides of the patient, scale, position. */

import type { Pane } from "../pane.js";
import { fill } from "../page.js";
import { apply, pixelSide, type Point } from "../view-geometry.js";
import type { Words } from "../words.js";
import { POINTS, resultOf, type Annotation, type AnnotationKind } from "./annotations.js";
import { make, makeSvg } from "./elements.js";
import { wholeScale } from "./measure.js";
import { edgeLetters } from "./orientation.js";
import { windowText } from "./presets.js";
import { windowOf } from "../full/look.js";

const HANDLE_PX = 24;
const LINE_PX = 20;
const BAR_SHARE_MAX = 0.3;
const EDGES = ["left", "right", "top", "bottom"] as const;

export class Marks {
  /** Called when a measurement came, went or changed. */
  onChange: (() => void) | null = null;
  cursor: Point | null = null;
  private readonly svg = makeSvg("svg", { class: "annotations", "aria-hidden": "true" });
  private readonly letters = EDGES.map((edge) => make("span", { class: `edge edge-${edge}`, "aria-hidden": "true" }));
  private readonly facts = make("p", { class: "frame-facts" });
  private annotations: Annotation[] = [];
  private nextId = 1;
  private isShown = true;

  constructor(
    readonly pane: Pane,
    private readonly words: Words,
  ) {
    pane.stage.element.append(this.svg, ...this.letters, this.facts);
    pane.stage.onDraw = () => this.draw();
    pane.listen({
      onOpening: () => {
        this.annotations = [];
        this.onChange?.();
      },
      onPicture: () => this.onChange?.(),
    });
    pane.stage.redraw();
  }

  /** Those of the frame on the stage. */
  get current(): readonly Annotation[] {
    return this.annotations.filter(({ frame }) => frame === this.pane.frame);
  }

  setShown(isShown: boolean): void {
    this.isShown = isShown;
    this.pane.stage.redraw();
  }

  begin(kind: AnnotationKind, at: Point): Annotation {
    if (kind === "probe") {
      this.annotations = this.annotations.filter((other) => other.kind !== "probe" || other.frame !== this.pane.frame);
    }
    const points = kind === "probe" ? [at] : [at, at];
    const annotation = { id: this.nextId++, kind, frame: this.pane.frame, points };
    this.annotations.push(annotation);
    this.changed();
    return annotation;
  }

  changed(): void {
    this.pane.stage.redraw();
    this.onChange?.();
  }

  remove(id: number | null): void {
    this.annotations = this.annotations.filter((other) => id !== null && other.id !== id);
    this.changed();
  }

  /** Lets go of what a slip of the finger began. */
  drop(annotation: Annotation): void {
    this.remove(annotation.id);
  }

  /** The end of a measurement under a finger. */
  handleAt(at: Point): { annotation: Annotation; place: number } | null {
    const { matrix } = this.pane.stage;
    for (const annotation of matrix === null ? [] : [...this.current].reverse()) {
      const place = annotation.points.findIndex((point) => {
        const drawn = matrix === null ? point : apply(matrix, point);
        return Math.hypot(drawn.x - at.x, drawn.y - at.y) < HANDLE_PX;
      });
      if (place >= 0 && annotation.points.length === POINTS[annotation.kind]) {
        return { annotation, place };
      }
    }
    return null;
  }

  resultOf(annotation: Annotation): string {
    const { full } = this.pane;
    return full === null
      ? ""
      : resultOf(annotation, full.details(annotation.frame), full.values(annotation.frame), this.words);
  }

  private draw(): void {
    const nodes = this.isShown ? [...this.drawnAnnotations(), ...this.drawnBar(), ...this.drawnCursor()] : [];
    this.svg.replaceChildren(...nodes);
    this.drawLetters();
    this.drawFacts();
  }

  private *drawnAnnotations(): Generator<Node> {
    const { matrix } = this.pane.stage;
    for (const annotation of matrix === null ? [] : this.current) {
      const points = annotation.points.map((point) => (matrix === null ? point : apply(matrix, point)));
      const [a, b] = points;
      const last = points[points.length - 1];
      if (annotation.kind === "ellipse" && a !== undefined && b !== undefined) {
        const radius = { rx: Math.abs(b.x - a.x) / 2, ry: Math.abs(b.y - a.y) / 2 };
        yield makeSvg("ellipse", { class: "mark", cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2, ...radius });
      } else {
        yield makeSvg("polyline", { class: "mark", points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
      }
      for (const { x, y } of points) {
        yield makeSvg("circle", { class: "mark", cx: x, cy: y, r: 5 });
      }
      if (last !== undefined) {
        const text = this.resultOf(annotation);
        // The place of a value is where the mark is; the list has it in words.
        yield this.label(last, annotation.kind === "probe" ? text.replace(/ \(.*/, "") : text);
      }
    }
  }

  /** Beside a point, but within the stage. */
  private label({ x, y }: Point, text: string): Node {
    const { width, height } = this.pane.stage.size;
    const isRight = x > width * 0.55;
    const left = isRight ? x - 10 : x + 10;
    const lines = text.split(" · ");
    const top = Math.min(height - LINE_PX * lines.length, Math.max(LINE_PX, y - 10));
    return makeSvg(
      "text",
      { class: "mark-label", "text-anchor": isRight ? "end" : "start" },
      ...lines.map((line, place) => makeSvg("tspan", { x: left, y: top + place * LINE_PX }, line)),
    );
  }

  private *drawnCursor(): Generator<Node> {
    if (this.cursor !== null) {
      const { x, y } = this.cursor;
      yield makeSvg("path", { class: "cursor", d: `M${x - 14} ${y}h28M${x} ${y - 14}v28` });
    }
  }

  /** A bar of 1, 2 or 5 times a power of ten millimetres. */
  private *drawnBar(): Generator<Node> {
    const { stage, full, frame } = this.pane;
    const scale = full === null ? null : wholeScale(full.details(frame));
    if (scale === null || stage.picture === null) {
      return;
    }
    const pxPerMm = pixelSide(stage.view, stage.picture.raster, stage.size) / scale.x;
    const { width, height } = stage.size;
    const millimetres = roundLength((width * BAR_SHARE_MAX) / pxPerMm);
    const [x, y, length] = [12, height - 14, millimetres * pxPerMm];
    yield makeSvg("path", { class: "bar", d: `M${x} ${y - 6}v6h${length}v-6` });
    const unit = millimetres >= 10 ? `${millimetres / 10} cm` : `${millimetres} mm`;
    yield makeSvg("text", { class: "bar-label", x: x + 4, y: y - 10 }, unit);
  }

  private drawLetters(): void {
    const { stage, full, frame } = this.pane;
    const details = full?.details(frame);
    const { rowDirection: row, columnDirection: column } = details ?? { rowDirection: null, columnDirection: null };
    const letters = row != null && column != null && this.isShown ? edgeLetters(row, column, stage.view.turn) : null;
    EDGES.forEach((edge, place) => {
      const span = this.letters[place];
      if (span !== undefined) {
        span.textContent = letters?.[edge] ?? "";
      }
    });
  }

  private drawFacts(): void {
    const { full, frame } = this.pane;
    const values = full?.drawn(frame) ?? null;
    const position = full?.details(frame).slicePosition ?? null;
    const window = values === null || values.isColour || values.isPalette ? null : windowOf(values, full?.look ?? never());
    const facts = [
      position === null ? null : fill(this.words.slicePosition, { value: position.toFixed(1) }),
      window === null ? null : windowText(window, this.words),
    ];
    this.facts.textContent = this.isShown ? facts.filter((fact) => fact !== null).join("\n") : "";
  }
}

function never(): never {
  throw new Error("values come from a full series");
}

/** The largest of 1, 2, 5, 10, 20, 50 … that is not larger than `max`. */
export function roundLength(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= max) ?? power;
}
