/** What is drawn over a plane: the lines of the other planes, sides of the patient, and what the reader must know of it. */

import { vec3 } from "gl-matrix";
import type { Stage } from "../../stage.js";
import { make, makeSvg } from "../../tools/elements.js";
import { edgeLetters } from "../../tools/orientation.js";
import { apply, type Matrix, type Point } from "../../view-geometry.js";
import { cutDirection, type Crosshair } from "./crosshair.js";
import { PLANES, rasterPoint, type PlaneRaster } from "./plane.js";
import type { PlaneName } from "./commands.js";

/** The line in which another plane cuts this one, in CSS pixels of the stage. */
export interface CutLine {
  readonly plane: PlaneName;
  /** Unit vector. */
  readonly direction: Point;
  /** Where a hand can turn it. */
  readonly handles: readonly Point[];
}

/** The crosshair as it lies on the stage. */
export interface CrossShape {
  readonly centre: Point;
  readonly lines: readonly CutLine[];
}

const HANDLE_SHARE = 0.36;
const HANDLE_RADIUS_PX = 6;
/** Around the point that is looked at nothing is drawn. */
const FREE_RADIUS_PX = 14;
const EDGES = ["left", "right", "top", "bottom"] as const;

export function crossShape(stage: Stage, matrix: Matrix, raster: PlaneRaster, crosshair: Crosshair, plane: PlaneName): CrossShape {
  const centre = apply(matrix, rasterPoint(raster, crosshair.point));
  const { width, height } = stage.size;
  const reach = HANDLE_SHARE * Math.min(width, height);
  const lines = PLANES.filter((name) => name !== plane).map((name) => {
    const cut = cutDirection(crosshair.bases[plane], crosshair.bases[name]);
    const [x, y] = [vec3.dot(cut, raster.basis.right), vec3.dot(cut, raster.basis.down)];
    const along = { x: matrix.a * x + matrix.c * y, y: matrix.b * x + matrix.d * y };
    const length = Math.hypot(along.x, along.y) || 1;
    const direction = { x: along.x / length, y: along.y / length };
    const handles = [-reach, reach].map((by) => ({ x: centre.x + direction.x * by, y: centre.y + direction.y * by }));
    return { plane: name, direction, handles };
  });
  return { centre, lines };
}

export class PlaneOverlay {
  private readonly svg = makeSvg("svg", { class: "plane-lines", "aria-hidden": "true" });
  private readonly letters = EDGES.map((edge) => make("span", { class: `plane-letter plane-${edge}`, "aria-hidden": "true" }));
  private readonly notes = make("p", { class: "plane-notes", role: "status" });

  constructor(private readonly stage: Stage) {
    stage.element.append(this.svg, ...this.letters, this.notes);
  }

  /** `hasHandles`: a hand can turn the lines now. */
  draw(raster: PlaneRaster, shape: CrossShape, slabMm: number, hasHandles: boolean): void {
    const { matrix } = this.stage;
    if (matrix === null) {
      return;
    }
    const sides = edgeLetters(raster.basis.right, raster.basis.down, this.stage.view.turn);
    EDGES.forEach((edge, place) => setText(this.letters[place], sides[edge]));
    const mmPx = Math.hypot(matrix.a, matrix.b) / raster.mm;
    this.svg.replaceChildren(...shape.lines.flatMap((line) => this.drawnLine(shape.centre, line, (slabMm * mmPx) / 2, hasHandles)));
  }

  say(notes: readonly string[]): void {
    setText(this.notes, notes.join(" · "));
    this.notes.hidden = notes.length === 0;
  }

  close(): void {
    [this.svg, ...this.letters, this.notes].forEach((element) => element.remove());
  }

  private drawnLine(centre: Point, { plane, direction, handles }: CutLine, halfPx: number, hasHandles: boolean): SVGElement[] {
    const { width, height } = this.stage.size;
    const far = width + height;
    const part = (from: number, to: number, aside: number, name: string) =>
      makeSvg("line", {
        class: `plane-line plane-line-${plane} ${name}`,
        x1: centre.x + direction.x * from - direction.y * aside,
        y1: centre.y + direction.y * from + direction.x * aside,
        x2: centre.x + direction.x * to - direction.y * aside,
        y2: centre.y + direction.y * to + direction.x * aside,
      });
    const slab = halfPx > 1 ? [-halfPx, halfPx].map((aside) => part(-far, far, aside, "is-slab")) : [];
    const grips = hasHandles ? handles.map(({ x, y }) => makeSvg("circle", { class: `plane-grip plane-line-${plane}`, cx: x, cy: y, r: HANDLE_RADIUS_PX })) : [];
    return [part(-far, -FREE_RADIUS_PX, 0, ""), part(FREE_RADIUS_PX, far, 0, ""), ...slab, ...grips];
  }
}

function setText(element: HTMLElement | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) {
    element.textContent = text;
  }
}
