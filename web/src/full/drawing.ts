/** What a renderer is asked to draw, and what it returns. */

import type { FrameValues } from "./frame-values.js";
import type { Look } from "./look.js";

/** A part of a frame in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a frame; each pixel is the mean of `step` × `step` pixels of the frame. */
export interface Drawing {
  readonly values: FrameValues;
  readonly look: Look;
  readonly box: Box;
  readonly step: number;
}

/** The drawing, at the top left of a canvas that belongs to the renderer; use it at once. */
export interface Drawn {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface Renderer {
  readonly name: string;
  /** Null if it cannot draw this one. */
  draw(drawing: Drawing): Drawn | null;
}
