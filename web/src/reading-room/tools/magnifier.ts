/** A lens: the picture around the pointer, drawn from its own pixels at a multiple of its size. */

import type { StageTool } from "../../stage.js";
import { make } from "../../tools/elements.js";
import { clamp, compose, type Point } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";

const SIDE_PX = 240;
const FACTOR = 2.5;

export class Magnifier implements StageTool {
  readonly takesKeys = true;
  private readonly lens = make("canvas", { class: "lens", "aria-hidden": "true" });

  constructor(private readonly pane: RoomPane) {}

  down(at: Point): void {
    this.pane.stage.element.append(this.lens);
    this.draw(at);
  }

  move(at: Point): void {
    this.draw(at);
  }

  up(): void {
    this.lens.remove();
  }

  cancel(): void {
    this.lens.remove();
  }

  private draw({ x, y }: Point): void {
    const { stage } = this.pane;
    const { matrix, picture } = stage;
    const density = clamp(devicePixelRatio, 1, 3);
    const pixels = Math.round(SIDE_PX * density);
    this.lens.width = this.lens.height = pixels;
    this.lens.style.left = `${x - SIDE_PX / 2}px`;
    this.lens.style.top = `${y - SIDE_PX / 2}px`;
    const context = this.lens.getContext("2d", { alpha: false });
    if (matrix === null || picture === null || context === null) {
      return;
    }
    const factor = FACTOR * density;
    const around = { a: factor, b: 0, c: 0, d: factor, e: pixels / 2 - factor * x, f: pixels / 2 - factor * y };
    context.imageSmoothingQuality = "high";
    picture.paint(context, compose(around, matrix), { width: pixels, height: pixels });
  }
}
