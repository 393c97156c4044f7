/**
 * Weasis 4: weasis.org, Basics, Shortcuts, and its source (`MouseActions.java`: left window, middle pan, right menu, wheel scroll).
 * The letters are those that IHE recommends in its Basic Image Review profile. Weasis uses Tab for the next view; here, as on every
 * page, Tab moves the focus.
 */

import type { Bindings } from "./bindings.js";

export const WEASIS: Bindings = {
  name: "weasis",
  label: { vi: "Weasis", en: "Weasis" },
  mouse: { left: "window", middle: "pan", right: "menu" },
  keys: {
    ArrowUp: "previous",
    ArrowDown: "next",
    "Shift+ArrowUp": "back-10",
    "Shift+ArrowDown": "forward-10",
    ArrowLeft: "series-previous",
    ArrowRight: "series-next",
    PageUp: "series-first",
    PageDown: "series-last",
    "Ctrl++": "zoom-in",
    "Ctrl+-": "zoom-out",
    "Ctrl+Enter": "fit",
    T: "hand-pan",
    W: "hand-window",
    S: "hand-scroll",
    Z: "hand-zoom",
    H: "cursor-3d",
    C: "cine",
    D: "measure-length",
    A: "measure-angle",
    B: "measure-text",
    Q: "menu",
    "Alt+R": "rotate-right",
    "Alt+L": "rotate-left",
    "Alt+F": "flip-horizontal",
    K: "key-image",
    Space: "texts",
    I: "texts",
    Escape: "reset",
    P: "print",
  },
};
