/** How axes and their values are written. */

import type { FramePlace } from "../../read/frame-axes.js";
import type { Language, Said } from "../../tools/language.js";
import type { ShownAxis } from "./volumes.js";

type Names = Readonly<Record<ShownAxis, string>> & { readonly slice: string; readonly toVolume: string };

export const NAMES: Said<Names> = {
  vi: {
    b: "Giá trị b",
    echo: "Thời gian vang (TE)",
    inversion: "Thời gian đảo (TI)",
    flip: "Góc lật",
    phase: "Pha tim",
    gate: "Pha hô hấp",
    temporal: "Thời điểm",
    kind: "Loại ảnh",
    slot: "Khoảng thời gian",
    acquisition: "Lần thu nhận",
    reference: "Thời điểm",
    time: "Giờ thu ảnh",
    repeat: "Lần lặp",
    slice: "Lát {at}/{of}",
    toVolume: "Các bộ lát của loạt ảnh",
  },
  en: {
    b: "b-value",
    echo: "Echo time",
    inversion: "Inversion time",
    flip: "Flip angle",
    phase: "Cardiac phase",
    gate: "Respiratory phase",
    temporal: "Time point",
    kind: "Kind of image",
    slot: "Time slot",
    acquisition: "Acquisition",
    reference: "Time point",
    time: "Acquired at",
    repeat: "Repetition",
    slice: "Slice {at}/{of}",
    toVolume: "Volumes of the series",
  },
};

const NUMBERED: Said<Partial<Readonly<Record<ShownAxis, string>>>> = {
  vi: { temporal: "thời điểm", slot: "khoảng", acquisition: "lần thu", repeat: "lần" },
  en: { temporal: "time point", slot: "slot", acquisition: "acquisition", repeat: "no." },
};

/** The value of a frame on an axis: "b = 1000 s/mm²", "pha 40 %"; `key` is where it stands along it. */
export function valueText(axis: ShownAxis, place: FramePlace, key: string, language: Language): string {
  const value = axis === "repeat" ? key : place.values[axis];
  const phase = language === "vi" ? "pha" : "phase";
  const numbered = NUMBERED[language][axis];
  if (value === null || value === "") {
    return "–";
  }
  if (numbered !== undefined) {
    return `${numbered} ${value}`;
  }
  const short = typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
  switch (axis) {
    case "b":
      return `b = ${short} s/mm²`;
    case "echo":
      return `TE ${short} ms`;
    case "inversion":
      return `TI ${short} ms`;
    case "flip":
      return `${short}°`;
    case "phase":
      return withUnit(`${phase} ${short}`, place.phaseUnit);
    case "gate":
      return withUnit(`${phase} ${short}`, place.gateUnit);
    case "reference":
      return `${Number((Number(value) / 1000).toPrecision(6))} s`;
    case "time":
      return clock(short);
    default:
      return short.replaceAll("\\", " · ");
  }
}

function withUnit(text: string, unit: string | null): string {
  return unit === "percent" ? `${text} %` : unit === "ms" ? `${text} ms` : text;
}

/** The time of day of a date with time, or of a time. */
function clock(value: string): string {
  const time = /(\d{2})(\d{2})(\d{2}(?:\.\d{1,3})?)\d*$/.exec(value.replace(/[+-]\d{4}$/, ""));
  return time === null ? value : `${time[1]}:${time[2]}:${time[3]}`;
}
