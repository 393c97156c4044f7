/** A Key Object Selection draws nothing: its parts are images to go to. */

import type { KeySelection } from "../../read/key-selection.js";
import type { Drawable } from "./shapes.js";

export function selectionDrawing({ images }: KeySelection): Drawable {
  const sites = images.flatMap(({ sopInstanceUid, frames }) => (frames.length === 0 ? [null] : frames).map((frame) => ({ sopInstanceUid, frame })));
  return {
    parts: sites.map((_, place) => ({ name: `${place + 1}`, lines: [], colour: "" })),
    shapesOn: () => [],
    siteOf: (part) => sites[part] ?? null,
  };
}
