/** How marked images stand in their panes: window, polarity, rotation and flip. */

import type { FrameDetails } from "../../read/frame-details.js";
import type { Room } from "../feature.js";
import { compose, type Matrix } from "../../view-geometry.js";
import { turnOf } from "../../view-turns.js";
import type { SavedPresentation } from "./document.js";

export type SavedLook = Pick<SavedPresentation, "window" | "isInverted" | "rotation" | "isFlipped">;

const MIRROR: Matrix = { a: -1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export const AS_RECORDED: SavedLook = { window: null, isInverted: false, rotation: 0, isFlipped: false };

/** That of the pane that shows a series; as recorded, if none does. */
export function lookOf(room: Pick<Room, "panes">, seriesInstanceUid: string): SavedLook {
  const pane = room.panes.find(({ pane: shown, content }) => content === null && shown.series?.seriesInstanceUid === seriesInstanceUid && shown.full !== null);
  const look = pane?.pane.full?.look;
  if (pane === undefined || look === undefined) {
    return AS_RECORDED;
  }
  // A presentation state without a function means a linear one; windows of other functions are those of the file.
  const window = look.window?.function === "LINEAR" ? { center: look.window.center, width: look.window.width } : null;
  return { window, isInverted: look.isInverted, ...savedTurn(pane.stage.view.turn) };
}

/** What of it a presentation state of an image can have: colours have no window, and values of a table have none beside it (PS3.3 C.11.1, C.11.8). */
export function lookFor({ diagnostic, photometric, modalityLut }: FrameDetails, look: SavedLook): SavedLook {
  const isGrey = (diagnostic?.samplesPerPixel ?? 1) === 1 && photometric.startsWith("MONOCHROME");
  return { ...look, window: isGrey && modalityLut === null ? look.window : null, isInverted: isGrey && look.isInverted };
}

export function isAsRecorded({ window, isInverted, rotation, isFlipped }: SavedLook): boolean {
  return window === null && !isInverted && rotation === 0 && !isFlipped;
}

/** Of a turn that mirrors first, the same one that mirrors last, as presentation states have it (PS3.3 C.10.6). */
export function savedTurn(turn: Matrix): Pick<SavedLook, "rotation" | "isFlipped"> {
  const isFlipped = turnOf(turn).isMirrored;
  return { rotation: turnOf(isFlipped ? compose(MIRROR, turn) : turn).degrees, isFlipped };
}
