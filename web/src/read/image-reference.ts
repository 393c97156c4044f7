/** References to images (PS3.3 10.3). */

import type { Attributes } from "./attributes.js";

export interface ImageReference {
  readonly sopInstanceUid: string;
  /** From 1; empty for all. */
  readonly frames: readonly number[];
}

/** An image that may be referred to. */
export interface ImageKey {
  readonly sopInstanceUid: string;
  /** From 1; null if the index does not tell. */
  readonly number: number | null;
}

export function readReferences(items: readonly Attributes[]): readonly ImageReference[] {
  return items.flatMap((item) => {
    const sopInstanceUid = item.text("00081155");
    return sopInstanceUid === null ? [] : [{ sopInstanceUid, frames: item.numbers("00081160") }];
  });
}

export function refersTo(references: readonly ImageReference[], { sopInstanceUid, number }: ImageKey): boolean {
  return references.some((one) => one.sopInstanceUid === sopInstanceUid && (one.frames.length === 0 || one.frames.includes(number ?? 1)));
}

/** References of a study, by series: those of presentation states, and the evidence of reports. */
export function readSeriesReferences(series: readonly Attributes[], imagesTag: string): ReadonlyMap<string, string> {
  const seriesOf = new Map<string, string>();
  for (const one of series) {
    const uid = one.text("0020000E");
    for (const { sopInstanceUid } of uid === null ? [] : readReferences(one.items(imagesTag))) {
      seriesOf.set(sopInstanceUid, uid ?? "");
    }
  }
  return seriesOf;
}
