/** Ultrasound over time: the velocity at a point of a Doppler spectrum, and the slope between two points. */

import { fill } from "../../page.js";
import type { FrameDetails, Region } from "../../read/frame-details.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { named, SLOPE_BUTTON, VELOCITY_BUTTON } from "./buttons.js";
import { regionAround } from "./calibration.js";
import { UNITS } from "./length.js";
import { decimal } from "./numbers.js";
import { polyline } from "./shapes.js";
import type { MeasuringTool, Scene } from "./tool.js";

interface Texts {
  readonly value: string;
  readonly frequency: string;
  readonly slopeOf: string;
  readonly elsewhere: string;
  readonly notOverTime: string;
  readonly noZero: string;
  readonly zeroOutside: string;
}

const WORDS: Said<Texts> = {
  vi: {
    value: "Vận tốc {value}",
    frequency: "Độ lệch tần số {value}",
    slopeOf: "Δt {time} s · Δ {change} · {slope}",
    elsewhere: "Không nằm trong vùng phổ Doppler có thang đo",
    notOverTime: "Hai điểm không nằm trong một vùng có trục thời gian",
    noZero: "Ảnh không ghi vị trí đường zero, chỉ đo được độ chênh",
    zeroOutside: "Đường zero ghi trong ảnh nằm ngoài vùng phổ, chỉ đo được độ chênh",
  },
  en: {
    value: "Velocity {value}",
    frequency: "Frequency shift {value}",
    slopeOf: "Δt {time} s · Δ {change} · {slope}",
    elsewhere: "Not in a Doppler spectrum with a scale",
    notOverTime: "The two points are not in one region with an axis of time",
    noZero: "The image does not say where zero is; only differences can be measured",
    zeroOutside: "Zero, as the image says, is outside of the spectrum; only differences can be measured",
  },
};
/** Codes of PS3.3 C.8.5.5.1.15. */
const [CENTIMETRES, SECONDS, HERTZ, CM_PER_SECOND] = [3, 4, 5, 7];

/** Its point: anywhere in a spectrum. The line of no velocity is drawn, to be compared with that in the picture. */
export const VELOCITY: MeasuringTool = {
  ...named(VELOCITY_BUTTON),
  strokes: [1],
  result: ([at], { details, language }) => {
    const words = WORDS[language];
    const found = at === undefined ? null : velocityAt(details, at);
    if (found === null || typeof found === "string") {
      return words[found ?? "elsewhere"];
    }
    return fill(words[found.unit === "Hz" ? "frequency" : "value"], { value: `${decimal(found.value)} ${found.unit}` });
  },
  draw: (_, { details, points: [at], toStage }: Scene) => {
    const region = at === undefined ? null : spectrumAround(details, at);
    const zero = region === null ? null : zeroOf(region);
    if (at === undefined || region === null || zero === null || typeof zero === "string" || zero < region.y0 || zero > region.y1 + 1) {
      return [];
    }
    const line = polyline([toStage({ x: region.x0, y: zero }), toStage({ x: region.x1 + 1, y: zero })]);
    line.setAttribute("stroke-dasharray", "6 4");
    return [line, polyline([toStage({ x: at.x, y: zero }), toStage(at)])];
  },
};

/** Its points: two of a curve, such as a valve's in M mode, or the fall of a velocity. */
export const SLOPE: MeasuringTool = {
  ...named(SLOPE_BUTTON),
  strokes: [2],
  result: ([a, b], { details, language }) => {
    const words = WORDS[language];
    const found = a === undefined || b === undefined ? null : slopeBetween(details, a, b);
    if (found === null) {
      return words.notOverTime;
    }
    const { seconds, change, unit, slope, slopeUnit } = found;
    const text = slope === null ? "" : `${decimal(slope)} ${slopeUnit}`;
    return fill(words.slopeOf, { time: decimal(seconds), change: `${decimal(change)} ${unit}`, slope: text }).replace(/ · $/, "");
  },
  draw: (points) => [polyline(points)],
};

export interface Velocity {
  readonly value: number;
  /** Frequency where the device did not calculate velocities. */
  readonly unit: "cm/s" | "Hz";
}

/** The velocity at a point of a spectrum, with the sign that the image gives it; else what is missing. */
export function velocityAt(details: FrameDetails, at: Point): Velocity | "elsewhere" | "noZero" | "zeroOutside" {
  const region = spectrumAround(details, at);
  if (region === null) {
    return "elsewhere";
  }
  const zero = zeroOf(region);
  return typeof zero === "string" ? zero : { value: (at.y - zero) * region.deltaY, unit: region.unitY === HERTZ ? "Hz" : "cm/s" };
}

function spectrumAround({ regions }: FrameDetails, at: Point): Region | null {
  const region = regionAround(regions, [at]);
  const isSpectrum = region !== null && region.unitX === SECONDS && [HERTZ, CM_PER_SECOND].includes(region.unitY);
  return isSpectrum && region.deltaY !== 0 ? region : null;
}

/**
 * The height in the picture of no velocity. The middle of the reference row, which counts from the top of its region, has the
 * reference value (PS3.3 C.8.5.5.1.16). Some devices count the row from the top of the picture instead. That is noticed when
 * it is then outside of the region, where a reader could not check it either.
 */
function zeroOf({ y0, y1, deltaY, referenceY, referenceValueY }: Region): number | "noZero" | "zeroOutside" {
  if (referenceY === null) {
    return "noZero";
  }
  return referenceY < 0 || y0 + referenceY > y1 ? "zeroOutside" : y0 + referenceY + 0.5 - referenceValueY / deltaY;
}

export interface Slope {
  readonly seconds: number;
  /** In `unit`; positive towards higher values. */
  readonly change: number;
  readonly unit: string;
  /** Per second; null where no time passes. */
  readonly slope: number | null;
  readonly slopeUnit: string;
}

/** From the earlier point to the later one; null unless both are in one region whose axis is time. */
export function slopeBetween({ regions }: FrameDetails, a: Point, b: Point): Slope | null {
  const region = regionAround(regions, [a, b]);
  if (region === null || region.unitX !== SECONDS || ![CENTIMETRES, HERTZ, CM_PER_SECOND].includes(region.unitY)) {
    return null;
  }
  const [time, rise] = [(b.x - a.x) * region.deltaX, (b.y - a.y) * region.deltaY];
  const change = time < 0 ? -rise : rise;
  const seconds = Math.abs(time);
  const unit = UNITS[region.unitY] ?? "";
  const slopeUnit = region.unitY === CM_PER_SECOND ? "cm/s²" : `${unit}/s`;
  return { seconds, change, unit, slope: seconds === 0 ? null : change / seconds, slopeUnit };
}
