/** What is drawn over a picture: measurements, scale, position. */

import type { Pane } from "../pane.js";
import { fill } from "../page.js";
import { apply, pixelSide, type Point } from "../view-geometry.js";
import type { Words } from "../words.js";
import type { Annotation } from "./annotations.js";
import { make, makeSvg } from "./elements.js";
import { pageLanguage } from "./language.js";
import { wholeScale } from "./measuring/calibration.js";
import { pointsOf } from "./measuring/tool.js";
import { measuringTool } from "./registry.js";
import type { MarkStore } from "./mark-store.js";
import { windowText } from "./presets.js";
import { windowOf } from "../full/look.js";

const HANDLE_PX = 24;
const LINE_PX = 20;
const BAR_SHARE_MAX = 0.3;

export class Marks {
  /** Called when a measurement was added, removed or changed. */
  onChange: (() => void) | null = null;
  cursor: Point | null = null;
  /** The measurement being drawn, until it is finished. */
  draft: Annotation | null = null;
  private readonly svg = makeSvg("svg", { class: "annotations", "aria-hidden": "true" });
  private readonly facts = make("p", { class: "frame-facts" });
  private readonly stop: readonly (() => void)[];

  constructor(
    readonly pane: Pane,
    readonly store: MarkStore,
    private readonly words: Words,
  ) {
    pane.stage.element.append(this.svg, this.facts);
    pane.stage.onDraw.add(() => this.draw());
    const tell = () => this.onChange?.();
    this.stop = [
      store.listen(() => this.changed()),
      pane.listen({ onOpening: () => this.drop(), onFrame: () => this.leave(), onPicture: tell }),
    ];
    pane.stage.redraw();
  }

  close(): void {
    this.stop.forEach((stop) => stop());
  }

  /** The image on the stage. */
  get image(): string | null {
    const { series, index, frame } = this.pane;
    const entry = index?.frames[frame];
    return series === null || entry === undefined
      ? null
      : [series.seriesInstanceUid, entry.sopInstanceUid, String(entry.number ?? 1)].join("/");
  }

  /** The finished ones on the current image. */
  get current(): readonly Annotation[] {
    return this.store.of(this.image);
  }

  begin(kind: string, points: Point[]): Annotation | null {
    const { image } = this;
    this.draft = image === null ? null : this.store.begin(kind, image, points);
    this.changed();
    return this.draft;
  }

  /** Stores the draft if it is complete. */
  finish(): void {
    const { draft } = this;
    if (draft !== null && isWhole(draft)) {
      this.draft = null;
      this.store.add(draft);
    } else {
      this.changed();
    }
  }

  changed(): void {
    this.pane.stage.redraw();
    this.onChange?.();
  }

  /** Drops the draft. */
  drop(): void {
    if (this.draft !== null) {
      this.draft = null;
      this.changed();
    }
  }

  private leave(): void {
    if (this.draft !== null && this.draft.image !== this.image) {
      this.drop();
    }
  }

  /** The end of a measurement under a finger. */
  handleAt(at: Point): { annotation: Annotation; place: number } | null {
    const { matrix } = this.pane.stage;
    for (const annotation of matrix === null ? [] : [...this.current].reverse()) {
      const place = annotation.points.findIndex((point) => {
        const drawn = matrix === null ? point : apply(matrix, point);
        return Math.hypot(drawn.x - at.x, drawn.y - at.y) < HANDLE_PX;
      });
      if (place >= 0) {
        return { annotation, place };
      }
    }
    return null;
  }

  /** Empty while points are missing, and before full quality arrives. */
  resultOf({ kind, points }: Annotation): string {
    const { full, frame } = this.pane;
    const tool = measuringTool(kind);
    if (full === null || tool === null || points.length < pointsOf(tool)) {
      return "";
    }
    const measured = { details: full.details(frame), values: full.values(frame), words: this.words, language: pageLanguage() };
    return tool.result(points, measured);
  }

  private draw(): void {
    this.svg.replaceChildren(...this.drawnAnnotations(), ...this.drawnBar(), ...this.drawnCursor());
    this.drawFacts();
  }

  private *drawnAnnotations(): Generator<Node> {
    const { matrix } = this.pane.stage;
    const drawn = this.draft === null ? this.current : [...this.current, this.draft];
    for (const annotation of matrix === null ? [] : drawn) {
      const points = annotation.points.map((point) => (matrix === null ? point : apply(matrix, point)));
      const last = points[points.length - 1];
      const tool = measuringTool(annotation.kind);
      yield* tool?.draw(points) ?? [];
      for (const { x, y } of points) {
        yield makeSvg("circle", { class: "mark", cx: x, cy: y, r: 5 });
      }
      if (last !== undefined) {
        const text = this.resultOf(annotation);
        yield this.label(last, tool?.beside?.(text) ?? text);
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

  private drawFacts(): void {
    const { full, frame } = this.pane;
    const values = full?.drawn(frame) ?? null;
    const position = full?.details(frame).slicePosition ?? null;
    const window = values === null || values.isColour || values.isPalette ? null : windowOf(values, full?.look ?? never());
    const facts = [
      position === null ? null : fill(this.words.slicePosition, { value: position.toFixed(1) }),
      window === null ? null : windowText(window, this.words),
    ];
    this.facts.textContent = facts.filter((fact) => fact !== null && fact !== "").join("\n");
  }
}

function isWhole({ kind, points }: Annotation): boolean {
  const tool = measuringTool(kind);
  return tool !== null && points.length === pointsOf(tool);
}

function never(): never {
  throw new Error("values come from a full series");
}

/** The largest of 1, 2, 5, 10, 20, 50 … up to `max`. */
export function roundLength(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= max) ?? power;
}
