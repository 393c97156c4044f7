/**
 * Standardized uptake value by body weight, as QIBA's profile of FDG-PET/CT computes it: the activity concentration
 * times the body weight, over the dose that was left at the time to which the image's decay was corrected. Where a file
 * does not allow it, the answer is the reason: no value is guessed.
 */

import type { PetHeader } from "../../read/pet-header.js";

export type SuvRefusal =
  | "no-units"
  | "counts"
  | "other-suv"
  | "not-corrected"
  | "no-weight"
  | "implausible-weight"
  | "no-dose"
  | "implausible-dose"
  | "several-tracers"
  | "no-half-life"
  | "no-decay-correction"
  | "no-injection-time"
  | "no-scan-time"
  | "times-contradict"
  | "instances-contradict";

/** SUVbw in g/ml = modality value × factor. */
export type Suv = { readonly factor: number } | { readonly refusal: SuvRefusal };

const DAY_S = 86_400;
/** Without a date, an injection the evening before is believed only for a night. */
const OVER_MIDNIGHT_S_MAX = 12 * 3600;
/** With a longer half-life, in seconds, a time of day without a date could belong to any day. */
const HALF_LIFE_OF_ONE_DAY_MAX = 6 * 3600;
/** Nobody is scanned when a thousandth is left. */
const HALF_LIVES_MAX = 10;
/** No PET is made with less: a smaller number is in MBq or kBq, whatever PS3.3 C.8.9.2 asks for. */
const DOSE_BQ_MIN = 1e6;
const WEIGHT_KG_MAX = 650;
/** Clocks that say the same differ by less, in seconds. */
const SAME_TIME_S = 60;

export function suvFactor(header: PetHeader): Suv {
  const { units, suvType, suvPerCount, activityPerCount } = header;
  switch (units) {
    case "GML":
      return suvType === null || suvType === "BW" ? { factor: 1 } : { refusal: "other-suv" };
    case "BQML":
      return perBecquerel(header, 1);
    case "CNTS":
      if (suvPerCount !== null && suvPerCount > 0) {
        return { factor: suvPerCount };
      }
      return activityPerCount !== null && activityPerCount > 0 ? perBecquerel(header, activityPerCount) : { refusal: "counts" };
    default:
      return { refusal: "no-units" };
  }
}

function perBecquerel(header: PetHeader, becquerel: number): Suv {
  const { corrections, weightKg, doseBq, tracers } = header;
  if (!corrections.includes("ATTN") || !corrections.includes("DECY")) {
    return { refusal: "not-corrected" };
  }
  if (weightKg === null || weightKg <= 0) {
    return { refusal: "no-weight" };
  }
  if (weightKg > WEIGHT_KG_MAX) {
    return { refusal: "implausible-weight" };
  }
  if (tracers > 1) {
    return { refusal: "several-tracers" };
  }
  if (doseBq === null || doseBq <= 0) {
    return { refusal: "no-dose" };
  }
  if (doseBq < DOSE_BQ_MIN) {
    return { refusal: "implausible-dose" };
  }
  const left = shareLeft(header);
  return typeof left === "string" ? { refusal: left } : { factor: (becquerel * weightKg * 1000) / (doseBq * left) };
}

/** Which part of the dose is left at the time to which the values refer. */
function shareLeft(header: PetHeader): number | SuvRefusal {
  const { decayCorrection, halfLifeS } = header;
  if (decayCorrection === "ADMIN") {
    return 1;
  }
  if (decayCorrection !== "START") {
    return "no-decay-correction";
  }
  if (halfLifeS === null || halfLifeS <= 0) {
    return "no-half-life";
  }
  const scan = scanStart(header, halfLifeS);
  if (typeof scan === "string") {
    return scan;
  }
  const seconds = sinceInjection(header, scan, halfLifeS);
  if (typeof seconds === "string") {
    return seconds;
  }
  return seconds > HALF_LIVES_MAX * halfLifeS ? "times-contradict" : 2 ** (-seconds / halfLifeS);
}

/**
 * The time to which decay was corrected. A series time after the acquisition, or beside none, may be that of a later reconstruction and
 * says nothing: then the scanner's own note, or what the frame reference time leads back to.
 */
function scanStart({ series, acquisition, scanOfGe, frameReferenceS, frameDurationS }: PetHeader, halfLifeS: number): number | SuvRefusal {
  if (series !== null && acquisition !== null && series <= acquisition) {
    return series;
  }
  if (scanOfGe !== null) {
    return scanOfGe;
  }
  if (acquisition === null) {
    return "no-scan-time";
  }
  if (frameReferenceS === null || frameReferenceS <= 0 || frameDurationS === null || frameDurationS <= 0) {
    return "times-contradict";
  }
  const decay = Math.LN2 / halfLifeS;
  const during = decay * frameDurationS;
  const middle = Math.log(during / (1 - Math.exp(-during))) / decay;
  return acquisition - frameReferenceS + middle;
}

function sinceInjection({ injection, injectionTime }: PetHeader, scan: number, halfLifeS: number): number | SuvRefusal {
  if (injection !== null) {
    const isSameTime = injectionTime === null || apart(injection, injectionTime) <= SAME_TIME_S;
    return isSameTime && injection <= scan ? scan - injection : "times-contradict";
  }
  if (injectionTime === null) {
    return "no-injection-time";
  }
  if (halfLifeS > HALF_LIFE_OF_ONE_DAY_MAX) {
    return "no-injection-time";
  }
  const seconds = (((scan - injectionTime) % DAY_S) + DAY_S) % DAY_S;
  const isOverMidnight = seconds > ((scan % DAY_S) + DAY_S) % DAY_S;
  return isOverMidnight && seconds > OVER_MIDNIGHT_S_MAX ? "times-contradict" : seconds;
}

/** How far two times of day are apart, whatever their dates. */
function apart(a: number, b: number): number {
  const seconds = (((a - b) % DAY_S) + DAY_S) % DAY_S;
  return Math.min(seconds, DAY_S - seconds);
}
