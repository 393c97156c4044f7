/** The area of an outline that was drawn by hand, and the values within it. */

import type { FrameValues } from "../../full/frame-values.js";
import { fill } from "../../page.js";
import type { Point } from "../../view-geometry.js";
import type { Said } from "../language.js";
import { FREEHAND_BUTTON, named } from "./buttons.js";
import { polygon } from "./shapes.js";
import { areaOf, regionText, statisticsOf, type Inside, type Statistics } from "./statistics.js";
import type { MeasuringTool } from "./tool.js";

const WORDS: Said<{ readonly crossed: string }> = {
  vi: { crossed: "{text} · Đường vẽ tự cắt" },
  en: { crossed: "{text} · Outline crosses itself" },
};

/** Its points: all along the outline, which closes from the last one to the first. */
export const FREEHAND: MeasuringTool = {
  ...named(FREEHAND_BUTTON),
  strokes: [2, 1],
  more: "trace",
  result: (points, measured) => {
    const { values, details, language } = measured;
    const area = areaOf(details, points, insidePixels(points));
    const text = regionText(values === null ? null : polygonStatistics(values, points), area, measured);
    return crossesItself(points) ? fill(WORDS[language].crossed, { text }) : text;
  },
  draw: (points) => [polygon(points)],
};

/** Statistics of all pixels whose centres are inside a polygon by the even-odd rule; null if there are none. */
export function polygonStatistics(values: FrameValues, points: readonly Point[]): Statistics | null {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const box = [
    { x: Math.min(...xs), y: Math.min(...ys) },
    { x: Math.max(...xs), y: Math.max(...ys) },
  ] as const;
  return statisticsOf(values, box, insideOf(points));
}

function insideOf(points: readonly Point[]): Inside {
  return (y) => {
    const crossings = crossingsAt(points, y);
    return (x) => crossings.filter((crossing) => crossing > x).length % 2 === 1;
  };
}

/** Where the outline crosses a height. A corner at this very height belongs to what lies above it. */
function crossingsAt(points: readonly Point[], y: number): readonly number[] {
  const crossings: number[] = [];
  for (const [a, b] of edgesOf(points)) {
    if (a.y > y !== b.y > y) {
      crossings.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
  }
  return crossings;
}

/**
 * The area in pixels by the even-odd rule. Between the heights of two corners or crossings the width inside changes
 * linearly, so its mean is that at half the height.
 */
export function insidePixels(points: readonly Point[]): number {
  if (!crossesItself(points)) {
    return Math.abs(edgesOf(points).reduce((sum, [a, b]) => sum + a.x * b.y - b.x * a.y, 0)) / 2;
  }
  const corners = [...points, ...crossingsOf(points)].map(({ y }) => y).sort((a, b) => a - b);
  let area = 0;
  for (const [place, top] of corners.entries()) {
    const bottom = corners[place + 1] ?? top;
    if (bottom > top) {
      const crossings = [...crossingsAt(points, (top + bottom) / 2)].sort((a, b) => a - b);
      area += (bottom - top) * crossings.reduce((width, x, at) => width + (at % 2 === 0 ? -x : x), 0);
    }
  }
  return area;
}

export function crossesItself(points: readonly Point[]): boolean {
  return crossingsOf(points).length > 0;
}

/** Where edges that are not neighbours meet. */
function crossingsOf(points: readonly Point[]): readonly Point[] {
  const edges = edgesOf(points);
  const found: Point[] = [];
  edges.forEach(([a, b], place) => {
    for (let other = place + 2; other < edges.length - (place === 0 ? 1 : 0); other++) {
      const [c, d] = edges[other] ?? [a, b];
      const across = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
      const along = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / across;
      const alongOther = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / across;
      if (along > 0 && along < 1 && alongOther > 0 && alongOther < 1) {
        found.push({ x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) });
      }
    }
  });
  return found;
}

function edgesOf(points: readonly Point[]): readonly (readonly [Point, Point])[] {
  return points.map((point, place) => [point, points[(place + 1) % points.length] ?? point]);
}
