/** Icons of buttons: paths within 24 × 24, stroked. A tool brings its own. */
export const ICONS = {
  invert: "M4 4h16v16H4zM4 20 20 4M8 20l12-12M13 20l7-7",
  overlays: "M4 4h16v16H4zM8 15l3-6 2 4 1.500-2 2 4z",
  mask: "M3 8h11v11H3zM9 5h12v11h-4",
  rotate: "M19 12a7 7 0 1 1-2-5M17 2v5h-5",
  flip: "M12 3v18M9 7 3 18h6zM15 7l6 11h-6z",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  actualSize: "M5 7l3-2v14M15 7l3-2v14M12 9v.1M12 15v.1",
  reset: "M5 12a7 7 0 1 0 2-5M7 2v5h5",
  compare: "M3 5h8v14H3zM13 5h8v14h-8z",
  loop: "M4 11a6 6 0 0 1 6-5h8M15 3l3 3-3 3M20 13a6 6 0 0 1-6 5H6M9 21l-3-3 3-3",
  key: "m12 3 2.700 5.700 6.300.800-4.600 4.300 1.200 6.200-5.600-3.100L6.400 20l1.200-6.200L3 9.500l6.300-.800z",
  film: "M8 5v14l11-7z",
  close: "M5 5l14 14M19 5 5 19",
} as const;
