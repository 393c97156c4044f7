/** What each tool's marks become: measurements with numbers, or shapes and texts on the image. */

import type { FrameValues } from "../../full/frame-values.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Annotation } from "../../tools/annotations.js";
import { angleAt } from "../../tools/measuring/angle.js";
import { axesOf } from "../../tools/measuring/bidirectional.js";
import { areaOf, type Area, type Statistics } from "../../tools/measuring/statistics.js";
import { distanceBetween, type Caveat } from "../../tools/measuring/calibration.js";
import { cobbAngle } from "../../tools/measuring/cobb.js";
import { slopeBetween, velocityAt } from "../../tools/measuring/doppler.js";
import { ellipseArea, ellipseStatistics } from "../../tools/measuring/ellipse.js";
import { crossesItself, insidePixels, polygonStatistics } from "../../tools/measuring/freehand.js";
import { lengthBetween } from "../../tools/measuring/length.js";
import { lengthUnit, withCaveat } from "../../tools/measuring/numbers.js";
import { rectangleStatistics } from "../../tools/measuring/rectangle.js";
import { vertebraeAt } from "../../tools/measuring/spine.js";
import type { Measured } from "../../tools/measuring/tool.js";
import type { Point } from "../../view-geometry.js";
import type { Language } from "../../tools/language.js";
import { roomTool } from "../tools/registry.js";
import { LIMITS, type MeasurementKind, type Pair, type Quantity, type SavedGraphic, type SavedMeasurement, type SavedText, type SavedValue } from "./document.js";
import { SAVING_WORDS } from "./words.js";

export interface Drawing {
  readonly graphics: readonly SavedGraphic[];
  readonly texts: readonly SavedText[];
}

export type Drawn = { readonly measurement: Omit<SavedMeasurement, "image"> } | { readonly drawing: Drawing };

/** Why a mark cannot be saved: it reaches beyond its image, or nothing could be measured. */
export type Refusal = "outside" | "noValue";

interface Numbers {
  readonly kind: MeasurementKind;
  readonly points: readonly Point[];
  readonly values: readonly SavedValue[];
  readonly caveat?: Caveat | null;
  /** What else must be known of the numbers. */
  readonly note?: string;
}

type Way = (points: readonly Point[], measured: Measured) => Numbers | Drawing | null;

/** Digits of a point: a thousandth of a pixel. */
const ROUNDING = 1000;
/** Of a value: more than a hand can measure, and more than the room shows. */
const DIGITS = 6;
/** Of an arrow, as a part of the image, and at most as a part of the arrow. */
const HEAD_OF_IMAGE = 0.03;
const HEAD_OF_ARROW = 0.3;
const HEAD_ANGLE = Math.PI / 7;
const UNNAMED_VERTEBRA = /^\??$/;

const BY_UNIT: Readonly<Record<string, Quantity>> = { mm: "length", cm: "length", px: "length", s: "time", "cm/s": "velocity", Hz: "frequency" };

/** By the name of the tool. */
export const WAYS: Readonly<Record<string, Way>> = {
  probe: ([at], measured) => {
    const { values, scale } = measured;
    if (at === undefined || values === null) {
      return null;
    }
    if (values.isColour || values.isPalette) {
      return written([at], measured, "probe");
    }
    const value = values.valueAt(Math.floor(at.x), Math.floor(at.y));
    return value === null ? null : { kind: "probe", points: [at], values: [{ quantity: "value", value: value * (scale?.factor ?? 1), unit: unitOf(measured) }] };
  },
  length: ([a, b], { details, language }) => {
    if (a === undefined || b === undefined) {
      return null;
    }
    const { quantities, caveat } = lengthBetween(details, a, b);
    return { kind: "length", points: [a, b], values: quantities.map(({ value, unit }) => ({ quantity: BY_UNIT[unit] ?? "value", value, unit })), caveat, ...inWidths(quantities[0]?.unit ?? "", details, language) };
  },
  angle: ([a, vertex, c], { details }) =>
    a === undefined || vertex === undefined || c === undefined ? null : { kind: "angle", points: [a, vertex, c], values: [degrees(angleAt(details, a, vertex, c))] },
  ellipse: ([a, b], measured) =>
    a === undefined || b === undefined ? null : region("ellipse", ellipseEnds(a, b), ellipseArea(measured.details, a, b), measured, (values) => ellipseStatistics(values, a, b)),
  rectangle: ([a, b], measured) => {
    if (a === undefined || b === undefined) {
      return null;
    }
    const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
    return region("rectangle", corners, areaOf(measured.details, [a, b], Math.abs((b.x - a.x) * (b.y - a.y))), measured, (values) => rectangleStatistics(values, a, b));
  },
  freehand: (points, measured) => {
    const found = region("freehand", points, areaOf(measured.details, points, insidePixels(points)), measured, (values) => polygonStatistics(values, points));
    return crossesItself(points) ? { ...found, note: SAVING_WORDS[measured.language].crossesItself } : found;
  },
  bidirectional: (points, { details, language }) => {
    const found = axesOf(details, points);
    if (found === null) {
      return null;
    }
    const { long, short, unit, caveat } = found;
    const values: readonly SavedValue[] = [{ quantity: "length", value: long, unit }, { quantity: "short-axis", value: short, unit }];
    return { kind: "bidirectional", points: isSecondLonger(details, points) ? swapped(points) : points, values, caveat, ...inWidths(unit, details, language) };
  },
  cobb: ([a, b, c, d], { details }) =>
    a === undefined || b === undefined || c === undefined || d === undefined ? null : { kind: "cobb", points: [a, b, c, d], values: [degrees(cobbAngle(details, [a, b], [c, d]))] },
  cardiothoracic: (points, { details }) => {
    const found = axesOf(details, points);
    // The heart comes first, which is the narrower one.
    const ordered = isSecondLonger(details, points) ? points : swapped(points);
    return found === null || found.long === 0 ? null : { kind: "cardiothoracic", points: ordered, values: [{ quantity: "ratio", value: found.short / found.long, unit: "" }] };
  },
  arrow: ([tip, end], { details, text = "" }) => {
    if (tip === undefined || end === undefined) {
      return null;
    }
    const graphics = [polyline([end, tip]), polyline(headOf(tip, end, details))];
    return { graphics, texts: text === "" ? [] : [{ anchor: pair(end), text }] };
  },
  text: ([at], { text = "" }) => (at === undefined || text === "" ? null : { graphics: [], texts: [{ anchor: pair(at), text }] }),
  spine: (points, { details, text = "" }) => {
    const names = vertebraeAt(details, points, text);
    const texts = points.flatMap((at, place) => (UNNAMED_VERTEBRA.test(names[place] ?? "") ? [] : [{ anchor: pair(at), text: names[place] ?? "" }]));
    return { graphics: points.length > 1 ? [polyline(points)] : points.map(dot), texts };
  },
  velocity: ([at], { details }) => {
    const found = at === undefined ? null : velocityAt(details, at);
    if (at === undefined || found === null || typeof found === "string") {
      return null;
    }
    return { kind: "doppler", points: [at], values: [{ quantity: BY_UNIT[found.unit] ?? "value", value: found.value, unit: found.unit }] };
  },
  slope: ([a, b], { details }) => {
    const found = a === undefined || b === undefined ? null : slopeBetween(details, a, b);
    if (a === undefined || b === undefined || found === null) {
      return null;
    }
    const { seconds, change, unit, slope, slopeUnit } = found;
    const values: SavedValue[] = [{ quantity: "time", value: seconds, unit: "s" }, { quantity: BY_UNIT[unit] ?? "value", value: change, unit }];
    return { kind: "slope", points: [a, b], values: slope === null ? values : [...values, { quantity: "slope", value: slope, unit: slopeUnit }] };
  },
  // What lengths were calibrated by stays beside them.
  calibrate: (points, measured) => written(points, measured, "calibrate"),
  "calibrate-series": (points, measured) => written(points, measured, "calibrate-series"),
};

/** What a mark becomes; the reason, if it cannot be saved. */
export function drawnOf({ kind, points, text }: Pick<Annotation, "kind" | "points" | "text">, known: Measured): Drawn | Refusal {
  const { details } = known;
  if (points.some(({ x, y }) => !(x >= 0 && y >= 0 && x <= details.columns && y <= details.rows))) {
    return "outside";
  }
  const found = WAYS[kind]?.(points, text === undefined ? known : { ...known, text }) ?? null;
  if (found === null) {
    return "noValue";
  }
  if ("graphics" in found) {
    return { drawing: found };
  }
  const values = found.values.filter(({ value }) => Number.isFinite(value)).map((one) => ({ ...one, value: Number(one.value.toPrecision(DIGITS)) }));
  return values.length === 0 ? "noValue" : { measurement: { kind: found.kind, points: found.points.map(pair), label: labelOf(kind, found, known), values } };
}

/** The name of a measurement, if its numbers are not simply those of its kind. */
function labelOf(tool: string, { caveat = null, note }: Numbers, { language, words }: Measured): string | null {
  const name = roomTool(tool)?.label(language, null) ?? "";
  const label = withCaveat(note === undefined ? name : `${name} · ${note}`, caveat, words);
  return label === name ? null : label.slice(0, LIMITS.labelLength);
}

/** An area and, unless they are colours, the values in it. */
function region(kind: MeasurementKind, points: readonly Point[], area: Area, measured: Measured, statistics: (values: FrameValues) => Statistics | null): Numbers {
  const { values, scale } = measured;
  const found = values === null || values.isPalette ? null : statistics(values);
  const [unit, factor] = [unitOf(measured), scale?.factor ?? 1];
  const [low, high] = [(found?.lowest ?? 0) * factor, (found?.highest ?? 0) * factor];
  const ofValues: readonly SavedValue[] =
    found === null
      ? []
      : [
          { quantity: "mean", value: found.mean * factor, unit },
          { quantity: "standard-deviation", value: found.deviation * Math.abs(factor), unit },
          { quantity: "minimum", value: Math.min(low, high), unit },
          { quantity: "maximum", value: Math.max(low, high), unit },
        ];
  return { kind, points, values: [{ quantity: "area", value: area.value, unit: area.unit }, ...ofValues], caveat: area.caveat };
}

/** The unit of values, as it is coded; what means "unspecified" (PS3.3 C.11.1.1.2) is none. */
function unitOf({ values, scale }: Measured): string {
  const unit = scale?.unit ?? values?.unit ?? "";
  return unit === "US" ? "" : unit.replace(/[^\x21-\x7e]|[{}\\]/g, "").slice(0, 16);
}

/** Points, joined, and beside the last one what their tool says. */
function written(points: readonly Point[], measured: Measured, tool: string): Drawing | null {
  const end = points[points.length - 1];
  const [result, beside] = [roomTool(tool)?.result(points, measured) ?? "", roomTool(tool)?.beside];
  const text = beside?.(result) ?? result;
  return end === undefined || text === "" ? null : { graphics: points.length > 1 ? [polyline(points)] : points.map(dot), texts: [{ anchor: pair(end), text }] };
}

/** Pixels that are not square have no length alike in all directions. */
function inWidths(unit: string, details: FrameDetails, language: Language): { readonly note?: string } {
  const shown = lengthUnit(unit, details, language);
  return shown === unit ? {} : { note: shown };
}

function degrees(value: number): SavedValue {
  return { quantity: "angle", value, unit: "deg" };
}

function isSecondLonger(details: FrameDetails, points: readonly Point[]): boolean {
  const [a, b, c, d] = points;
  const length = (from: Point | undefined, to: Point | undefined) => (from === undefined || to === undefined ? 0 : distanceBetween(details, from, to, points).value);
  return length(c, d) > length(a, b);
}

function swapped(points: readonly Point[]): readonly Point[] {
  return [...points.slice(2), ...points.slice(0, 2)];
}

/** The ends of the longer axis, then of the other, in pixels (PS3.3 C.18.6.1.2). */
function ellipseEnds(a: Point, b: Point): readonly Point[] {
  const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const across = [{ x: Math.min(a.x, b.x), y }, { x: Math.max(a.x, b.x), y }];
  const down = [{ x, y: Math.min(a.y, b.y) }, { x, y: Math.max(a.y, b.y) }];
  return Math.abs(b.x - a.x) >= Math.abs(b.y - a.y) ? [...across, ...down] : [...down, ...across];
}

/** The head of an arrow within the image. */
function headOf(tip: Point, end: Point, { columns, rows }: FrameDetails): readonly Point[] {
  const direction = Math.atan2(end.y - tip.y, end.x - tip.x);
  const length = Math.min(HEAD_OF_ARROW * Math.hypot(end.x - tip.x, end.y - tip.y), HEAD_OF_IMAGE * Math.max(columns, rows));
  const side = (turn: number) => ({
    x: Math.min(columns, Math.max(0, tip.x + length * Math.cos(direction + turn))),
    y: Math.min(rows, Math.max(0, tip.y + length * Math.sin(direction + turn))),
  });
  return [side(HEAD_ANGLE), tip, side(-HEAD_ANGLE)];
}

function polyline(points: readonly Point[]): SavedGraphic {
  return { kind: "polyline", points: points.map(pair) };
}

function dot(at: Point): SavedGraphic {
  return { kind: "point", points: [pair(at)] };
}

function pair({ x, y }: Point): Pair {
  return [Math.round(x * ROUNDING) / ROUNDING, Math.round(y * ROUNDING) / ROUNDING];
}
