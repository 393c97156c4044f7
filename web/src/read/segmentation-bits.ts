/** Where the pixels of segmentations lie in a pack (`docs/SERIES-PACK.md`). */

import { isCount, list, object, positive, text } from "./json.js";
import type { Span } from "./series-index.js";

export interface StoredSegmentation {
  /** 1, 8 or 16. */
  readonly bitsAllocated: number;
  /** Of each frame, in the order of the file: deflated, and filled up to whole bytes. */
  readonly frames: readonly Span[];
}

/** By SOP Instance UID. */
export function readStoredSegmentations(index: unknown): ReadonlyMap<string, StoredSegmentation> {
  const stored = new Map<string, StoredSegmentation>();
  for (const json of list(object(index)?.["others"])) {
    const other = object(json);
    const [uid, pixels] = [text(other?.["sop_instance_uid"]), object(other?.["pixel_data"])];
    const [offset, bitsAllocated] = [pixels?.["offset"], positive(pixels?.["bits_allocated"])];
    if (uid !== null && bitsAllocated !== null && isCount(offset)) {
      let at = offset;
      const frames = list(pixels?.["lengths"]).filter(isCount).map((length) => ({ offset: (at += length) - length, length }));
      stored.set(uid, { bitsAllocated, frames });
    }
  }
  return stored;
}
