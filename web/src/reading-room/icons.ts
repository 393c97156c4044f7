/** Icons of the room's own commands: paths within 24 × 24, stroked. */
export const ROOM_ICONS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  layouts: "M4 4h16v16H4zM12 4v16M4 12h16",
  enlarge: "M4 4h16v16H4zM9 9h6v6H9z",
  browse: "M6 3l12 9-5.500 1 3 6-2.500 1-3-6-4 4z",
  zoom: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6M7 10h6M10 7v6",
  cineAll: "M3 3h8v8H3zM13 3h8v8h-8zM3 13h8v8H3zM15 13.500v7l6-3.500z",
  slower: "M12 6v12l-8-6zM21 6v12l-8-6z",
  faster: "M3 6v12l8-6zM12 6v12l8-6z",
  undo: "M8 5 4 9l4 4M4 9h9a6 6 0 0 1 0 12H9",
  redo: "M16 5l4 4-4 4M20 9h-9a6 6 0 0 0 0 12h4",
  secondWindow: "M3 5h12v10H3zM9 9h12v10H9z",
  help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .600-1.500 1.100-1.500 2.400M12 17.500v.100M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  bars: "M3 4h18v16H3zM3 8h18M8 8v12",
  fullScreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z",
} as const;
