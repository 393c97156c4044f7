/** What a renderer gets to draw, and what it returns. */

import type { FrameValues } from "./frame-values.js";
import type { Look } from "./look.js";

/** A part of a frame in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a frame. Each drawn pixel is the mean of `step` × `step` pixels of the frame. */
export interface Drawing {
  readonly values: FrameValues;
  readonly look: Look;
  readonly box: Box;
  readonly step: number;
}

/** The drawing, at the top left of a canvas that the renderer owns. Use it at once. */
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
