/** What a PET image says about its tracer, its decay and its patient (PS3.3 C.8.9.1, C.8.9.2, C.7.2.2). */

import type { Attributes } from "./attributes.js";

export interface PetHeader {
  readonly modality: string;
  readonly units: string | null;
  /** What `GML` means: `BW` by body weight, or another one; null is by body weight. */
  readonly suvType: string | null;
  readonly corrections: readonly string[];
  /** `START`, `ADMIN`, `NONE`. */
  readonly decayCorrection: string | null;
  readonly weightKg: number | null;
  readonly doseBq: number | null;
  readonly halfLifeS: number | null;
  /** How many tracers are named. */
  readonly tracers: number;
  /** Date and time in seconds, or null; all count from the same moment. */
  readonly injection: number | null;
  /** In seconds since midnight, if only the time is told. */
  readonly injectionTime: number | null;
  readonly series: number | null;
  readonly acquisition: number | null;
  /** From the reference time of the series to the middle of what was counted. */
  readonly frameReferenceS: number | null;
  readonly frameDurationS: number | null;
  /** When General Electric's scanner began (0009,100D of GEMS_PETD_01). */
  readonly scanOfGe: number | null;
  /** SUV by body weight per count, of Philips (7053,1000 of "Philips PET Private Group"). */
  readonly suvPerCount: number | null;
  /** Becquerel per millilitre per count, of Philips (7053,1009). */
  readonly activityPerCount: number | null;
}

const PHILIPS = "Philips PET Private Group";
const GE = "GEMS_PETD_01";

export function readPetHeader(file: Attributes): PetHeader {
  const tracers = file.items("00540016");
  const [tracer] = tracers;
  const zone = file.text("00080201");
  const whole = tracer?.text("00181078") ?? null;
  const only = tracer?.text("00181072") ?? null;
  return {
    modality: file.text("00080060") ?? "",
    units: file.text("00541001"),
    suvType: file.text("00541006"),
    corrections: file.texts("00280051"),
    decayCorrection: file.text("00541102"),
    weightKg: file.number("00101030"),
    doseBq: tracer?.number("00181074") ?? null,
    halfLifeS: tracer?.number("00181075") ?? null,
    tracers: tracers.length,
    injection: whole === null ? null : moment(whole.slice(0, 8), whole.slice(8), zone),
    injectionTime: only === null ? null : clock(only),
    series: moment(file.text("00080021"), file.text("00080031"), null),
    acquisition: moment(file.text("00080022"), file.text("00080032"), null) ?? dateTime(file.text("0008002A"), zone),
    frameReferenceS: milliseconds(file.number("00541300")),
    frameDurationS: milliseconds(file.number("00181242")),
    scanOfGe: dateTime(own(file, "0009", "0D", GE), zone),
    suvPerCount: numberOf(own(file, "7053", "00", PHILIPS)),
    activityPerCount: numberOf(own(file, "7053", "09", PHILIPS)),
  };
}

/** A private element, if its block belongs to this creator (PS3.5 7.8.1). */
function own(file: Attributes, group: string, element: string, creator: string): string | null {
  const block = Array.from({ length: 0xf0 }, (_, place) => (place + 0x10).toString(16).toUpperCase().padStart(2, "0")).find(
    (digits) => file.text(`${group}00${digits}`)?.trim() === creator,
  );
  return block === undefined ? null : file.text(group + block + element);
}

function dateTime(text: string | null, zone: string | null): number | null {
  return text === null ? null : moment(text.slice(0, 8), text.slice(8), zone);
}

/** An offset of its own counts only where the file says that of its other times; else all are local. */
function moment(date: string | null, time: string | null, zone: string | null): number | null {
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? "");
  const seconds = clock(time ?? "");
  if (day === null || seconds === null) {
    return null;
  }
  const offset = /[+-]\d{4}$/.exec(time ?? "")?.[0] ?? null;
  const shift = offset === null || zone === null ? 0 : minutes(offset) - minutes(zone);
  return Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) / 1000 + seconds - shift * 60;
}

/** `HHMMSS.FFFFFF` with at least minutes (PS3.5 6.2). */
function clock(text: string): number | null {
  const parts = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?(?:[+-]\d{4})?\s*$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3] ?? 0);
}

function minutes(offset: string): number {
  const sign = offset.startsWith("-") ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5)));
}

function milliseconds(value: number | null): number | null {
  return value === null ? null : value / 1000;
}

function numberOf(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
