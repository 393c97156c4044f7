/** The black surface with the current picture. */

import {
  apply,
  clamp,
  compose,
  FITTED,
  invert,
  pan,
  pixelSide,
  toStage,
  zoomAt,
  type Matrix,
  type Point,
  type Raster,
  type Size,
  type View,
} from "./view-geometry.js";

/** Something that can be drawn, quick or in full quality. */
export interface Shown {
  readonly raster: Raster;
  readonly quality: "preview" | "full";
  /** The image had lossy compression when it arrived. */
  readonly isLossy?: boolean;
  /** Draws into a canvas of `canvas` pixels; `matrix` maps picture pixels to canvas pixels. */
  paint(context: CanvasRenderingContext2D, matrix: Matrix, canvas: Size): void;
}

/** What a finger or the left mouse button does instead of going through the images; points count from the top left. */
export interface StageTool {
  /** Whether the arrow keys belong to it. */
  readonly takesKeys: boolean;
  down(at: Point): void;
  move(at: Point, by: Point): void;
  up(at: Point): void;
  /** A second finger came down: cancel what was begun. */
  cancel(): void;
}

export class Stage {
  tool: StageTool | null = null;
  /** Called after each drawing, for what is drawn over the picture. */
  readonly onDraw = new Set<() => void>();
  /** Called when the view was changed by hand. */
  onView: ((view: View) => void) | null = null;
  private current: View = FITTED;
  private shown: Shown | null = null;
  private drawing = 0;

  constructor(
    readonly element: HTMLElement,
    private readonly poster: HTMLImageElement,
    readonly canvas: HTMLCanvasElement,
  ) {
    new ResizeObserver(() => {
      // After a device was turned, no part of the picture is out of reach.
      this.current = pan(this.current, { x: 0, y: 0 }, this.raster, this.size);
      this.draw();
    }).observe(element);
    poster.addEventListener("error", () => {
      poster.hidden = true;
    });
  }

  get view(): View {
    return this.current;
  }

  get picture(): Shown | null {
    return this.shown;
  }

  get isEnlarged(): boolean {
    return this.current.scale > 1;
  }

  get size(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** Maps picture pixels to CSS pixels of the stage; null while nothing is shown. */
  get matrix(): Matrix | null {
    return this.shown === null ? null : toStage(this.current, this.shown.raster, this.size);
  }

  /** Shows the poster of a series until its first picture arrives. */
  showPoster(url: string | null): void {
    this.shown = null;
    this.canvas.hidden = true;
    this.poster.hidden = url === null;
    if (url !== null && this.poster.src !== url) {
      this.poster.src = url;
    }
    this.setView(FITTED);
  }

  /** Whether the poster is visible, once that is known. */
  async hasPoster(): Promise<boolean> {
    return !this.poster.hidden && this.poster.decode().then(() => true, () => false);
  }

  /** Shows nothing: what was there is not what is wanted. */
  blank(): void {
    this.shown = null;
    this.canvas.hidden = this.poster.hidden = true;
    delete this.element.dataset["quality"];
    this.onDraw.forEach((told) => told());
  }

  /** Draws the first picture of a quality at once, as it is said to be shown; others with the next frame of the screen, the newest then. */
  show(shown: Shown, isAtOnce = this.canvas.hidden || this.element.dataset["quality"] !== shown.quality): void {
    this.shown = shown;
    this.canvas.hidden = false;
    this.poster.hidden = true;
    this.element.dataset["quality"] = shown.quality;
    if (isAtOnce) {
      this.draw();
    } else {
      this.redraw();
    }
  }

  zoom(factor: number, at: Point = { x: 0, y: 0 }): void {
    this.change((view, raster, size) => zoomAt(view, factor, at, raster, size));
  }

  pan(by: Point): void {
    this.change((view, raster, size) => pan(view, by, raster, size));
  }

  /** Fits the picture, keeping its rotation. */
  fit(): void {
    this.change(({ turn }) => ({ ...FITTED, turn }));
  }

  resetView(): void {
    this.change(() => FITTED);
  }

  /** Takes over the view of another stage. */
  setView(view: View): void {
    this.current = view;
    this.element.classList.toggle("is-enlarged", this.isEnlarged);
    this.redraw();
  }

  /** Width of a picture in pixels of the screen, at the current enlargement. */
  screenColumns(raster: Raster | undefined): number {
    return raster === undefined ? 0 : pixelSide(this.current, raster, this.size) * raster.columns * devicePixelRatio;
  }

  /** A point of the window, measured from the centre of the stage. */
  fromCentre(clientX: number, clientY: number): Point {
    const box = this.element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  /** The picture pixel (with fraction) at a point of the stage. */
  toPicture(at: Point): Point | null {
    const { matrix } = this;
    return matrix === null ? null : apply(invert(matrix), at);
  }

  /** Draws with the next frame of the screen, once for all requests until then. */
  redraw(): void {
    if (this.drawing === 0) {
      this.drawing = requestAnimationFrame(() => this.draw());
    }
  }

  private get raster(): Raster {
    return this.shown?.raster ?? { columns: 0, rows: 0, aspect: 1 };
  }

  /** Changes the view by hand. */
  change(step: (view: View, raster: Raster, size: Size) => View): void {
    this.setView(step(this.current, this.raster, this.size));
    this.onView?.(this.current);
  }

  private draw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = 0;
    const context = this.canvas.getContext("2d", { alpha: false });
    const { width, height } = this.size;
    if (this.shown === null || context === null || width === 0 || height === 0) {
      return;
    }
    const density = clamp(devicePixelRatio, 1, 3);
    const pixels = { width: Math.round(width * density), height: Math.round(height * density) };
    if (this.canvas.width !== pixels.width || this.canvas.height !== pixels.height) {
      this.canvas.width = pixels.width;
      this.canvas.height = pixels.height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, pixels.width, pixels.height);
    context.imageSmoothingQuality = "high";
    const toDevice = { a: density, b: 0, c: 0, d: density, e: 0, f: 0 };
    this.shown.paint(context, compose(toDevice, toStage(this.current, this.shown.raster, this.size)), pixels);
    this.onDraw.forEach((told) => told());
  }
}
