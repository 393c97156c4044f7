/** Makes of marks what is saved of them, and counts what cannot be. */

import type { Annotation } from "../../tools/annotations.js";
import type { Measured } from "../../tools/measuring/tool.js";
import type { Room } from "../feature.js";
import { BY_HAND, calibrated, calibrationOf } from "../tools/refine.js";
import { roomTool } from "../tools/registry.js";
import type { SavedContent, SavedImage, SavedMeasurement, SavedPresentation } from "./document.js";
import { drawnOf, type Drawing, type Refusal } from "./drawn.js";
import type { MarkedFrame, MarkedFrames } from "./frames.js";
import { isAsRecorded, lookFor, lookOf } from "./looks.js";
import type { Unsaved } from "./unsaved.js";

/** Tools whose numbers come from the values of pixels. */
const OF_VALUES = ["probe", "ellipse", "rectangle", "freehand"];

export type Reason = Refusal | "unreadable" | "keyUnreadable";

export interface Collected extends SavedContent {
  /** What is in it, to be remembered once it is saved. */
  readonly saved: Unsaved;
  readonly drawings: number;
  readonly windows: number;
  readonly skipped: ReadonlyMap<Reason, number>;
  /** What each part is to the reader: the tool and the image. */
  readonly names: { readonly [Part in keyof SavedContent]: readonly string[] };
}

/** An image with all that was drawn on it. */
interface Marked {
  readonly frame: MarkedFrame;
  readonly graphics: Drawing["graphics"][number][];
  readonly texts: Drawing["texts"][number][];
}

export async function collect(room: Pick<Room, "panes" | "store" | "language" | "pageWords">, unsaved: Unsaved, frames: MarkedFrames, nameOf: (frame: MarkedFrame) => string): Promise<Collected> {
  const measurements: SavedMeasurement[] = [];
  const keyImages: SavedImage[] = [];
  const names = { keyImages: [] as string[], presentations: [] as string[], measurements: [] as string[] };
  const marked = new Map<string, Marked>();
  const saved = { marks: [] as Annotation[], keyImages: [] as string[] };
  const skipped = new Map<Reason, number>();
  let drawings = 0;
  const skip = (reason: Reason) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const markedAt = (name: string, frame: MarkedFrame) => {
    const found = marked.get(name) ?? { frame, graphics: [], texts: [] };
    marked.set(name, found);
    return found;
  };
  for (const mark of unsaved.marks) {
    const frame = await frames.frame(mark.image);
    const measured = frame === null ? "unreadable" : await measuredOf(room, mark, frame, frames);
    const drawn = measured === "unreadable" ? measured : drawnOf(mark, measured);
    if (frame === null || typeof drawn === "string") {
      skip(typeof drawn === "string" ? drawn : "unreadable");
      continue;
    }
    const image = markedAt(mark.image, frame);
    saved.marks.push(mark);
    if ("measurement" in drawn) {
      measurements.push({ ...drawn.measurement, image: frame.image });
      names.measurements.push(`${roomTool(mark.kind)?.label(room.language, null) ?? ""}, ${nameOf(frame)}`);
    } else {
      drawings += 1;
      image.graphics.push(...drawn.drawing.graphics);
      image.texts.push(...drawn.drawing.texts);
    }
  }
  for (const name of unsaved.keyImages) {
    const frame = await frames.frame(name);
    if (frame === null) {
      skip("keyUnreadable");
    } else {
      markedAt(name, frame);
      saved.keyImages.push(name);
      keyImages.push(frame.image);
      names.keyImages.push(nameOf(frame));
    }
  }
  const presentations: SavedPresentation[] = [];
  for (const { frame, graphics, texts } of marked.values()) {
    const look = lookFor(frame.details, lookOf(room, frame.image.seriesInstanceUid));
    if (graphics.length + texts.length > 0 || !isAsRecorded(look)) {
      presentations.push({ image: frame.image, ...look, graphics, texts });
      names.presentations.push(nameOf(frame));
    }
  }
  return { keyImages, presentations, measurements, saved, drawings, windows: presentations.filter((one) => !isAsRecorded(one)).length, skipped, names };
}

/** As its pane measures it. */
async function measuredOf(room: Pick<Room, "store" | "language" | "pageWords">, { kind, image, text }: Annotation, frame: MarkedFrame, frames: MarkedFrames): Promise<Measured | "unreadable"> {
  const { language, store, pageWords } = room;
  const values = OF_VALUES.includes(kind) ? await frames.values(frame).catch(() => "unreadable" as const) : null;
  if (values === "unreadable") {
    return values;
  }
  const line = calibrationOf({ image, pane: { index: frame.index, frame: frame.place }, store, subject: null });
  const details = line === null ? frame.details : calibrated(frame.details, line);
  const known = { details, values, words: { ...pageWords, byHand: BY_HAND[language] }, language, scale: frame.scale };
  return text === undefined ? known : { ...known, text };
}
