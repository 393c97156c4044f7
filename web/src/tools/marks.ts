/** What is drawn over a picture: measurements, scale, position. */

import type { Pane } from "../pane.js";
import { fill } from "../page.js";
import type { FrameValues } from "../full/frame-values.js";
import { NOTHING_KNOWN, type FrameDetails, type Window } from "../read/frame-details.js";
import { apply, pixelSide, type Point } from "../view-geometry.js";
import type { Words } from "../words.js";
import type { Annotation } from "./annotations.js";
import { make, makeSvg } from "./elements.js";
import { pageLanguage } from "./language.js";
import { wholeScale } from "./measuring/calibration.js";
import { isWhole, type Measured } from "./measuring/tool.js";
import type { MarkStore } from "./mark-store.js";
import { windowText, windowUnit } from "./presets.js";
import { windowOf } from "../full/look.js";

const HANDLE_PX = 24;
const LINE_PX = 20;
const BAR_SHARE_MAX = 0.3;

/** What is on the stage in place of a frame, such as a plane through the series. */
export interface Subject {
  /** What its measurements are kept under. */
  readonly image: string;
  readonly details: FrameDetails;
  readonly values: FrameValues | null;
}

/** What a measurement was made of, and what it says. */
interface Result {
  readonly inputs: readonly unknown[];
  readonly text: string;
}

export class Marks {
  /** Called when a measurement was added, removed or changed. */
  onChange: (() => void) | null = null;
  cursor: Point | null = null;
  /** The measurement being drawn, until it is finished. */
  draft: Annotation | null = null;
  /** What a page knows of a frame besides its index, such as a calibration by hand. */
  refine: ((measured: Measured) => Measured) | null = null;
  /** Null while the stage shows frames. */
  subject: Subject | null = null;
  private readonly results = new WeakMap<Annotation, Result>();
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
    if (this.subject !== null) {
      return this.subject.image;
    }
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
    if (draft !== null && this.isWhole(draft)) {
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

  /** The end of a measurement under a finger, `reach` CSS pixels wide. */
  handleAt(at: Point, reach = HANDLE_PX): { annotation: Annotation; place: number } | null {
    const { matrix } = this.pane.stage;
    for (const annotation of matrix === null ? [] : [...this.current].reverse()) {
      const place = annotation.points.findIndex((point) => {
        const drawn = matrix === null ? point : apply(matrix, point);
        return Math.hypot(drawn.x - at.x, drawn.y - at.y) < reach;
      });
      if (place >= 0) {
        return { annotation, place };
      }
    }
    return null;
  }

  /** Empty while points are missing, and before full quality arrives. */
  resultOf(mark: Annotation): string {
    const tool = this.store.toolOf(mark.kind);
    if (tool === null || (this.subject ?? this.pane.full) === null || !this.isWhole(mark)) {
      return "";
    }
    const measured = this.measured(mark);
    // Drawing asks for it again and again, and a large region has many values.
    const inputs = [...mark.points, mark.text, measured.details, measured.values, measured.scale];
    const known = this.results.get(mark);
    if (known !== undefined && known.inputs.length === inputs.length && inputs.every((input, place) => input === known.inputs[place])) {
      return known.text;
    }
    const text = tool.result(mark.points, measured);
    this.results.set(mark, { inputs, text });
    return text;
  }

  /** The frame on the stage, as measured; its values may have to be read back from the graphics processor, so only on demand. */
  measured({ text }: Pick<Annotation, "text"> = {}, withValues = true): Measured {
    const { subject, pane: { full, frame } } = this;
    const details = subject?.details ?? full?.details(frame) ?? NOTHING_KNOWN;
    const values = withValues ? (subject === null ? full?.values(frame) : subject.values) ?? null : null;
    const known = { details, values, words: this.words, language: pageLanguage() };
    const measured = text === undefined ? known : { ...known, text };
    return this.refine?.(measured) ?? measured;
  }

  isWhole({ kind, points }: Annotation): boolean {
    const tool = this.store.toolOf(kind);
    return tool !== null && isWhole(tool, points.length);
  }

  private draw(): void {
    this.svg.replaceChildren(...this.drawnAnnotations(), ...this.drawnBar(), ...this.drawnCursor());
    this.drawFacts();
  }

  private *drawnAnnotations(): Generator<Node> {
    const { matrix } = this.pane.stage;
    const drawn = this.draft === null ? this.current : [...this.current, this.draft];
    for (const mark of matrix === null ? [] : drawn) {
      const toStage = (point: Point) => (matrix === null ? point : apply(matrix, point));
      const points = mark.points.map(toStage);
      const last = points[points.length - 1];
      const tool = this.store.toolOf(mark.kind);
      yield* tool?.draw(points, { ...this.measured(mark), points: mark.points, toStage }) ?? [];
      for (const { x, y } of tool?.more === "trace" ? [] : points) {
        yield makeSvg("circle", { class: "mark", cx: x, cy: y, r: 5 });
      }
      if (last !== undefined) {
        const text = this.resultOf(mark);
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
    const { stage } = this.pane;
    const scale = wholeScale(this.measured({}, false).details);
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

  /** In the scale in which values are given, such as SUVbw. */
  private windowText({ center, width }: Window, values: FrameValues | null): string {
    const scale = this.measured({}, false).scale ?? null;
    const { factor, unit } = scale ?? { factor: 1, unit: windowUnit(values, this.words) };
    return windowText({ center: center * factor, width: width * factor }, this.words, unit);
  }

  private drawFacts(): void {
    const { full, frame } = this.pane;
    if (this.subject !== null) {
      // They are of a frame that is not seen.
      this.facts.textContent = "";
      return;
    }
    const values = full?.drawn(frame) ?? null;
    const position = full?.details(frame).slicePosition ?? null;
    const window = values === null || values.isColour || values.isPalette ? null : windowOf(values, full?.look ?? never());
    const facts = [
      position === null ? null : fill(this.words.slicePosition, { value: position.toFixed(1) }),
      window === null ? null : this.windowText(window, values),
    ];
    this.facts.textContent = facts.filter((fact) => fact !== null && fact !== "").join("\n");
  }
}

function never(): never {
  throw new Error("values come from a full series");
}

/** The largest of 1, 2, 5, 10, 20, 50 … up to `max`. */
export function roundLength(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= max) ?? power;
}
