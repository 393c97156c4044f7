/**
 * The interface of a measuring tool: everything specific to it. Toolbar, drawing, hits, storage and undo ask the
 * registry of their page for it.
 */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Words } from "../../words.js";
import type { Language } from "../language.js";

/** Values in another unit than that of the pack: modality values times a factor, as SUVbw. */
export interface ValueScale {
  readonly unit: string;
  readonly factor: number;
}

/** The measured frame. */
export interface Measured {
  readonly details: FrameDetails;
  /** Null until they arrive. */
  readonly values: FrameValues | null;
  /** The page's words: units, and why a length may not be one in the patient. */
  readonly words: Words;
  readonly language: Language;
  /** What the reader wrote. */
  readonly text?: string;
  readonly scale?: ValueScale | null;
}

/** Where a tool draws, and what it says. */
export interface Scene extends Measured {
  /** In picture pixels. */
  readonly points: readonly Point[];
  /** Maps a point of the picture to CSS pixels of the stage. */
  toStage(point: Point): Point;
}

/** What a tool asks the reader to write, once its points are there. */
export interface Question {
  /** Before the field, in the words of the page. */
  label(language: Language): string;
  /** What stands in the field at first. */
  readonly suggestion?: string;
  /** Why this text cannot be taken; null if it can. */
  obstacle(text: string, language: Language): string | null;
}

export interface MeasuringTool {
  /** The name in the session's storage and in `data-tool`; never change it. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  /** How many points each stroke of the hand adds: 1 where it is set down, 2 from there to where it is lifted. */
  readonly strokes: readonly (1 | 2)[];
  /**
   * Any number of points, and `strokes` only gives the least: along one drag (`trace`), or one with every tap until
   * another tool is chosen (`each`).
   */
  readonly more?: "trace" | "each";
  /** An image has at most one; a new one replaces it. */
  readonly isSingle?: boolean;
  readonly question?: Question;
  /** The label on its button, for the frame that is shown. */
  label(language: Language, details: FrameDetails | null): string;
  /** The points after one was moved by hand: those that must follow do, such as the end of a line square to another. */
  settle?(points: readonly Point[], details: FrameDetails): readonly Point[];
  /** The result. All points are given, in picture pixels. */
  result(points: readonly Point[], measured: Measured): string;
  /** The part of the result to write beside the drawing, if not all of it. */
  beside?(result: string): string;
  /** What to draw besides the points, which are in CSS pixels of the stage, as many as there are so far. */
  draw(points: readonly Point[], scene: Scene): readonly SVGElement[];
}

/** A page's tools by name; null for a name that another page or version may have stored. */
export type ToolRegistry = (name: string) => MeasuringTool | null;

/** The points of a tool, or the least of them. */
export function pointsOf({ strokes }: MeasuringTool): number {
  return strokes.reduce<number>((sum, points) => sum + points, 0);
}

/** Whether a tool has all the points that it needs, and not more than it can have. */
export function isWhole(tool: MeasuringTool, points: number): boolean {
  return tool.more === undefined ? points === pointsOf(tool) : points >= pointsOf(tool);
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
