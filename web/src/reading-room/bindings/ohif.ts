/**
 * OHIF 3: `platform/core/src/defaults/hotkeyBindings.ts` and `modes/longitudinal/src/initToolGroups.js` of its source. Keys for
 * segments, which the room does not draw, are left out.
 */

import type { Bindings } from "./bindings.js";

export const OHIF: Bindings = {
  name: "ohif",
  label: { vi: "OHIF", en: "OHIF" },
  mouse: { left: "window", middle: "pan", right: "zoom" },
  keys: {
    ArrowUp: "previous",
    ArrowDown: "next",
    ArrowLeft: "pane-previous",
    ArrowRight: "pane-next",
    PageUp: "series-previous",
    PageDown: "series-next",
    Z: "hand-zoom",
    "=": "fit",
    R: "rotate-right",
    L: "rotate-left",
    H: "flip-horizontal",
    V: "flip-vertical",
    C: "cine",
    I: "invert",
    Space: "reset",
    Escape: "hand-browse",
  },
};
