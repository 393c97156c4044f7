/** An arrow, with a text if the reader writes one. */

import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { ARROW_BUTTON, named } from "./buttons.js";
import { polyline } from "./shapes.js";
import { textObstacle } from "./text.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly question: string }> = {
  vi: { question: "Chữ bên mũi tên (có thể để trống)" },
  en: { question: "Text beside the arrow (may be empty)" },
};
const HEAD_PX = 14;
const HEAD_ANGLE = Math.PI / 7;

/** Its points: the tip, then the other end. */
export const ARROW: MeasuringTool = {
  ...named(ARROW_BUTTON),
  strokes: [2],
  question: { label: (language) => WORDS[language].question, obstacle: textObstacle(0) },
  result: (_, { text = "", language }) => text || ARROW_BUTTON.label[language],
  beside: (result) => (Object.values(ARROW_BUTTON.label).includes(result) ? "" : result),
  draw: ([tip, end]) => (tip === undefined || end === undefined ? [] : [polyline([end, tip]), polyline(headOf(tip, end))]),
};

function headOf(tip: Point, end: Point): readonly Point[] {
  const direction = Math.atan2(end.y - tip.y, end.x - tip.x);
  const side = (turn: number) => ({ x: tip.x + HEAD_PX * Math.cos(direction + turn), y: tip.y + HEAD_PX * Math.sin(direction + turn) });
  return [side(HEAD_ANGLE), tip, side(-HEAD_ANGLE)];
}
