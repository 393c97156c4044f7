/** Who saves, as this browser remembers it. */

import type { Author } from "./document.js";

const KEY = "filmless:room:author";

/** Only what was typed here before; nothing about the study. */
export function knownAuthor(): Author {
  try {
    const [name = "", facility = ""] = (localStorage.getItem(KEY) ?? "").split("\n");
    return { name, facility, description: "" };
  } catch {
    return { name: "", facility: "", description: "" };
  }
}

export function keepAuthor({ name, facility }: Author): void {
  try {
    localStorage.setItem(KEY, `${name}\n${facility}`);
  } catch {
    // Without storage it is asked for again.
  }
}
