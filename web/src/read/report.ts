/** Documents stored in a pack as JSON: structured reports, and the content of key object selections. */

import { list, object, text, type Json } from "./json.js";

/** A line as its author wrote it, with our own words for it, if any. */
export interface ReportLine {
  readonly level: number;
  readonly name: string | null;
  readonly nameWord: string | null;
  readonly value: string | null;
  readonly valueWord: string | null;
  /** What a word counts. */
  readonly count: number | string | null;
  /** A code for what the report says about itself. */
  readonly status: string | null;
}

export interface Report {
  readonly title: string | null;
  readonly lines: readonly ReportLine[];
}

export interface SelectedImage {
  /** Null if the file does not name it. */
  readonly seriesInstanceUid: string | null;
  readonly sopInstanceUid: string;
  /** From 1; null for the whole instance. */
  readonly frame: number | null;
}

const LEVEL_MAX = 6;
const IMAGES_MAX = 500;

export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function readReport(json: unknown): Report {
  const report = object(json) ?? {};
  return { title: text(report["title"]), lines: list(report["lines"]).map(readLine) };
}

export function readLine(json: unknown): ReportLine {
  const line = object(json) ?? {};
  return {
    level: Math.min(LEVEL_MAX, Math.max(0, Number(line["level"]) || 0)),
    name: said(line["name"]),
    nameWord: text(line["name_word"]),
    value: said(line["value"]),
    valueWord: text(line["value_word"]),
    count: countOf(line),
    status: said(line["status"]),
  };
}

/** One for each frame, in file order. */
export function readImages(json: unknown): readonly SelectedImage[] {
  return list(object(json)?.["images"]).slice(0, IMAGES_MAX).flatMap((image: unknown) => {
    const { series_instance_uid: series, sop_instance_uid: sop, frames } = object(image) ?? {};
    if (typeof sop !== "string") {
      return [];
    }
    const numbers = list(frames).filter((frame) => typeof frame === "number");
    const seriesInstanceUid = typeof series === "string" ? series : null;
    return (numbers.length > 0 ? numbers : [null]).map((frame) => ({ seriesInstanceUid, sopInstanceUid: sop, frame }));
  });
}

function countOf({ count }: Json): number | string | null {
  return typeof count === "number" || typeof count === "string" ? count : null;
}

/** An empty text counts. */
function said(given: unknown): string | null {
  return typeof given === "string" || typeof given === "number" ? String(given) : null;
}
