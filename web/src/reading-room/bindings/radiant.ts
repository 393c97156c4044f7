/**
 * RadiAnt, as its users know it. Its manual (radiantviewer.com, DICOM Viewer manual, Mouse functions) was out of reach when this was
 * written, so none of it is compared with RadiAnt. The letters are those of IHE's Basic Image Review profile, where that has one.
 */

import type { Bindings } from "./bindings.js";

export const RADIANT: Bindings = {
  name: "radiant",
  label: { vi: "RadiAnt", en: "RadiAnt" },
  mouse: { left: "window", middle: "pan", right: "zoom" },
  keys: {
    ArrowUp: "previous",
    ArrowDown: "next",
    ArrowLeft: "previous",
    ArrowRight: "next",
    PageUp: "series-previous",
    PageDown: "series-next",
    "Shift+ArrowUp": "back-10",
    "Shift+ArrowDown": "forward-10",
    Space: "cine",
    W: "hand-window",
    T: "hand-pan",
    S: "hand-scroll",
    Z: "hand-zoom",
    D: "measure-length",
    A: "measure-angle",
    E: "measure-ellipse",
    I: "invert",
    R: "rotate-right",
    L: "rotate-left",
    H: "flip-horizontal",
    V: "flip-vertical",
    M: "magnifier",
    K: "key-image",
    X: "cursor-3d",
    F: "fit",
    O: "texts",
    Q: "menu",
    P: "print",
    Escape: "hand-browse",
  },
};
