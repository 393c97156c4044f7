/** A text at a point. */

import { fill } from "../../page.js";
import type { Language, Said } from "../language.js";
import { TEXT_BUTTON, named } from "./buttons.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly question: string; readonly empty: string; readonly long: string }> = {
  vi: { question: "Chữ trên ảnh", empty: "Xin viết vài chữ.", long: "Xin viết không quá {max} ký tự." },
  en: { question: "Text on the image", empty: "Please write something.", long: "Please write at most {max} characters." },
};
/** Longer ones would cover the image. */
const LENGTH_MAX = 120;

export const TEXT: MeasuringTool = {
  ...named(TEXT_BUTTON),
  strokes: [1],
  question: { label: (language) => WORDS[language].question, obstacle: textObstacle(1) },
  result: (_, { text = "" }) => text,
  draw: () => [],
};

/** Whether a text is long enough and not too long. */
export function textObstacle(lengthMin: number): (text: string, language: Language) => string | null {
  return (text, language) => {
    const { empty, long } = WORDS[language];
    return text.trim().length < lengthMin ? empty : text.length > LENGTH_MAX ? fill(long, { max: LENGTH_MAX }) : null;
  };
}
