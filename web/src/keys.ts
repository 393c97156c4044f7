/** Keys move the images, unless something else on the page wants them. */

import type { Page } from "./page.js";
import type { Pane } from "./pane.js";

const ZOOM_STEP = 1.5;
const PAGE_STEPS = 10;
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
  PageUp: -PAGE_STEPS,
  PageDown: PAGE_STEPS,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};
const ZOOMS: Readonly<Record<string, number>> = { "+": ZOOM_STEP, "=": ZOOM_STEP, "-": 1 / ZOOM_STEP };

export function listenToKeys(page: Page, pane: Pane, leaveLarge: () => void): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const isHere = target === document.body || page.viewer.contains(target);
    const isTyped = target.matches("input, select, textarea, video") || target.closest("[data-keys]") !== null;
    const isPlain = !(event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey);
    if (isPlain && event.key === "Escape" && page.isLarge) {
      leaveLarge();
    }
    if (!isHere || isTyped || !isPlain) {
      return;
    }
    const by = STEPS[event.key];
    const zoom = ZOOMS[event.key];
    if (by !== undefined && pane.frames > 1) {
      event.preventDefault();
      pane.step(by);
    } else if (zoom !== undefined && page.stage.contains(target)) {
      pane.stage.zoom(zoom);
    }
  });
}
