/** What the room knows of a frame besides its index: its size by hand, and the scale of its values. */

import type { Pane } from "../../pane.js";
import type { FrameDetails } from "../../read/frame-details.js";
import type { Annotation } from "../../tools/annotations.js";
import type { Said } from "../../tools/language.js";
import type { Marks } from "../../tools/marks.js";
import { byHand, CALIBRATE, CALIBRATE_SERIES, lengthMm } from "../../tools/measuring/calibrate.js";
import type { Measured, ValueScale } from "../../tools/measuring/tool.js";
import { SHARED_CALIBRATIONS } from "./shared-calibrations.js";

export const BY_HAND: Said<string> = { vi: "hiệu chuẩn bằng tay", en: "calibrated by hand" };

/** The scale in which values of a pane are given; null for their own unit. */
export type ScaleOf = (marks: Marks) => ValueScale | null;

/** Lets all measurements of a pane know of the calibrations by hand and of the scale. */
export function refine(marks: Marks, scaleOf: ScaleOf): void {
  const known = new WeakMap<FrameDetails, { readonly by: string; readonly details: FrameDetails }>();
  marks.refine = (measured: Measured): Measured => {
    const scale = scaleOf(marks);
    const line = calibrationOf(marks);
    const words = { ...measured.words, byHand: BY_HAND[measured.language] };
    if (line === null) {
      return { ...measured, words, scale };
    }
    const by = JSON.stringify([line.points, line.text]);
    const before = known.get(measured.details);
    // The same object again, so that results are not calculated again.
    const details = before?.by === by ? before.details : calibrated(measured.details, line);
    known.set(measured.details, { by, details });
    return { ...measured, details, words, scale };
  };
}

/** What is known of a frame with the line that calibrates it by hand. */
export function calibrated(details: FrameDetails, { points, text }: Annotation): FrameDetails {
  return byHand(details, points, lengthMm(text ?? "") ?? 0) ?? details;
}

/** The line that calibrates the image on the stage: its own, or the latest of its series, if that has images of this size. */
export function calibrationOf({ image, pane, store, subject }: Pick<Marks, "image" | "store" | "subject"> & { readonly pane: Pick<Pane, "index" | "frame"> }): Annotation | null {
  const { index } = pane;
  const entry = index?.frames[pane.frame];
  const [series, instance] = image?.split("/") ?? [];
  // A plane through a series is as large as the series says.
  if (subject !== null || series === undefined || instance === undefined || entry === undefined) {
    return null;
  }
  // All frames of one instance, such as those of a film, have pixels of one size.
  const all = SHARED_CALIBRATIONS.all ?? store.all;
  const ofInstance = all.filter((mark) => mark.kind === CALIBRATE.name && mark.image.startsWith(`${series}/${instance}/`));
  const ofSeries = all.filter((mark) => {
    const [, other] = mark.image.split("/");
    const frame = mark.kind === CALIBRATE_SERIES.name && mark.image.startsWith(`${series}/`) ? index?.frames.find(({ sopInstanceUid }) => sopInstanceUid === other) : undefined;
    return frame !== undefined && frame.rows === entry.rows && frame.columns === entry.columns;
  });
  const found = ofInstance.length > 0 ? ofInstance : ofSeries;
  return found[found.length - 1] ?? null;
}
