/** The black surface with the current picture. */

import type { Picture } from "./picture.js";
import { clamp, fit, FITTED, pan, zoomAt, type Point, type Size, type View } from "./view-geometry.js";

export class Stage {
  private view: View = FITTED;
  private picture: Picture | null = null;

  constructor(
    readonly element: HTMLElement,
    private readonly poster: HTMLImageElement,
    private readonly canvas: HTMLCanvasElement,
  ) {
    new ResizeObserver(() => this.draw()).observe(element);
    poster.addEventListener("error", () => {
      poster.hidden = true;
    });
  }

  get isEnlarged(): boolean {
    return this.view.scale > 1;
  }

  get size(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** Shows a series by its poster until its first picture is there. */
  showPoster(url: string | null): void {
    this.picture = null;
    this.canvas.hidden = true;
    this.poster.hidden = url === null;
    if (url !== null && this.poster.src !== url) {
      this.poster.src = url;
    }
    this.setView(FITTED);
  }

  show(picture: Picture): void {
    this.picture = picture;
    this.canvas.hidden = false;
    this.poster.hidden = true;
    this.draw();
  }

  zoom(factor: number, at: Point = { x: 0, y: 0 }): void {
    this.setView(zoomAt(this.view, factor, at, this.fitted(), this.size));
  }

  pan(by: Point): void {
    this.setView(pan(this.view, by, this.fitted(), this.size));
  }

  resetView(): void {
    this.setView(FITTED);
  }

  /** A point of the window, measured from the centre of the stage. */
  fromCentre(clientX: number, clientY: number): Point {
    const box = this.element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  private setView(view: View): void {
    this.view = view;
    this.element.classList.toggle("is-enlarged", this.isEnlarged);
    this.draw();
  }

  private fitted(): Size {
    return fit(this.picture ?? { width: 0, height: 0 }, this.size);
  }

  private draw(): void {
    const context = this.canvas.getContext("2d", { alpha: false });
    if (this.picture === null || context === null) {
      return;
    }
    const { width, height } = this.size;
    const density = clamp(devicePixelRatio, 1, 3);
    const pixels = { width: Math.round(width * density), height: Math.round(height * density) };
    if (this.canvas.width !== pixels.width || this.canvas.height !== pixels.height) {
      this.canvas.width = pixels.width;
      this.canvas.height = pixels.height;
    }
    const fitted = this.fitted();
    const drawn = { width: fitted.width * this.view.scale, height: fitted.height * this.view.scale };
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, pixels.width, pixels.height);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(
      this.picture.source,
      (width - drawn.width) / 2 + this.view.shift.x,
      (height - drawn.height) / 2 + this.view.shift.y,
      drawn.width,
      drawn.height,
    );
  }
}
