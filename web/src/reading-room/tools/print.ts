/** Panes on paper: one sheet, as they stand on the screen. */

import { make } from "../../tools/elements.js";
import { HOSPITAL_TIME } from "../../tools/hospital-time.js";
import type { Said } from "../../tools/language.js";
import type { Room, RoomPane } from "../feature.js";
import { pictureOf } from "./pane-picture.js";

const WORDS: Said<Readonly<Record<"preview" | "screen" | "at", string>>> = {
  vi: { preview: "Có ảnh xem nhanh, không dùng để chẩn đoán.", screen: "Bản in màn hình, không thay ảnh gốc.", at: "In lúc" },
  en: { preview: "With a quick preview: not for diagnosis.", screen: "A print of the screen; it replaces no image.", at: "Printed" },
};

/**
 * Prints panes on one page, with or without whose pictures they are; false while none shows a picture. The page has no
 * margins, so that the browser writes neither title nor address on it.
 */
export function printPanes(room: Room, panes: readonly RoomPane[], hasNames: boolean): boolean {
  const pictures = panes.map((pane) => pictureOf(pane, hasNames));
  if (pictures.every((picture) => picture === null)) {
    return false;
  }
  const [rows, columns] = [sides(panes, "top"), sides(panes, "left")];
  const grid = make("div", { class: "print-grid" }, ...pictures.map((picture) => picture ?? make("div")));
  grid.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
  const sheet = make("div", { id: "room-print" }, ...(hasNames ? [head(room, panes)] : []), grid, foot(room, panes, hasNames));
  document.body.append(sheet);
  addEventListener("afterprint", () => sheet.remove(), { once: true });
  print();
  return true;
}

/** The panes that are seen, in the order of the grid. */
export function shownPanes({ panes }: Room): readonly RoomPane[] {
  return panes.filter(({ element }) => element.offsetParent !== null);
}

/** How many rows or columns they lie in. */
function sides(panes: readonly RoomPane[], side: "left" | "top"): number {
  return new Set(panes.map(({ element }) => Math.round(element.getBoundingClientRect()[side]))).size;
}

function head(room: Room, panes: readonly RoomPane[]): HTMLElement {
  const studies = [...new Set(panes.flatMap(({ study, content }) => content?.source?.study?.label ?? study?.label ?? []))];
  return make("header", {}, make("strong", {}, room.patient), make("span", {}, studies.join(" · ")));
}

function foot(room: Room, panes: readonly RoomPane[], hasNames: boolean): HTMLElement {
  const words = WORDS[room.language];
  const isPreview = panes.some(({ stage }) => stage.picture !== null && stage.element.dataset["quality"] !== "full");
  const warning = isPreview ? [make("strong", {}, words.preview)] : [];
  // Without names, a time would still say when somebody was here.
  const time = hasNames ? [make("span", {}, `${words.at} ${new Date().toLocaleString(room.language, { dateStyle: "short", timeStyle: "short", ...HOSPITAL_TIME })}`)] : [];
  return make("footer", {}, ...warning, make("span", {}, words.screen), ...time);
}
