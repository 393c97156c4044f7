/**
 * The interface of a measuring tool: everything specific to it. Toolbar, drawing, hits, storage and undo ask the
 * registry for it.
 */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Words } from "../../words.js";
import type { Language } from "../language.js";

/** The measured frame. */
export interface Measured {
  readonly details: FrameDetails;
  /** Null until they arrive. */
  readonly values: FrameValues | null;
  /** The page's words: units, and why a length may not be one in the patient. */
  readonly words: Words;
  readonly language: Language;
}

export interface MeasuringTool {
  /** The name in the session's storage and in `data-tool`; never change it. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  /** How many points each stroke of the hand adds: 1 where it is set down, 2 from there to where it is lifted. */
  readonly strokes: readonly (1 | 2)[];
  /** An image has at most one; a new one replaces it. */
  readonly isSingle?: boolean;
  /** The label on its button, for the frame that is shown. */
  label(language: Language, details: FrameDetails | null): string;
  /** The result. All points are given, in picture pixels. */
  result(points: readonly Point[], measured: Measured): string;
  /** The part of the result to write beside the drawing, if not all of it. */
  beside?(result: string): string;
  /** What to draw besides the points, which are in CSS pixels of the stage, as many as there are so far. */
  draw(points: readonly Point[]): readonly SVGElement[];
}

export function pointsOf({ strokes }: MeasuringTool): number {
  return strokes.reduce<number>((sum, points) => sum + points, 0);
}

/** The stroke that sets the point at this place. */
export function strokeAt({ strokes }: MeasuringTool, place: number): 1 | 2 | null {
  let first = 0;
  for (const points of strokes) {
    first += points;
    if (place < first) {
      return points;
    }
  }
  return null;
}
