/** An arrow, with a text if the reader writes one. */

import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { polyline } from "./shapes.js";
import { textObstacle } from "./text.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly label: string; readonly question: string }> = {
  vi: { label: "Mũi tên", question: "Chữ bên mũi tên (có thể để trống)" },
  en: { label: "Arrow", question: "Text beside the arrow (may be empty)" },
};
const HEAD_PX = 14;
const HEAD_ANGLE = Math.PI / 7;

/** Its points: the tip, then the other end. */
export const ARROW: MeasuringTool = {
  name: "arrow",
  icon: "M5 19 19 5M5 19v-7M5 19h7",
  strokes: [2],
  question: { label: (language) => WORDS[language].question, obstacle: textObstacle(0) },
  label: (language) => WORDS[language].label,
  result: (_, { text = "", language }) => text || WORDS[language].label,
  beside: (result) => (Object.values(WORDS).some(({ label }) => label === result) ? "" : result),
  draw: ([tip, end]) => (tip === undefined || end === undefined ? [] : [polyline([end, tip]), polyline(headOf(tip, end))]),
};

function headOf(tip: Point, end: Point): readonly Point[] {
  const direction = Math.atan2(end.y - tip.y, end.x - tip.x);
  const side = (turn: number) => ({ x: tip.x + HEAD_PX * Math.cos(direction + turn), y: tip.y + HEAD_PX * Math.sin(direction + turn) });
  return [side(HEAD_ANGLE), tip, side(-HEAD_ANGLE)];
}
