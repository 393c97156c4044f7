/** Segmentations (PS3.3 C.8.20): what each frame covers, without its pixels. */

import type { Attributes } from "./attributes.js";
import { cssColour } from "./cielab.js";
import type { Triple } from "./frame-details.js";
import { readReferences, type ImageReference } from "./image-reference.js";

export interface Segment {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** "Organ", "Neoplasm" …; null if the file does not tell. */
  readonly category: string | null;
  readonly algorithm: string | null;
  readonly colour: string | null;
}

export interface SegmentFrame {
  /** From 1, as the bits lie in the file. */
  readonly number: number;
  /** Which segment; null in a map of labels, where the values name it. */
  readonly segment: number | null;
  /** Null if the frame does not tell; then it lies on the images it was made from. */
  readonly position: Triple | null;
  readonly row: Triple | null;
  readonly column: Triple | null;
  /** From row to row, and from column to column. */
  readonly spacing: readonly [rowMm: number, columnMm: number] | null;
  readonly images: readonly ImageReference[];
}

export interface Segmentation {
  readonly sopInstanceUid: string;
  readonly label: string;
  readonly date: string | null;
  /** `BINARY`, `FRACTIONAL`, `LABELMAP`. */
  readonly type: string;
  /** Stands for 1 in a fractional one. */
  readonly fractionMax: number;
  readonly rows: number;
  readonly columns: number;
  readonly frameOfReferenceUid: string | null;
  readonly segments: readonly Segment[];
  readonly frames: readonly SegmentFrame[];
}

const FRACTION_MAX = 255;

export function readSegmentation(file: Attributes): Segmentation {
  const shared = file.item("52009229");
  return {
    sopInstanceUid: file.text("00080018") ?? "",
    label: file.text("00700081") ?? file.text("00700080") ?? file.text("0008103E") ?? "",
    date: file.text("00080023") ?? file.text("00080021"),
    type: file.text("00620001") ?? "BINARY",
    fractionMax: file.number("0062000E") ?? FRACTION_MAX,
    rows: file.number("00280010") ?? 0,
    columns: file.number("00280011") ?? 0,
    frameOfReferenceUid: file.text("00200052"),
    segments: file.items("00620002").map(readSegment),
    frames: file.items("52009230").map((frame, place) => readFrame(frame, shared, place + 1)),
  };
}

function readSegment(item: Attributes): Segment {
  return {
    number: item.number("00620004") ?? 0,
    name: item.text("00620005") ?? item.item("0062000F")?.text("00080104") ?? "",
    category: item.item("0062000F")?.text("00080104") ?? item.item("00620003")?.text("00080104") ?? null,
    algorithm: item.text("00620009") ?? item.text("00620008"),
    colour: cssColour(item.numbers("0062000D")),
  };
}

function readFrame(frame: Attributes, shared: Attributes | null, number: number): SegmentFrame {
  const group = (tag: string) => frame.item(tag) ?? shared?.item(tag) ?? null;
  const orientation = group("00209116")?.numbers("00200037") ?? [];
  const [rowMm, columnMm] = group("00289110")?.numbers("00280030") ?? [];
  const sources = group("00089124") === null ? [] : [...frame.items("00089124"), ...(shared?.items("00089124") ?? [])];
  return {
    number,
    segment: group("0062000A")?.number("0062000B") ?? null,
    position: triple(group("00209113")?.numbers("00200032") ?? []),
    row: triple(orientation.slice(0, 3)),
    column: triple(orientation.slice(3)),
    spacing: rowMm === undefined || columnMm === undefined ? null : [rowMm, columnMm],
    images: sources.flatMap((source) => readReferences(source.items("00082112"))),
  };
}

function triple([x, y, z]: readonly number[]): Triple | null {
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}
