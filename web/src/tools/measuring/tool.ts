/** A measuring tool, with everything of its own. Toolbar, drawing, hits, storage and undo use the registry. */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Words } from "../../words.js";
import type { Language } from "../language.js";

/** The frame that was measured. */
export interface Measured {
  readonly details: FrameDetails;
  /** Null while they are on their way. */
  readonly values: FrameValues | null;
  /** The page's words: units, and why a length may not be true in the patient. */
  readonly words: Words;
  readonly language: Language;
}

export interface MeasuringTool {
  /** Its name in session storage and in `data-tool`. Never change it. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  /** How many points each stroke adds: 1 where the hand is set down, 2 from there to where it is lifted. */
  readonly strokes: readonly (1 | 2)[];
  /** Whether an image holds only one, which a new one replaces. */
  readonly isSingle?: boolean;
  /** The button's label for the shown frame. */
  label(language: Language, details: FrameDetails | null): string;
  /** The result. All points are there, in picture pixels. */
  result(points: readonly Point[], measured: Measured): string;
  /** The part of the result to show beside the drawing, if that is less. */
  beside?(result: string): string;
  /** What to draw besides the points. They are in CSS pixels of the stage, as many as exist so far. */
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
