/** Windows (PS3.3 C.11.2.1.2, C.11.2.1.3). */

import type { Window } from "../read/frame-details.js";

/** Maps a modality value to a brightness from 0 to 1. */
export function applyWindow({ center, width, function: voi }: Window, value: number): number {
  return Math.min(1, Math.max(0, unclamped(center, width, voi, value)));
}

function unclamped(center: number, width: number, voi: Window["function"], value: number): number {
  switch (voi) {
    case "SIGMOID":
      return 1 / (1 + Math.exp((-4 * (value - center)) / width));
    case "LINEAR_EXACT":
      return width > 0 ? (value - center) / width + 0.5 : 0;
    case "LINEAR":
      // A width of 1 or less is a threshold (C.11.2.1.2.1).
      return width <= 1 ? Number(value > center - 0.5) : (value - (center - 0.5)) / (width - 1) + 0.5;
  }
}

/** The window that shows all values between two. */
export function spanning(lowest: number, highest: number): Window {
  return { center: (lowest + highest) / 2, width: highest - lowest, function: "LINEAR_EXACT", name: null };
}

/** The window after a drag: right makes it wider, down makes it brighter; `by` is in parts of the current width. */
export function dragged(window: Window, by: { x: number; y: number }): Window {
  const smallest = window.function === "LINEAR" ? 1 : 1e-6;
  const reach = Math.max(window.width, smallest);
  return {
    ...window,
    name: null,
    width: Math.max(smallest, window.width + by.x * reach),
    center: window.center - by.y * reach,
  };
}
