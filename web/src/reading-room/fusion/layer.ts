/** Lays a stack over the image on one pane. */

import { make } from "../../tools/elements.js";
import { clamp } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";
import { imageOnPane, type ImageOnPane } from "../objects/plane.js";
import { colourise, type Shades } from "./overlay.js";
import type { PetStack } from "./pet-stack.js";
import { resample, slicesFor } from "./resample.js";

/** What is laid over, and how. */
export interface Laid {
  readonly seriesInstanceUid: string;
  readonly stack: PetStack;
  readonly shades: Shades;
  readonly label: string;
  /** What the colours reach to, with its unit. */
  readonly scale: string;
}

/** Larger images get fewer values than pixels: a PET has far fewer. */
const SIDE_MAX = 512;

export class FusionLayer {
  private readonly canvas = document.createElement("canvas");
  /** What the canvas holds. */
  private drawn: { readonly image: ImageOnPane; readonly laid: Laid; readonly isWhole: boolean } | null = null;
  private values: { readonly image: ImageOnPane; readonly stack: PetStack; readonly isWhole: boolean; readonly data: Float32Array<ArrayBuffer>; readonly columns: number; readonly rows: number } | null = null;
  private readonly stop: () => void;
  /** Beside what is said of the image: a picture of two series names both. */
  private readonly name = make("span", { class: "fusion-name", hidden: true });
  private readonly scale = make("span", { class: "fusion-scale", hidden: true });

  constructor(
    readonly pane: RoomPane,
    private readonly laidOn: (pane: RoomPane) => Laid | null,
  ) {
    const draw = () => this.draw();
    pane.stage.element.querySelector(".pane-foot")?.prepend(this.name, this.scale);
    pane.stage.onDraw.add(draw);
    this.stop = () => pane.stage.onDraw.delete(draw);
  }

  /** The image on the pane that something can be laid over. */
  get image(): ImageOnPane | null {
    const { pane, content } = this.pane;
    return pane.index === null || content !== null ? null : imageOnPane(pane.index.frames, pane.frame);
  }

  /** The value laid over a pixel of the picture; null where there is none. */
  valueAt(column: number, row: number): number | null {
    const { values, image } = this;
    if (values === null || values.image !== image || image === null || this.laidOn(this.pane)?.stack !== values.stack) {
      return null;
    }
    const [x, y] = [Math.floor((column * values.columns) / image.columns), Math.floor((row * values.rows) / image.rows)];
    const isInside = x >= 0 && y >= 0 && x < values.columns && y < values.rows;
    const value = isInside ? (values.data[y * values.columns + x] ?? Number.NaN) : Number.NaN;
    return Number.isNaN(value) ? null : value;
  }

  close(): void {
    this.stop();
    this.name.remove();
    this.scale.remove();
    this.values = this.drawn = null;
    this.pane.stage.redraw();
  }

  /** After the stage has drawn the picture, on the same canvas. */
  private draw(): void {
    const { stage } = this.pane;
    const { image } = this;
    const laid = this.laidOn(this.pane);
    const { matrix } = stage;
    const context = stage.canvas.getContext("2d", { alpha: false });
    if (laid === null || image === null || matrix === null || context === null || image.plane === null) {
      this.tell(null);
      return;
    }
    this.prepare(image, laid);
    const isDrawn = this.drawn?.image === image;
    this.tell(isDrawn ? laid : null);
    if (isDrawn) {
      const density = clamp(devicePixelRatio, 1, 3);
      const { a, b, c, d, e, f } = matrix;
      context.setTransform(density * a, density * b, density * c, density * d, density * e, density * f);
      context.imageSmoothingQuality = "low";
      context.drawImage(this.canvas, 0, 0, this.canvas.width, this.canvas.height, 0, 0, image.columns, image.rows);
    }
  }

  private tell(laid: Laid | null): void {
    this.name.hidden = this.scale.hidden = laid === null;
    this.name.textContent = laid === null ? "" : `+ ${laid.label}`;
    this.scale.textContent = laid === null ? "" : laid.scale;
  }

  private prepare(image: ImageOnPane, laid: Laid): void {
    const { plane } = image;
    if (plane === null) {
      return;
    }
    const { stack } = laid;
    if (!(this.values?.image === image && this.values.stack === stack && this.values.isWhole)) {
      const step = Math.max(1, Math.ceil(Math.max(image.columns, image.rows) / SIDE_MAX));
      const [columns, rows] = [Math.ceil(image.columns / step), Math.ceil(image.rows / step)];
      // The centre of the coarser pixels.
      const size = { columns, rows };
      const target = step === 1 ? plane : coarser(plane, image.columns / columns, image.rows / rows);
      const needed = slicesFor(target, size, stack.slices);
      stack.want(needed);
      this.values = { image, stack, isWhole: stack.isReady(needed), data: resample(target, size, stack.slices, (slice) => stack.values(slice)), columns, rows };
    }
    const { values, drawn } = this;
    if (!(drawn?.image === image && drawn.laid === laid && drawn.isWhole === values.isWhole && values.isWhole)) {
      this.canvas.width = values.columns;
      this.canvas.height = values.rows;
      this.canvas.getContext("2d")?.putImageData(new ImageData(colourise(values.data, laid.shades), values.columns, values.rows), 0, 0);
      this.drawn = { image, laid, isWhole: values.isWhole };
    }
  }
}

/** The same plane in larger pixels; its origin stays the centre of the first one. */
function coarser(plane: NonNullable<ImageOnPane["plane"]>, x: number, y: number): NonNullable<ImageOnPane["plane"]> {
  const along = (axis: number) => (plane.origin[axis] ?? 0) + ((plane.row[axis] ?? 0) * plane.columnMm * (x - 1)) / 2 + ((plane.column[axis] ?? 0) * plane.rowMm * (y - 1)) / 2;
  return { ...plane, origin: [along(0), along(1), along(2)], columnMm: plane.columnMm * x, rowMm: plane.rowMm * y };
}
