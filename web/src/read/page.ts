/** What the server wrote into the page for the viewer. */

import type { Words } from "../words.js";
import { object } from "./json.js";

/** The words, in the language of the page; the server writes all of them (`texts/viewer.rs`). */
export function readWords(json: string | undefined): Words {
  const words = object(JSON.parse(json ?? "null") as unknown);
  if (words === null) {
    throw new Error("the page lacks its words");
  }
  return words as unknown as Words;
}

/** A series, as described by a button of the page. */
export function readSeries({ series, label, frames, posterUrl, thumbsUrl, indexUrl, packUrl }: DOMStringMap) {
  return {
    seriesInstanceUid: series ?? "",
    label: label ?? "",
    frames: Number(frames),
    posterUrl: posterUrl ?? null,
    thumbsUrl: thumbsUrl ?? null,
    indexUrl: indexUrl ?? "",
    packUrl: packUrl ?? "",
  };
}
