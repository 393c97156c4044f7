/** Names vertebrae: the first one is written, every tap names the next. */

import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import { makeSvg } from "../elements.js";
import type { Said } from "../language.js";
import { SPINE_BUTTON, named } from "./buttons.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly question: string; readonly obstacle: string }> = {
  vi: { question: "Tên đốt sống đầu tiên", obstacle: "Xin ghi C1 đến C7, T1 đến T12 (hoặc D1 đến D12), L1 đến L5, S1 đến S5." },
  en: { question: "Name of the first vertebra", obstacle: "Please write C1 to C7, T1 to T12, L1 to L5 or S1 to S5." },
};
const PARTS: readonly (readonly [string, number])[] = [["C", 7], ["T", 12], ["L", 5], ["S", 5]];
/** From the head to the feet. */
const VERTEBRAE = PARTS.flatMap(([letter, count]) => Array.from({ length: count }, (_, place) => `${letter}${place + 1}`));
/** A point beyond the last vertebra. */
const UNNAMED = "?";
const BESIDE_PX = 10;

/** Its points: the vertebrae, one after the other. */
export const SPINE: MeasuringTool = {
  ...named(SPINE_BUTTON),
  strokes: [1],
  more: "each",
  question: {
    label: (language) => WORDS[language].question,
    suggestion: "L5",
    obstacle: (text, language) => (vertebra(text) === null ? WORDS[language].obstacle : null),
  },
  result: (points, { details, text = "" }) => vertebraeAt(details, points, text).join(", "),
  beside: () => "",
  draw: (points, { details, text = "", points: inPicture }) => {
    const names = vertebraeAt(details, inPicture, text);
    const labels = points.map(({ x, y }, place) => makeSvg("text", { class: "mark-label", x: x + BESIDE_PX, y: y + BESIDE_PX / 2 }, names[place] ?? ""));
    return [polyline(points), ...labels];
  },
};

/** A vertebra by its name; the thoracic ones have two letters. Null for anything else. */
function vertebra(text: string): number | null {
  const place = VERTEBRAE.indexOf(text.trim().toUpperCase().replace(/^D/, "T"));
  return place < 0 ? null : place;
}

/** The names of the vertebrae at these points, of which the first one is given. */
export function vertebraeAt(details: FrameDetails, points: readonly Point[], first: string): readonly string[] {
  const start = vertebra(first);
  const [a, b] = points;
  const step = a !== undefined && b !== undefined && isTowardsHead(details, a, b) ? -1 : 1;
  return points.map((_, place) => (start === null ? "" : (VERTEBRAE[start + place * step] ?? UNNAMED)));
}

/** By the patient's axes if the image has them, else by the picture, whose top is taken to be the head. */
function isTowardsHead({ rowDirection, columnDirection, spacing, aspect }: FrameDetails, from: Point, to: Point): boolean {
  const [across, down] = [to.x - from.x, (to.y - from.y) * (spacing === null ? aspect : spacing.rowMm / spacing.columnMm)];
  const up = rowDirection === null || columnDirection === null ? 0 : rowDirection[2] * across + columnDirection[2] * down;
  return up === 0 ? down < 0 : up > 0;
}
