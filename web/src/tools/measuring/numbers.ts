/** Numbers, units and caveats, as all tools write them. */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Words } from "../../words.js";
import type { Language, Said } from "../language.js";
import { short } from "../presets.js";
import type { Caveat } from "./calibration.js";
import type { ValueScale } from "./tool.js";

/** The unit of values, or that of the scale in which they are given. */
export function unitText(values: FrameValues | null, words: Words, scale: ValueScale | null = null): string {
  const unit = scale?.unit ?? values?.unit ?? "";
  return words.units[unit] ?? unit;
}

export function withCaveat(text: string, caveat: Caveat | null, words: Words): string {
  const names: Readonly<Record<Caveat, string>> = {
    uncalibrated: words.uncalibrated,
    "at-detector": words.atDetector,
    "by-geometry": words.byGeometry,
    "by-fiducial": words.byFiducial,
    "on-film": words.onFilm,
    "by-hand": words.byHand ?? "",
  };
  return caveat === null ? text : `${text} (${names[caveat]})`;
}

const WIDTHS: Said<string> = { vi: "bề rộng điểm ảnh", en: "pixel widths" };

/** A length in pixels that are not square is one in their widths, whichever way it goes. */
export function lengthUnit(unit: string, { aspect }: Pick<FrameDetails, "aspect">, language: Language): string {
  return unit === "px" && aspect !== 1 ? WIDTHS[language] : unit;
}

/** Small values, as in a diffusion map, would otherwise be rounded to zero. */
export function measured(value: number): string {
  return value !== 0 && Math.abs(value) < 0.1 ? short(value) : decimal(value);
}

export function decimal(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
