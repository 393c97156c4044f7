/** A length; in a Doppler region of an ultrasound image, a time and a speed. */

import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { LENGTH_BUTTON, named } from "./buttons.js";
import { distanceBetween, isInCentimetres, regionAround, type Caveat, type Quantity } from "./calibration.js";
import { decimal, lengthUnit, withCaveat } from "./numbers.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly result: string }> = {
  vi: { result: "Dài {value}" },
  en: { result: "Length {value}" },
};

export interface Length {
  /** One distance; or, if the axes have different units (time and speed), one along each. */
  readonly quantities: readonly Quantity[];
  readonly caveat: Caveat | null;
}

/** Physical units of ultrasound regions (PS3.3 C.8.5.5.1.15). */
export const UNITS: Readonly<Record<number, string>> = { 1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s" };

export const LENGTH: MeasuringTool = {
  ...named(LENGTH_BUTTON),
  strokes: [2],
  result: ([a, b], { details, words, language }) => {
    if (a === undefined || b === undefined) {
      return "";
    }
    const { quantities, caveat } = lengthBetween(details, a, b);
    const value = quantities.map(({ value, unit }) => `${decimal(value)} ${lengthUnit(unit, details, language)}`).join(" · ");
    return withCaveat(fill(WORDS[language].result, { value }), caveat, words);
  },
  draw: (points) => [polyline(points)],
};

export function lengthBetween(details: FrameDetails, a: Point, b: Point): Length {
  const region = regionAround(details.regions, [a, b]);
  if (region !== null && !isInCentimetres(region)) {
    const along = (by: number, delta: number, unit: number): readonly Quantity[] =>
      UNITS[unit] === undefined ? [] : [{ value: Math.abs(by * delta), unit: UNITS[unit] }];
    const quantities = [
      ...along(b.x - a.x, region.deltaX, region.unitX),
      ...along(b.y - a.y, region.deltaY, region.unitY),
    ];
    if (quantities.length > 0) {
      return { quantities, caveat: null };
    }
  }
  const { caveat, ...distance } = distanceBetween(details, a, b);
  return { quantities: [distance], caveat };
}
