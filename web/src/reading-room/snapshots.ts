/** What undo and redo go back to: everything that a hand can change, but not the image that is looked at. */

import type { Look } from "../full/look.js";
import type { View } from "../view-geometry.js";
import type { Grid } from "./layout.js";
import { isSameWindow } from "./windows.js";

export interface ShownSeries {
  readonly studyUid: string;
  readonly seriesInstanceUid: string;
  readonly frame: number;
  readonly look: Look;
  readonly view: View;
}

export interface Snapshot {
  readonly grid: Grid;
  readonly enlarged: number | null;
  readonly panes: readonly (ShownSeries | null)[];
  /** As the store of marks writes them. */
  readonly marks: string;
}

export function isSameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return (
    a.grid.rows === b.grid.rows &&
    a.grid.columns === b.grid.columns &&
    a.enlarged === b.enlarged &&
    a.marks === b.marks &&
    a.panes.length === b.panes.length &&
    a.panes.every((pane, place) => isSamePane(pane, b.panes[place] ?? null))
  );
}

function isSamePane(a: ShownSeries | null, b: ShownSeries | null): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return isSameSeries(a, b) && isSameLook(a.look, b.look) && isSameView(a.view, b.view);
}

export function isSameSeries(a: Pick<ShownSeries, "studyUid" | "seriesInstanceUid">, b: Pick<ShownSeries, "studyUid" | "seriesInstanceUid">): boolean {
  return a.studyUid === b.studyUid && a.seriesInstanceUid === b.seriesInstanceUid;
}

function isSameLook(a: Look, b: Look): boolean {
  return (
    isSameWindow(a.window, b.window) &&
    a.isInverted === b.isInverted &&
    a.colours === b.colours &&
    a.hasOverlays === b.hasOverlays &&
    a.isMasked === b.isMasked
  );
}

function isSameView(a: View, b: View): boolean {
  const numbers = ({ scale, shift, turn }: View) => [scale, shift.x, shift.y, turn.a, turn.b, turn.c, turn.d];
  const others = numbers(b);
  return numbers(a).every((number, place) => number === others[place]);
}
