/** What a consultation's driver shows, as it travels: never a pixel, only what each member needs to show the same. */

import type { Triple, VoiFunction, Window } from "./frame-details.js";
import { isCount, list, number, numbers, object, positive, text, type Json } from "./json.js";

/** A point of the image, or a part of it, in parts of its columns (x) and rows (y). */
export interface Part {
  readonly x: number;
  readonly y: number;
}

/** Which part of an image is seen, whatever the size of the screen. */
export interface Region {
  /** The point of the image in the middle of the stage: 0.5, 0.5 is its centre. */
  readonly centre: Part;
  /**
   * How much of the image around this point is seen: 1, 1 is all of it. What lies beyond its edges counts only as far as it lies
   * beyond all of them, as with an image that was made smaller than the stage.
   */
  readonly extent: Part;
  /** By quarters, and mirrored. */
  readonly turn: { readonly a: number; readonly b: number; readonly c: number; readonly d: number };
}

export type ProjectedBy = "average" | "maximum" | "minimum";

/** A plane through the series of a pane; all in millimetres of the patient. */
export interface PlaneState {
  readonly kind: "axial" | "coronal" | "sagittal";
  /** The pane whose series is cut, and whose window is seen. */
  readonly source: number;
  /** Where the planes cross. */
  readonly point: Triple;
  /** Directions of the right and of the lower edge of the screen. */
  readonly row: Triple;
  readonly column: Triple;
  readonly slabMm: number;
  readonly projection: ProjectedBy;
}

export interface PaneState {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** From 0, in display order, in the pack that the driver has. */
  readonly frame: number;
  /** Which image that is: instance, `/`, and its frame from 1. Once more images arrive, the same number is another one. */
  readonly image: string | null;
  /** Null as the file says. */
  readonly window: Window | null;
  /** The table of a presentation state stands in for the window. */
  readonly hasTable: boolean;
  readonly isInverted: boolean;
  /** Null for grey. */
  readonly colours: string | null;
  readonly hasOverlays: boolean;
  /** Null as the file says. */
  readonly isMasked: boolean | null;
  /** Null until the driver's image is there. */
  readonly region: Region | null;
  readonly plane: PlaneState | null;
  /** A film plays, so many times as fast as its file says. */
  readonly cine: { readonly speed: number } | null;
}

/** A series whose values are laid over the images of its study. */
export interface FusionState {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly colours: string;
  /** The value of the last colour, in units of the modality. */
  readonly top: number;
  /** From 0 to 1. */
  readonly opacity: number;
}

/** What somebody drew, and the reader has chosen. */
export interface ObjectState {
  readonly studyInstanceUid: string;
  readonly sopInstanceUid: string;
  /** From 0, in the order of its file; null for all of them. */
  readonly parts: readonly number[] | null;
}

export interface ViewState {
  readonly grid: { readonly rows: number; readonly columns: number };
  /** The pane in the driver's hand. */
  readonly active: number;
  /** The pane over the whole grid. */
  readonly enlarged: number | null;
  /** Null for an empty pane. */
  readonly panes: readonly (PaneState | null)[];
  readonly fusion: FusionState | null;
  readonly objects: readonly ObjectState[];
  /** Images are covered by their own shutters. */
  readonly isShuttered: boolean;
}

const FUNCTIONS: readonly VoiFunction[] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];
const ROWS_MAX = 3;
const COLUMNS_MAX = 4;

/** Null if it is not whole: a pane that is half understood could be shown wrong. */
export function readViewState(json: unknown): ViewState | null {
  const state = object(json);
  const grid = object(state?.["grid"]);
  const [rows, columns] = [grid?.["rows"], grid?.["columns"]];
  if (state === null || !isCount(rows) || !isCount(columns) || rows < 1 || columns < 1 || rows > ROWS_MAX || columns > COLUMNS_MAX) {
    return null;
  }
  const given = list(state["panes"]);
  const panes = given.map((pane) => (pane === null ? null : readPane(pane, given.length)));
  const isPlace = (place: unknown): place is number => isCount(place) && place < panes.length;
  const [active, enlarged] = [state["active"], state["enlarged"] ?? null];
  const fusion = state["fusion"] == null ? null : readFusion(object(state["fusion"]));
  const objects = list(state["objects"]).map(readObject);
  const isWhole = panes.length === rows * columns && panes.every((pane, place) => (pane === null) === (given[place] === null));
  const isLaid = (state["fusion"] == null) === (fusion === null) && objects.every((one) => one !== null);
  const layers = { fusion, objects: objects.filter((one) => one !== null), isShuttered: state["is_shuttered"] === true };
  return isWhole && isLaid && isPlace(active) && (enlarged === null || isPlace(enlarged)) ? { grid: { rows, columns }, active, enlarged, panes, ...layers } : null;
}

function readFusion(fusion: Json | null): FusionState | null {
  const [studyInstanceUid, seriesInstanceUid, colours] = ["study_instance_uid", "series_instance_uid", "colours"].map((name) => text(fusion?.[name]));
  const [top, opacity] = [positive(fusion?.["top"]), number(fusion?.["opacity"])];
  return studyInstanceUid == null || seriesInstanceUid == null || colours == null || top === null || opacity === null ? null : { studyInstanceUid, seriesInstanceUid, colours, top, opacity };
}

function readObject(json: unknown): ObjectState | null {
  const shown = object(json);
  const [studyInstanceUid, sopInstanceUid] = [text(shown?.["study_instance_uid"]), text(shown?.["sop_instance_uid"])];
  const given = shown?.["parts"];
  const parts = given == null ? null : list(given).filter(isCount);
  const isWhole = parts === null || (parts.length > 0 && parts.length === list(given).length);
  return studyInstanceUid === null || sopInstanceUid === null || !isWhole ? null : { studyInstanceUid, sopInstanceUid, parts };
}

function readPane(json: unknown, panes: number): PaneState | null {
  const pane = object(json);
  const [studyInstanceUid, seriesInstanceUid, frame] = [text(pane?.["study_instance_uid"]), text(pane?.["series_instance_uid"]), pane?.["frame"]];
  if (pane === null || studyInstanceUid === null || seriesInstanceUid === null || !isCount(frame)) {
    return null;
  }
  const window = pane["window"] == null ? null : readWindow(object(pane["window"]));
  const region = pane["view"] == null ? null : readRegion(object(pane["view"]));
  const plane = pane["plane"] == null ? null : readPlane(object(pane["plane"]), panes);
  const cine = pane["cine"] == null ? null : positive(object(pane["cine"])?.["speed"]);
  const isBroken = [[pane["window"], window], [pane["view"], region], [pane["plane"], plane], [pane["cine"], cine]].some(([from, to]) => from != null && to === null);
  const isMasked = pane["is_masked"];
  return isBroken
    ? null
    : {
        studyInstanceUid,
        seriesInstanceUid,
        frame,
        image: text(pane["image"]),
        window,
        hasTable: pane["has_table"] === true,
        isInverted: pane["is_inverted"] === true,
        colours: text(pane["colours"]),
        hasOverlays: pane["has_overlays"] !== false,
        isMasked: typeof isMasked === "boolean" ? isMasked : null,
        region,
        plane,
        cine: cine === null ? null : { speed: cine },
      };
}

function readWindow(window: Json | null): Window | null {
  const [center, width] = [number(window?.["center"]), number(window?.["width"])];
  const named = FUNCTIONS.find((one) => one === window?.["function"]);
  return center === null || width === null ? null : { center, width, function: named ?? "LINEAR", name: null };
}

function readRegion(view: Json | null): Region | null {
  const part = (json: unknown): Part | null => {
    const [x, y] = [number(object(json)?.["x"]), number(object(json)?.["y"])];
    return x === null || y === null ? null : { x, y };
  };
  const [centre, extent, turn] = [part(view?.["centre"]), part(view?.["extent"]), object(view?.["turn"])];
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => number(turn?.[name]));
  const isSide = (one: number | null | undefined) => one === 1 || one === -1;
  const isTurn = isSide(a) ? isSide(d) && b === 0 && c === 0 : a === 0 && d === 0 && isSide(b) && isSide(c);
  return centre === null || extent === null || extent.x <= 0 || extent.y <= 0 || !isTurn ? null : { centre, extent, turn: { a: a ?? 1, b: b ?? 0, c: c ?? 0, d: d ?? 1 } };
}

function readPlane(plane: Json | null, panes: number): PlaneState | null {
  const kind = (["axial", "coronal", "sagittal"] as const).find((one) => one === plane?.["kind"]);
  const projection = (["average", "maximum", "minimum"] as const).find((one) => one === plane?.["projection"]);
  const [point, row, column] = ["point", "row", "column"].map((name) => numbers(plane?.[name], 3) as Triple | null);
  const [source, slabMm] = [plane?.["source"], number(plane?.["slab_mm"])];
  const isWhole = kind !== undefined && projection !== undefined && point != null && row != null && column != null && slabMm !== null && slabMm >= 0;
  return isWhole && isCount(source) && source < panes ? { kind, source, point, row, column, slabMm, projection } : null;
}
