/** Where the reader was: grid, series and images, in the page's history entry, for a reload and the back button. */

import { cellsOf, gridOf, type Grid } from "./layout.js";

export interface PlacedSeries {
  readonly studyUid: string;
  readonly seriesInstanceUid: string;
  readonly frame: number | null;
}

export interface RoomPlace {
  readonly grid: Grid;
  readonly active: number;
  readonly enlarged: number | null;
  /** Null for an empty pane. */
  readonly panes: readonly (PlacedSeries | null)[];
  /** The rule that hung it. */
  readonly rule: string;
}

/** Null if there is none, or it is not one of ours. */
export function currentPlace(state: unknown = history.state): RoomPlace | null {
  const { room } = record(state);
  const { grid, active, enlarged, panes, rule } = record(room);
  const { rows, columns } = record(grid);
  if (typeof rows !== "number" || typeof columns !== "number" || !Array.isArray(panes)) {
    return null;
  }
  const within = gridOf(rows, columns);
  const isPlace = (place: unknown): place is number => typeof place === "number" && Number.isInteger(place) && place >= 0 && place < cellsOf(within);
  return {
    grid: within,
    active: isPlace(active) ? active : 0,
    enlarged: isPlace(enlarged) ? enlarged : null,
    panes: Array.from({ length: cellsOf(within) }, (_, place) => placed((panes as unknown[])[place])),
    rule: typeof rule === "string" ? rule : "",
  };
}

export function keepPlace(room: RoomPlace): void {
  history.replaceState({ ...record(history.state), room }, "");
}

function placed(value: unknown): PlacedSeries | null {
  const { studyUid, seriesInstanceUid, frame } = record(value);
  const isFrame = typeof frame === "number" && Number.isInteger(frame) && frame >= 0;
  return typeof studyUid === "string" && typeof seriesInstanceUid === "string" ? { studyUid, seriesInstanceUid, frame: isFrame ? frame : null } : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
