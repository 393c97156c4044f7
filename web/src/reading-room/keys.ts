/** The keyboard: chords run commands, unless something on the page wants the key. */

import { chordOf, keysOf } from "./bindings/bindings.js";
import type { ReadingRoom } from "./room.js";

/** Holding a key repeats these; all others run once. */
const REPEATING = /^(next|previous|back-10|forward-10|zoom-in|zoom-out|undo|redo)$/;

export function listenToKeys(room: ReadingRoom): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || isTyped(target) || isItsOwn(target, event.key)) {
      return;
    }
    const name = keysOf(room.bindings)[chordOf(event)];
    if (name === undefined || room.commands.get(name) === null) {
      return;
    }
    event.preventDefault();
    if (!event.repeat || REPEATING.test(name)) {
      room.commands.run(name);
    }
  });
}

/** Whether keys belong to a field or a dialog. */
function isTyped(target: Element): boolean {
  // A dialog may have lost the focus, as with a button that was switched off.
  return document.querySelector("dialog[open]") !== null || target.matches("input, select, textarea, video, [contenteditable]") || target.closest("[data-keys]") !== null;
}

/** Enter and Space press what has the focus. */
function isItsOwn(target: Element, key: string): boolean {
  return (key === "Enter" || key === " ") && target.closest("button, a, summary") !== null;
}
