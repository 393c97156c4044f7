/** What a measuring tool is: everything that is its own. Toolbar, drawing, hits, storage and undoing ask the registry for it. */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Words } from "../../words.js";
import type { Language } from "../language.js";

/** The frame that something was measured on. */
export interface Measured {
  readonly details: FrameDetails;
  /** Null while they are on their way. */
  readonly values: FrameValues | null;
  /** Of the page: units, and why a length may not be one in the patient. */
  readonly words: Words;
  readonly language: Language;
}

export interface MeasuringTool {
  /** In the session's storage and in `data-tool`; never changed. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  /** How many points each stroke of the hand adds: 1 where it is set down, 2 from there to where it is lifted. */
  readonly strokes: readonly (1 | 2)[];
  /** An image has one of it, which a new one replaces. */
  readonly isSingle?: boolean;
  /** On its button, for the frame that is shown. */
  label(language: Language, details: FrameDetails | null): string;
  /** What was measured. All points are there, in picture pixels. */
  result(points: readonly Point[], measured: Measured): string;
  /** What of the result stands beside the drawing, where that is less. */
  beside?(result: string): string;
  /** What is drawn besides the points; these are in CSS pixels of the stage, as many as there are so far. */
  draw(points: readonly Point[]): readonly SVGElement[];
}

export function pointsOf({ strokes }: MeasuringTool): number {
  return strokes.reduce<number>((sum, points) => sum + points, 0);
}

/** The stroke that sets the point at a place. */
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
