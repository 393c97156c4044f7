/** The cardiothoracic ratio: the width of the heart over that of the chest inside the ribs. */

import { fill } from "../../page.js";
import type { Said } from "../language.js";
import { settled } from "./axes.js";
import { axesOf } from "./bidirectional.js";
import { CARDIOTHORACIC_BUTTON, named } from "./buttons.js";
import { decimal, withCaveat } from "./numbers.js";
import { lines } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly result: string; readonly widths: string }> = {
  vi: { result: "Chỉ số tim – lồng ngực {ratio}", widths: "Tim {heart} {unit} · Lồng ngực {chest} {unit}" },
  en: { result: "Cardiothoracic ratio {ratio}", widths: "Heart {heart} {unit} · Chest {chest} {unit}" },
};

/** Its points: both ends of one width, then of the other, which is parallel. The wider one is that of the chest. */
export const CARDIOTHORACIC: MeasuringTool = {
  ...named(CARDIOTHORACIC_BUTTON),
  strokes: [2, 2],
  settle: (points, details) => settled(points, details, "parallel"),
  result: (points, { details, words, language }) => {
    const found = axesOf(details, points);
    if (found === null || found.long === 0) {
      return "";
    }
    const { long, short, unit, caveat } = found;
    const widths = fill(WORDS[language].widths, { heart: decimal(short), chest: decimal(long), unit });
    // Both lie at about one distance from the detector, so that the ratio holds without a calibration.
    return `${fill(WORDS[language].result, { ratio: (short / long).toFixed(2) })} · ${withCaveat(widths, caveat, words)}`;
  },
  draw: lines,
};
