/** The value of the pixel under a finger, with its unit. */

import { rgbAt } from "../../full/look.js";
import { fill } from "../../page.js";
import type { Said } from "../language.js";
import { short } from "../presets.js";
import { PROBE_BUTTON, named } from "./buttons.js";
import { unitText } from "./numbers.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly labelCt: string; readonly result: string }> = {
  vi: { labelCt: "Đo HU", result: "{value} (cột {column}, hàng {row})" },
  en: { labelCt: "HU", result: "{value} (column {column}, row {row})" },
};

export const PROBE: MeasuringTool = {
  ...named(PROBE_BUTTON),
  strokes: [1],
  isSingle: true,
  label: (language, details) => (details?.rescale?.unit === "HU" ? WORDS[language].labelCt : PROBE_BUTTON.label[language]),
  result: ([at], { values, words, language, scale }) => {
    if (at === undefined) {
      return "";
    }
    const [column, row] = [Math.floor(at.x), Math.floor(at.y)];
    const colour = values === null ? null : rgbAt(values, column, row);
    const value = values === null || values.isPalette ? null : values.valueAt(column, row);
    const text = colour !== null ? `RGB ${colour.join(" ")}` : value === null ? words.noValue : `${short(value * (scale?.factor ?? 1))} ${unitText(values, words, scale)}`;
    return fill(WORDS[language].result, { value: text.trim(), column: column + 1, row: row + 1 });
  },
  // The mark shows where the value is; the list says it in words.
  beside: (result) => result.replace(/ \(.*/, ""),
  draw: (points) => [polyline(points)],
};
