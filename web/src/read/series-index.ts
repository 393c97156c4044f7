/**
 * The index of a pack, versions 1 and 2, as far as the quick view needs it. The rest is kept as it came, and read on
 * demand by the files beside this one: `frame-details.ts`, `frame-facts.ts` and `tables.ts`.
 */

import { gapsOf, type Gap, type SlicePlace } from "../stack-gaps.js";
import { isCount, list, object as objectOrNull, positive, text as textOrNull, type Json } from "./json.js";

/** Part of a pack. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Where a frame's quick picture is in the pack. */
export interface Preview extends Span {
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
}

/** Where a frame's bit-exact samples are in the pack. */
export interface FullSpan extends Span {
  readonly mediaType: string;
}

/** One frame, in display order. */
export interface Frame {
  readonly sopInstanceUid: string;
  /** Its number within the instance, from 1; null if the index does not tell. */
  readonly number: number | null;
  readonly preview: Preview;
  /** Null if there is no full quality. */
  readonly full: FullSpan | null;
  /** Null if it is not a slice of a stack. */
  readonly place: SlicePlace | null;
  readonly rows: number;
  readonly columns: number;
  /** Height of a pixel over its width. */
  readonly aspect: number;
  /** Marked by a doctor. */
  readonly isKey: boolean;
  /** Time until the next frame of a moving picture; null for still ones. */
  readonly frameTimeMs: number | null;
  /** Frames of one instance with the same key belong to one run (a detector's turn, an energy window). */
  readonly runKey: string;
  /** Frames with the same key are the phases of a heart at one slice; null for all others. */
  readonly beatKey: string | null;
  /** As it came; only for the files beside this one. */
  readonly raw: unknown;
}

/** The layout of the contact sheet. */
export interface Thumbs {
  readonly tile: number;
  readonly columns: number;
  /** The frame on each tile. */
  readonly frames: readonly number[];
}

/** A report, PDF or film within the pack. */
export interface DocumentEntry extends Span {
  readonly kind: string;
  readonly title: string;
  readonly mediaType: string;
}

/** An instance that is kept but not shown. */
export interface OtherEntry {
  readonly sopInstanceUid: string;
  readonly name: string;
}

/** What a reader must know about an instance that is shown. */
export interface IndexNote {
  readonly sopInstanceUid: string;
  readonly code: string;
  /** How many bytes, or frames. */
  readonly count: number;
}

export interface SeriesIndex {
  readonly modality: string;
  readonly frames: readonly Frame[];
  /** The frame to show first. */
  readonly posterFrame: number;
  readonly thumbs: Thumbs | null;
  readonly documents: readonly DocumentEntry[];
  readonly others: readonly OtherEntry[];
  /** What is missing from the images shown. */
  readonly notes: readonly IndexNote[];
  /** Where slices are further apart than usual. */
  readonly gaps: readonly Gap[];
  /** The instances of images that cannot be shown, one entry per image. */
  readonly withoutPicture: readonly string[];
  /** Look-up tables as they came; `tables.ts` reads them. */
  readonly tables: readonly unknown[];
}

/** The index is not as the renderer writes it. */
export class InvalidIndexError extends Error {
  constructor(field: string) {
    super(`the series index lacks a valid ${field}`);
    this.name = "InvalidIndexError";
  }
}

export function parseIndex(json: unknown): SeriesIndex {
  const index = object(json, "object");
  if (index["version"] !== 1 && index["version"] !== 2) {
    throw new InvalidIndexError("version");
  }
  if (!Array.isArray(index["frames"])) {
    throw new InvalidIndexError("frames");
  }
  const frames = index["frames"].map(parseFrame);
  const poster = index["poster_frame"];
  const isPlace = typeof poster === "number" && Number.isInteger(poster) && frames[poster] !== undefined;
  return {
    modality: text(index["modality"]),
    frames,
    posterFrame: isPlace ? poster : Math.floor(frames.length / 2),
    thumbs: parseThumbs(index["thumbs"], frames.length),
    documents: list(index["documents"]).map(parseDocument),
    others: list(index["others"]).map((json) => {
      const other = object(json, "other");
      return { sopInstanceUid: text(other["sop_instance_uid"]), name: text(other["name"]) };
    }),
    notes: list(index["notes"]).map((json) => {
      const note = object(json, "note");
      return { sopInstanceUid: text(note["sop_instance_uid"]), code: text(note["code"]), count: positive(note["count"]) ?? 0 };
    }),
    gaps: gapsOf(frames),
    withoutPicture: list(index["without_picture"]).map((json) => text(object(json, "picture")["sop_instance_uid"])),
    tables: list(index["tables"]),
  };
}

function parseFrame(json: unknown): Frame {
  const raw = object(json, "frame");
  const preview = object(raw["preview"], "preview");
  const run = objectOrNull(raw["position_in_run"]) ?? {};
  const place = objectOrNull(raw["place"]) ?? {};
  const { offset, length, media_type: mediaType } = objectOrNull(raw["diagnostic"]) ?? {};
  const slice = raw["slice_position"];
  const width = count(preview["width"], "width");
  const height = count(preview["height"], "height");
  return {
    sopInstanceUid: text(raw["sop_instance_uid"]),
    number: positive(raw["frame"]),
    full: isCount(offset) && isCount(length) ? { offset, length, mediaType: text(mediaType) } : null,
    place: typeof slice === "number" && raw["place"] ? { stack: [place["plane"], place["volume"]].join(), mm: slice } : null,
    preview: { ...span(preview), width, height, mediaType: text(preview["media_type"]) },
    rows: positive(raw["rows"]) ?? height,
    columns: positive(raw["columns"]) ?? width,
    aspect: positive(raw["aspect"]) ?? aspectOfPreview(raw, width, height),
    isKey: raw["is_key"] === true,
    frameTimeMs: positive(raw["frame_time_ms"]),
    beatKey: positive(place["phase"]) === null ? null : [place["plane"], place["slice"], place["volume"]].join(),
    runKey: ["energy_window", "detector", "rotation", "rr_interval"].map((name) => run[name]).join(),
    raw,
  };
}

/** Version 1 does not give the height of a pixel, but its previews have the right proportions. */
function aspectOfPreview(raw: Json, width: number, height: number): number {
  const [rows, columns] = [positive(raw["rows"]), positive(raw["columns"])];
  if (rows === null || columns === null || width < 16 || height < 16) {
    return 1;
  }
  const aspect = (height * columns) / (width * rows);
  return Math.abs(aspect - 1) < 0.05 ? 1 : aspect;
}

function parseThumbs(json: unknown, frames: number): Thumbs | null {
  const { tile, columns, frames: places } = objectOrNull(json) ?? {};
  const isPlace = (place: unknown): place is number => typeof place === "number" && place < frames;
  const shown = list(places).filter(isPlace);
  return positive(tile) === null || positive(columns) === null || shown.length === 0
    ? null
    : { tile: tile as number, columns: columns as number, frames: shown };
}

function parseDocument(json: unknown): DocumentEntry {
  const entry = object(json, "document");
  return { ...span(entry), kind: text(entry["kind"]), title: text(entry["title"]), mediaType: text(entry["media_type"]) };
}

function span(json: Json): Span {
  return { offset: count(json["offset"], "offset"), length: count(json["length"], "length") };
}

function object(value: unknown, field: string): Json {
  const found = objectOrNull(value);
  if (found === null) {
    throw new InvalidIndexError(field);
  }
  return found;
}

function text(value: unknown): string {
  return textOrNull(value) ?? "";
}

function count(value: unknown, field: string): number {
  if (!isCount(value)) {
    throw new InvalidIndexError(field);
  }
  return value;
}
