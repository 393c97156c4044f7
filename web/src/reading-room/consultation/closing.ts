/** The end of a consultation for one screen: its images go at once, and the screen says why. */

import { make } from "../../tools/elements.js";
import type { ReadingRoom } from "../room.js";

export function clearRoom(room: ReadingRoom, why: string, cleared: string, link: { readonly url: string; readonly text: string }): void {
  const { page, grids } = room;
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  room.setPanel("", null);
  // Each pane gives up its bytes, and what was asked for.
  room.panes.forEach((pane) => room.empty(pane));
  grids.remove();
  page.strip.remove();
  document.getElementById("room-toolbar")?.remove();
  document.getElementById("consultation-bar")?.remove();
  // No key brings an image back.
  const stop = (event: Event) => (event.target instanceof Element && event.target.closest("#consultation-ended") !== null ? undefined : event.stopImmediatePropagation());
  ["keydown", "wheel", "dragover", "drop"].forEach((name) => addEventListener(name, stop, true));
  const title = make("h2", { tabindex: -1 }, why);
  page.main.append(make("section", { id: "consultation-ended", role: "alert" }, title, make("p", {}, cleared), make("a", { href: link.url }, link.text)));
  title.focus();
}
