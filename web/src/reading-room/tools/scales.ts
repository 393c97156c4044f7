/** Scales in which the values of a series are given in place of their own unit, such as SUVbw, once its header was read. */

import type { Marks } from "../../tools/marks.js";
import type { ValueScale } from "../../tools/measuring/tool.js";

const scales = new Map<string, ValueScale>();

export function setScale(seriesInstanceUid: string, scale: ValueScale | null): void {
  if (scale === null) {
    scales.delete(seriesInstanceUid);
  } else {
    scales.set(seriesInstanceUid, scale);
  }
}

/** Null for the unit of the pack. What covers a frame may be of another series, so its values keep their unit. */
export function scaleOf({ pane, subject }: Marks): ValueScale | null {
  return subject === null ? (scales.get(pane.series?.seriesInstanceUid ?? "") ?? null) : null;
}
