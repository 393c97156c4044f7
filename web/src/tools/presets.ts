/** Windows to choose from. */

import type { Window } from "../read/frame-details.js";
import type { FrameValues } from "../full/frame-values.js";
import { spanning } from "../full/window.js";
import type { Words } from "../words.js";

export interface Preset {
  readonly label: string;
  /** Null for the windows in the file. */
  readonly window: Window | null;
}

/** Usual windows of computed tomography, in Hounsfield units. */
const CT: readonly (readonly [Exclude<keyof Words, "reportStatus" | "reportWords" | "moment" | "units" | "byHand">, number, number])[] = [
  ["presetLung", -600, 1500],
  ["presetMediastinum", 50, 350],
  ["presetAbdomen", 40, 400],
  ["presetBone", 400, 1800],
  ["presetBrain", 40, 80],
  ["presetVessels", 200, 600],
];

/** The file's windows first, then the modality's, then the full range. */
export function presetsOf(values: FrameValues | null, modality: string, words: Words): readonly Preset[] {
  const recorded = values?.details.presets ?? [];
  const named = recorded.map((window) => ({ label: window.name ?? windowText(window, words, windowUnit(values, words)), window }));
  const usual = modality === "CT" && (values === null || values.unit === "HU") ? CT : [];
  const whole = values === null ? [] : [{ label: words.presetRange, window: spanning(...values.modalityRange) }];
  return [
    { label: words.presetDefault, window: null },
    ...named,
    ...usual.map(([word, center, width]) => ({ label: words[word], window: linear(center, width) })),
    ...whole,
  ];
}

/** A picture with a single value has no window. */
export function windowText({ center, width }: Pick<Window, "center" | "width">, words: Pick<Words, "windowValues">, unit = ""): string {
  const text = words.windowValues.replace("{c}", inWindow(center, width)).replace("{w}", inWindow(width, width));
  return width === 0 ? "" : `${text} ${unit}`.trim();
}

/** The unit of a window; everybody knows that of a CT, and that of most others is none. */
export function windowUnit(values: Pick<FrameValues, "unit"> | null, words: Pick<Words, "units">): string {
  const unit = values?.unit ?? "";
  return ["HU", "US"].includes(unit) ? "" : (words.units[unit] ?? unit);
}

/** With as many digits as matter in a window of this width: a hundredth of it. */
function inWindow(value: number, width: number): string {
  const decimals = Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(width)))));
  const rounded = Number(value.toFixed(decimals));
  return Math.max(Math.abs(rounded), Math.abs(width)) >= 1e7 || Math.abs(width) < 0.001 ? short(value) : String(rounded + 0);
}

/** A number in five digits, or all digits before the point; a fraction stays visible. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) {
    return String(value);
  }
  if (size < 0.001 || size >= 1e7) {
    return value.toExponential(3);
  }
  const decimals = Math.max(0, 4 - Math.floor(Math.log10(size)));
  const least = size < 1 ? 3 : size < 10 ? 2 : 1;
  const needed = String(Number(value.toFixed(decimals))).split(".")[1]?.length ?? 0;
  return value.toFixed(Math.max(least, needed));
}

function linear(center: number, width: number): Window {
  return { center, width, function: "LINEAR", name: null };
}
