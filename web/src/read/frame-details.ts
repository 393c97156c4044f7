/** What the index says about a frame, as needed for measuring and full quality. Anything may be missing. */

import { isCount, list, number, numbers, object, text } from "./json.js";
import type { Frame, Span } from "./series-index.js";

export type SampleType = "unsigned" | "signed" | "float";

/** Position and format of a frame's bit-exact samples in the pack. */
export interface Diagnostic extends Span {
  readonly mediaType: string;
  readonly photometric: string;
  readonly samplesPerPixel: number;
  readonly bitsPerSample: number;
  readonly sampleType: SampleType;
  /** Prefixes that decode to smaller pictures, ascending; the last one is the whole. Empty if there are none. */
  readonly resolutions: readonly Resolution[];
}

/** This many bytes of a frame give a picture of this size. */
export interface Resolution {
  readonly columns: number;
  readonly rows: number;
  readonly length: number;
}

/**
 * Modality value = stored value × slope + intercept. A slope of 0 is a writer's default: no value is a measurement, and
 * the picture and its windows are those of a slope of 1.
 */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
  readonly unit: string | null;
}

export type VoiFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly function: VoiFunction;
  readonly name: string | null;
}

export interface Spacing {
  readonly rowMm: number;
  readonly columnMm: number;
  readonly source: string;
}

/** A bitmap over the picture; `row` and `column` count from 1 and may be outside. */
export interface Overlay extends Span {
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly column: number;
}

/** Digital subtraction (PS3.3 C.7.6.10). */
export interface Mask {
  readonly frames: readonly number[];
  readonly shift: readonly [row: number, column: number];
  readonly isDefault: boolean;
  readonly window: Window | null;
}

/** A calibrated part of an ultrasound image (PS3.3 C.8.5.5). Units are the codes of C.8.5.5.1.15. */
export interface Region {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly unitX: number;
  readonly unitY: number;
  readonly deltaX: number;
  readonly deltaY: number;
  /** A row whose value is known, from the top of the region (C.8.5.5.1.16). */
  readonly referenceY: number | null;
  /** What that row stands for, in units of Y: in most spectra it is no velocity. */
  readonly referenceValueY: number;
}

export type Triple = readonly [number, number, number];

export interface FrameDetails {
  readonly rows: number;
  readonly columns: number;
  readonly diagnostic: Diagnostic | null;
  readonly photometric: string;
  readonly rescale: Rescale | null;
  readonly modalityLut: number | null;
  readonly voiLut: number | null;
  readonly palette: number | null;
  readonly window: Window | null;
  readonly presets: readonly Window[];
  readonly padding: readonly [number, number] | null;
  /** The stored image is not all that was acquired: it was once compressed with loss. */
  readonly isLossy: boolean;
  readonly spacing: Spacing | null;
  readonly aspect: number;
  readonly position: Triple | null;
  readonly rowDirection: Triple | null;
  readonly columnDirection: Triple | null;
  readonly slicePosition: number | null;
  readonly frameOfReferenceUid: string | null;
  readonly overlays: readonly Overlay[];
  readonly mask: Mask | null;
  readonly regions: readonly Region[];
}

export function frameDetails({ raw: json, rows, columns, aspect }: Pick<Frame, "raw" | "rows" | "columns" | "aspect">): FrameDetails {
  const raw = object(json) ?? {};
  const orientation = numbers(raw["orientation"], 6);
  const padding = numbers(raw["padding"], 2);
  const place = (name: string) => (isCount(raw[name]) ? raw[name] : null);
  return {
    rows,
    columns,
    aspect,
    diagnostic: diagnostic(raw["diagnostic"], text(raw["photometric_interpretation"])),
    photometric: text(raw["photometric_interpretation"]) ?? "MONOCHROME2",
    rescale: rescale(raw["rescale"]),
    modalityLut: place("modality_lut"),
    voiLut: place("voi_lut"),
    palette: place("palette"),
    window: parseWindow(raw["window"]),
    presets: list(raw["presets"]).map(parseWindow).filter((window) => window !== null),
    padding: padding === null ? null : [padding[0] ?? 0, padding[1] ?? 0],
    isLossy: raw["is_lossy"] === true,
    spacing: spacing(raw["spacing"]),
    position: triple(numbers(raw["position"], 3), 0),
    rowDirection: triple(orientation, 0),
    columnDirection: triple(orientation, 3),
    slicePosition: number(raw["slice_position"]),
    frameOfReferenceUid: text(raw["frame_of_reference_uid"]),
    overlays: list(raw["overlays"]).map(overlay).filter((plane) => plane !== null),
    mask: mask(raw["mask"]),
    regions: list(raw["regions"]).map(region).filter((found) => found !== null),
  };
}

/** For a frame that is not in the index. */
export const NOTHING_KNOWN: FrameDetails = frameDetails({ raw: null, rows: 0, columns: 0, aspect: 1 });

function diagnostic(json: unknown, stored: string | null): Diagnostic | null {
  const entry = object(json);
  const [offset, length] = [number(entry?.["offset"]), number(entry?.["length"])];
  const sampleType = text(entry?.["sample_type"]) ?? "unsigned";
  if (entry === null || offset === null || length === null) {
    return null;
  }
  return {
    offset,
    length,
    mediaType: text(entry["media_type"]) ?? "",
    photometric: text(entry["photometric_interpretation"]) ?? stored ?? "MONOCHROME2",
    samplesPerPixel: number(entry["samples_per_pixel"]) ?? 1,
    bitsPerSample: number(entry["bits_per_sample"]) ?? 16,
    sampleType: sampleType === "signed" || sampleType === "float" ? sampleType : "unsigned",
    resolutions: list(entry["resolutions"]).map(resolution).filter((found) => found !== null),
  };
}

function resolution(json: unknown): Resolution | null {
  const entry = object(json);
  const [columns, rows, length] = [entry?.["width"], entry?.["height"], entry?.["length"]].filter(isCount);
  return columns === undefined || rows === undefined || length === undefined ? null : { columns, rows, length };
}

function rescale(json: unknown): Rescale | null {
  const entry = object(json);
  const slope = number(entry?.["slope"]);
  if (entry === null || slope === null) {
    return null;
  }
  return { slope, intercept: number(entry["intercept"]) ?? 0, unit: text(entry["unit"]) };
}

function parseWindow(json: unknown): Window | null {
  const entry = object(json);
  const [center, width] = [number(entry?.["center"]), number(entry?.["width"])];
  if (entry === null || center === null || width === null) {
    return null;
  }
  const name = text(entry["function"]);
  const voi = name === "SIGMOID" || name === "LINEAR_EXACT" ? name : "LINEAR";
  return { center, width, function: voi, name: text(entry["name"]) };
}

function spacing(json: unknown): Spacing | null {
  const entry = object(json);
  const [rowMm, columnMm] = [number(entry?.["row_mm"]), number(entry?.["column_mm"])];
  if (rowMm === null || columnMm === null || rowMm <= 0 || columnMm <= 0) {
    return null;
  }
  return { rowMm, columnMm, source: text(entry?.["source"]) ?? "pixel-spacing" };
}

function overlay(json: unknown): Overlay | null {
  const entry = object(json);
  const names = ["offset", "length", "rows", "columns"].map((name) => number(entry?.[name]));
  const [offset, length, rows, columns] = names;
  if (offset == null || length == null || rows == null || columns == null) {
    return null;
  }
  const [row = 1, column = 1] = numbers(entry?.["origin"], 2) ?? [];
  return { offset, length, rows, columns, row, column };
}

function mask(json: unknown): Mask | null {
  const entry = object(json);
  const frames = list(entry?.["frames"]).filter(isCount);
  if (entry === null || frames.length === 0) {
    return null;
  }
  const [row = 0, column = 0] = numbers(entry["shift"], 2) ?? [];
  const isDefault = entry["is_default"] === true;
  return { frames, shift: [row, column], isDefault, window: parseWindow(entry["window"]) };
}

function region(json: unknown): Region | null {
  const entry = object(json);
  const names = ["x0", "y0", "x1", "y1", "unit_x", "unit_y", "delta_x", "delta_y"];
  const values = names.map((name) => number(entry?.[name]));
  const [x0, y0, x1, y1, unitX, unitY, deltaX, deltaY] = values;
  if (x0 == null || y0 == null || x1 == null || y1 == null) {
    return null;
  }
  const [referenceY, referenceValueY] = [number(entry?.["reference_y"]), number(entry?.["reference_value_y"]) ?? 0];
  return { x0, y0, x1, y1, unitX: unitX ?? 0, unitY: unitY ?? 0, deltaX: deltaX ?? 0, deltaY: deltaY ?? 0, referenceY, referenceValueY };
}

function triple(values: readonly number[] | null, from: number): Triple | null {
  const [x, y, z] = values?.slice(from) ?? [];
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}
