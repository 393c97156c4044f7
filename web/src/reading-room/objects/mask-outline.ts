/** The outline of a bitmap: along the edges of its pixels, so that nothing is smoothed away. */

import type { Point } from "../../view-geometry.js";

/** Closed lines in pixels of the bitmap, from the outer corner of the first one; the inside is on their right. */
export function outlinesOf(isSet: (column: number, row: number) => boolean, columns: number, rows: number): readonly (readonly Point[])[] {
  const width = columns + 1;
  const next = edgesOf(isSet, columns, rows, width);
  const lines: Point[][] = [];
  for (const start of next.keys()) {
    while ((next.get(start)?.length ?? 0) > 0) {
      lines.push(corners(walk(next, start, width), width));
    }
  }
  return lines;
}

/** From each corner, the corners to which an edge leads. */
function edgesOf(isSet: (column: number, row: number) => boolean, columns: number, rows: number, width: number): Map<number, number[]> {
  const next = new Map<number, number[]>();
  const inside = (column: number, row: number) => column >= 0 && row >= 0 && column < columns && row < rows && isSet(column, row);
  const add = (from: number, to: number) => {
    const others = next.get(from);
    if (others === undefined) {
      next.set(from, [to]);
    } else {
      others.push(to);
    }
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (isSet(column, row)) {
        const corner = row * width + column;
        if (!inside(column, row - 1)) add(corner, corner + 1);
        if (!inside(column + 1, row)) add(corner + 1, corner + width + 1);
        if (!inside(column, row + 1)) add(corner + width + 1, corner + width);
        if (!inside(column - 1, row)) add(corner + width, corner);
      }
    }
  }
  return next;
}

/** Back to where it began. Where two pixels touch at a corner, it turns right and so keeps them apart. */
function walk(next: Map<number, number[]>, start: number, width: number): readonly number[] {
  const way = [start];
  let [at, from] = [start, start];
  do {
    const ways = next.get(at) ?? [];
    const place = ways.length < 2 ? 0 : Math.max(0, ways.indexOf(at + rightOf(at - from, width)));
    const [to] = ways.splice(place, 1);
    if (to === undefined) {
      break;
    }
    [from, at] = [at, to];
    way.push(at);
  } while (at !== start);
  return way;
}

/** Right, down, left, up, right. */
function rightOf(step: number, width: number): number {
  const turns = new Map([[1, width], [width, -1], [-1, -width], [-width, 1]]);
  return turns.get(step) ?? 1;
}

/** Only where the line turns. */
function corners(way: readonly number[], width: number): Point[] {
  const around = way.slice(0, -1);
  const step = (place: number) => (around[(place + 1) % around.length] ?? 0) - (around[place] ?? 0);
  return around
    .filter((_, place) => step(place) !== step((place + around.length - 1) % around.length))
    .map((corner) => ({ x: corner % width, y: Math.floor(corner / width) }));
}
