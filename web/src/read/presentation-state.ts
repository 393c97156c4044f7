/** Grayscale and colour softcopy presentation states (PS3.3 A.33). */

import type { Attributes } from "./attributes.js";
import { cssColour } from "./cielab.js";
import type { Window } from "./frame-details.js";
import { readReferences, readSeriesReferences, type ImageReference } from "./image-reference.js";
import { readShutter, type Shutter } from "./shutter.js";
import type { GreyTable } from "./tables.js";

/** `PIXEL`: picture pixels from the outer corner of the first one. `DISPLAY`: parts of the displayed area, after rotation. */
export type AnnotationUnits = "PIXEL" | "DISPLAY";
export type Pair = readonly [x: number, y: number];

export interface GraphicObject {
  readonly units: AnnotationUnits;
  /** `POINT`, `POLYLINE`, `INTERPOLATED`, `CIRCLE`, `ELLIPSE`. */
  readonly type: string;
  readonly points: readonly Pair[];
  readonly isFilled: boolean;
  readonly colour: string | null;
}

export interface TextObject {
  readonly text: string;
  readonly boxUnits: AnnotationUnits;
  /** Top left and bottom right; null if there is only an anchor. */
  readonly box: readonly [Pair, Pair] | null;
  readonly justification: "LEFT" | "CENTER" | "RIGHT";
  readonly anchorUnits: AnnotationUnits;
  readonly anchor: Pair | null;
  readonly isAnchorVisible: boolean;
}

export interface Annotations {
  /** Empty: on all images of the state. */
  readonly images: readonly ImageReference[];
  readonly colour: string | null;
  readonly graphics: readonly GraphicObject[];
  readonly texts: readonly TextObject[];
}

export interface DisplayedArea {
  readonly images: readonly ImageReference[];
  /** Picture pixels from the outer corner of the first one. */
  readonly from: Pair;
  readonly to: Pair;
  readonly mode: "SCALE TO FIT" | "TRUE SIZE" | "MAGNIFY";
  /** Pixels of the screen per pixel of the picture, for `MAGNIFY`. */
  readonly magnification: number | null;
}

export interface VoiLut {
  readonly images: readonly ImageReference[];
  readonly window: Window | null;
  readonly table: GreyTable | null;
}

export interface PresentationState {
  readonly sopInstanceUid: string;
  readonly label: string;
  readonly creator: string | null;
  /** As in the file: `20260131`. */
  readonly date: string | null;
  readonly images: readonly ImageReference[];
  /** Of each image. */
  readonly seriesOf: ReadonlyMap<string, string>;
  readonly vois: readonly VoiLut[];
  /** What stored values mean in its windows; null if as the image says. */
  readonly rescale: { readonly slope: number; readonly intercept: number } | null;
  /** The lowest value is white, whatever the image itself says. */
  readonly isInverted: boolean;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isFlipped: boolean;
  readonly areas: readonly DisplayedArea[];
  readonly annotations: readonly Annotations[];
  readonly shutter: Shutter | null;
  /** Parts of the state that are not shown: `presentation-lut`, `bitmap-shutter`, `compound-graphics`, `mask`. */
  readonly missing: readonly string[];
}

export function readPresentationState(file: Attributes): PresentationState {
  const series = file.items("00081115");
  const layers = new Map(file.items("00700060").map((layer) => [layer.text("00700002"), cssColour(layer.numbers("00700401"))]));
  const turn = (((file.number("00700042") ?? 0) % 360) + 360) % 360;
  return {
    sopInstanceUid: file.text("00080018") ?? "",
    label: file.text("00700081") ?? file.text("00700080") ?? "",
    creator: file.text("00700084"),
    date: file.text("00700082"),
    images: series.flatMap((one) => readReferences(one.items("00081140"))),
    seriesOf: readSeriesReferences(series, "00081140"),
    vois: file.items("00283110").map(readVoi),
    rescale: readRescale(file),
    isInverted: file.text("20500020") === "INVERSE",
    rotation: turn === 90 || turn === 180 || turn === 270 ? turn : 0,
    isFlipped: file.text("00700041") === "Y",
    areas: file.items("0070005A").map(readArea).filter((area) => area !== null),
    annotations: file.items("00700001").map((item) => readAnnotations(item, layers.get(item.text("00700002")) ?? null)),
    shutter: readShutter(file),
    missing: readMissing(file),
  };
}

function readRescale(file: Attributes): PresentationState["rescale"] {
  const [slope, intercept] = [file.number("00281053"), file.number("00281052")];
  return slope === null || slope === 0 || intercept === null ? null : { slope, intercept };
}

function readMissing(file: Attributes): readonly string[] {
  const isCompound = file.items("00700001").some((item) => item.items("00700209").length > 0);
  const parts: readonly (readonly [boolean, string])[] = [
    [file.items("20500010").length > 0, "presentation-lut"],
    [file.texts("00181600").includes("BITMAP"), "bitmap-shutter"],
    [isCompound, "compound-graphics"],
    [file.items("00286100").length > 0, "mask"],
  ];
  return parts.filter(([isThere]) => isThere).map(([, name]) => name);
}

function readVoi(item: Attributes): VoiLut {
  const [center, width] = [item.number("00281050"), item.number("00281051")];
  const said = item.text("00281056");
  const name = said === "SIGMOID" || said === "LINEAR_EXACT" ? said : "LINEAR";
  const window = center === null || width === null ? null : { center, width, function: name, name: item.text("00281055") } as const;
  return { images: readReferences(item.items("00081140")), window, table: readTable(item.item("00283010")) };
}

/** A VOI LUT (PS3.3 C.11.2.1.1); its data may be numbers or bytes. */
function readTable(item: Attributes | null): GreyTable | null {
  const [entries, first, bits] = item?.numbers("00283002") ?? [];
  if (item === null || entries === undefined || first === undefined || bits === undefined) {
    return null;
  }
  const bytes = item.bytes("00283006");
  const view = bytes === null ? null : new DataView(bytes.buffer);
  const words = view === null ? item.numbers("00283006") : Array.from({ length: view.byteLength >> 1 }, (_, place) => view.getUint16(2 * place, true));
  // 0 stands for 65,536 entries.
  return words.length === 0 || words.length !== (entries || 65_536) ? null : { kind: "grey", first, bits, values: Uint16Array.from(words) };
}

function readArea(item: Attributes): DisplayedArea | null {
  const [left, top] = item.numbers("00700052");
  const [right, bottom] = item.numbers("00700053");
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) {
    return null;
  }
  const said = item.text("00700100");
  const mode = said === "TRUE SIZE" || said === "MAGNIFY" ? said : "SCALE TO FIT";
  // Corners of a turned image may come in another order; pixels count from 1, and the last one belongs to it.
  const from = [Math.min(left, right) - 1, Math.min(top, bottom) - 1] as const;
  const to = [Math.max(left, right), Math.max(top, bottom)] as const;
  return { images: readReferences(item.items("00081140")), from, to, mode, magnification: item.number("00700103") };
}

function readAnnotations(item: Attributes, colour: string | null): Annotations {
  return {
    images: readReferences(item.items("00081140")),
    colour,
    graphics: item.items("00700009").map(readGraphic),
    texts: item.items("00700008").map(readText).filter((text) => text !== null),
  };
}

function readGraphic(item: Attributes): GraphicObject {
  const numbers = item.numbers("00700022");
  return {
    units: unitsOf(item.text("00700005")),
    type: item.text("00700023") ?? "",
    points: Array.from({ length: numbers.length >> 1 }, (_, place) => [numbers[2 * place] ?? 0, numbers[2 * place + 1] ?? 0] as const),
    isFilled: item.text("00700024") === "Y",
    colour: cssColour(item.item("00700232")?.numbers("00700251") ?? []),
  };
}

function readText(item: Attributes): TextObject | null {
  const [from, to, anchor] = ["00700010", "00700011", "00700014"].map((tag) => pair(item.numbers(tag)));
  const text = item.text("00700006");
  if (text === null || ((from == null || to == null) && anchor == null)) {
    return null;
  }
  const said = item.text("00700012");
  return {
    text,
    boxUnits: unitsOf(item.text("00700003")),
    box: from == null || to == null ? null : [from, to],
    justification: said === "CENTER" || said === "RIGHT" ? said : "LEFT",
    anchorUnits: unitsOf(item.text("00700004")),
    anchor: anchor ?? null,
    isAnchorVisible: item.text("00700015") === "Y",
  };
}

function unitsOf(said: string | null): AnnotationUnits {
  return said === "DISPLAY" ? "DISPLAY" : "PIXEL";
}

function pair([x, y]: readonly number[]): Pair | null {
  return x === undefined || y === undefined ? null : [x, y];
}
