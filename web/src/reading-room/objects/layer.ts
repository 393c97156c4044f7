/** Draws over one pane what was chosen of others. */

import { makeSvg } from "../../tools/elements.js";
import type { Shutter } from "../../read/shutter.js";
import { apply, type Matrix, type Point, type Size } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";
import { imageOnPane, type ImageOnPane } from "./plane.js";
import type { Label, Shape } from "./shapes.js";

const MARK_PX = 6;
const LINE_PX = 17;
const LABEL_GAP_PX = 6;
/** About as wide as a letter is on average. */
const LETTER_PX = 7.5;

/** Where a label stands on the stage. */
interface Box {
  readonly left: number;
  top: number;
  readonly width: number;
  readonly height: number;
}

/** What to draw on an image. */
export interface LayerContent {
  shapesOn(image: ImageOnPane): readonly Shape[];
  shutterOf(image: ImageOnPane): Shutter | null;
}

export class ObjectLayer {
  private readonly cover = svg("shutters");
  private readonly drawing = svg("objects");
  private readonly stop: () => void;

  constructor(
    readonly pane: RoomPane,
    private readonly content: LayerContent,
  ) {
    const { stage } = pane;
    stage.canvas.after(this.cover);
    stage.element.append(this.drawing);
    const draw = () => this.draw();
    stage.onDraw.add(draw);
    this.stop = () => stage.onDraw.delete(draw);
    this.draw();
  }

  /** The image on the pane; null while it shows none, or something else than frames. */
  get image(): ImageOnPane | null {
    const { pane, content } = this.pane;
    const { index, frame } = pane;
    return index === null || content !== null ? null : imageOnPane(index.frames, frame);
  }

  draw(): void {
    const { stage } = this.pane;
    const { matrix, size } = stage;
    const { image } = this;
    const isEmpty = matrix === null || image === null || stage.picture === null;
    const shutter = isEmpty ? null : this.content.shutterOf(image);
    this.cover.replaceChildren(...(isEmpty || shutter === null ? [] : drawnShutter(shutter, matrix, size, image)));
    const taken: Box[] = [];
    this.drawing.replaceChildren(...(isEmpty ? [] : this.content.shapesOn(image).flatMap((shape) => drawnShape(shape, matrix, taken))));
  }

  close(): void {
    this.stop();
    this.cover.remove();
    this.drawing.remove();
  }
}

function svg(kind: string): SVGSVGElement {
  return makeSvg("svg", { class: `annotations ${kind}`, "aria-hidden": "true" });
}

function path(points: readonly Point[], isClosed: boolean): string {
  return `M${points.map(({ x, y }) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}${isClosed ? "Z" : ""}`;
}

function drawnShape({ lines, marks, isClosed, isFilled, colour, label }: Shape, matrix: Matrix, taken: Box[]): readonly Node[] {
  const drawn: Node[] = [];
  const d = lines.map((line) => path(line.map((point) => apply(matrix, point)), isClosed)).join("");
  if (d !== "") {
    const fill = isFilled && isClosed ? { fill: colour, "fill-opacity": 0.35 } : {};
    // A dark rim keeps it visible on white.
    drawn.push(makeSvg("path", { d, stroke: "#000", "stroke-opacity": 0.6, "stroke-width": 3.5 }), makeSvg("path", { d, stroke: colour, "stroke-width": 1.75, ...fill }));
  }
  for (const mark of marks) {
    const { x, y } = apply(matrix, mark);
    drawn.push(makeSvg("path", { d: `M${x - MARK_PX} ${y}h${2 * MARK_PX}M${x} ${y - MARK_PX}v${2 * MARK_PX}`, stroke: colour }));
  }
  if (label !== null) {
    drawn.push(drawnLabel(label, colour, matrix, taken));
  }
  return drawn;
}

/** In the box, or beside the point; further down where another one already stands. */
function drawnLabel({ text, at, to, anchor }: Label, colour: string, matrix: Matrix, taken: Box[]): Node {
  const lines = text.split(/\r?\n/);
  const [a, b] = [apply(matrix, at), to === null ? null : apply(matrix, to)];
  const [left, right] = b === null ? [a.x + LABEL_GAP_PX, a.x + LABEL_GAP_PX] : [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const x = anchor === "start" ? left : anchor === "end" ? right : (left + right) / 2;
  const width = Math.max(...lines.map((line) => line.length)) * LETTER_PX;
  const box = { left: anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2, top: b === null ? a.y - LINE_PX : Math.min(a.y, b.y), width, height: lines.length * LINE_PX };
  while (taken.some((other) => overlap(other, box))) {
    box.top += LINE_PX / 2;
  }
  taken.push(box);
  const spans = lines.map((line, place) => makeSvg("tspan", { x, y: box.top + (place + 0.8) * LINE_PX }, line));
  return makeSvg("text", { class: "object-label", fill: colour, stroke: "#000", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", "text-anchor": anchor }, ...spans);
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}

/** Each shape covers what lies outside of it. */
function drawnShutter({ rectangle, circle, polygon, colour }: Shutter, matrix: Matrix, { width, height }: Size, image: ImageOnPane): readonly Node[] {
  const holes: (readonly Point[])[] = [];
  if (rectangle !== null) {
    const [left, top, right, bottom] = rectangle;
    holes.push([{ x: left, y: top }, { x: right, y: top }, { x: right, y: bottom }, { x: left, y: bottom }]);
  }
  if (circle !== null) {
    const shape = image.plane === null ? 1 : image.plane.rowMm / image.plane.columnMm;
    holes.push(Array.from({ length: 180 }, (_, step) => {
      const angle = (Math.PI * step) / 90;
      return { x: circle.x + circle.radius * Math.cos(angle), y: circle.y + (circle.radius / shape) * Math.sin(angle) };
    }));
  }
  if (polygon.length > 2) {
    holes.push(polygon);
  }
  const all = `M0 0H${width}V${height}H0Z`;
  return holes.map((hole) => makeSvg("path", { d: all + path(hole.map((point) => apply(matrix, point)), true), fill: colour, "fill-rule": "evenodd" }));
}
