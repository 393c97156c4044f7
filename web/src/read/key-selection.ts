/** A Key Object Selection: images that somebody found worth looking at (PS3.3 A.35.4, PS3.16 TID 2010). */

import type { Attributes } from "./attributes.js";
import { readReferences, readSeriesReferences, type ImageReference } from "./image-reference.js";
import { observerOf } from "./observer.js";

export interface KeySelection {
  readonly sopInstanceUid: string;
  readonly title: string;
  readonly creator: string | null;
  /** As in the file: `20260131`. */
  readonly date: string | null;
  readonly images: readonly ImageReference[];
  /** Of each image. */
  readonly seriesOf: ReadonlyMap<string, string>;
}

const CONTENT = "0040A730";

export function readKeySelection(file: Attributes): KeySelection {
  const evidence = [...file.items("0040A375"), ...file.items("0040A385")].flatMap((study) => study.items("00081115"));
  const images = file.items(CONTENT).filter((item) => item.text("0040A040") === "IMAGE");
  return {
    sopInstanceUid: file.text("00080018") ?? "",
    title: file.text("0008103E") ?? file.item("0040A043")?.text("00080104") ?? "",
    creator: observerOf(file),
    date: file.text("00080023"),
    images: images.flatMap((item) => readReferences(item.items("00081199"))),
    seriesOf: readSeriesReferences(evidence, "00081199"),
  };
}
