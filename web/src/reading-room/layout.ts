/** Which pane goes where: the grid of the room, without a page. Places count from 0, row by row. */

export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** What a reader can choose; a rule of hanging may have one column more, for mammography with its prior. */
export const SIDE_MAX = 3;
export const COLUMNS_MAX = 4;

export const SINGLE: Grid = { rows: 1, columns: 1 };

/** A grid within the limits. */
export function gridOf(rows: number, columns: number): Grid {
  const within = (side: number, max: number) => (Number.isFinite(side) ? Math.min(max, Math.max(1, Math.round(side))) : 1);
  return { rows: within(rows, SIDE_MAX), columns: within(columns, COLUMNS_MAX) };
}

export function cellsOf({ rows, columns }: Grid): number {
  return rows * columns;
}

/** The smallest grid for this many series, wider than high, as screens are. */
export function gridFor(series: number): Grid {
  if (series <= SIDE_MAX) {
    return gridOf(1, series);
  }
  return series === 4 ? gridOf(2, 2) : series <= 6 ? gridOf(2, 3) : gridOf(3, 3);
}

/**
 * Which old place each place of a new grid shows; null for an empty one. Series keep their order. The active one stays,
 * in the last place if there is no other.
 */
export function carryOver(before: number, to: Grid, active: number): readonly (number | null)[] {
  const places = Array.from({ length: cellsOf(to) }, (_, place) => (place < before ? place : null));
  if (active < before && !places.includes(active)) {
    places[places.length - 1] = active;
  }
  return places;
}

export type Direction = "left" | "right" | "up" | "down";

/** The place beside another one; the same at the edge of the grid. */
export function neighbour({ rows, columns }: Grid, place: number, direction: Direction): number {
  const row = Math.floor(place / columns) + (direction === "down" ? 1 : direction === "up" ? -1 : 0);
  const column = (place % columns) + (direction === "right" ? 1 : direction === "left" ? -1 : 0);
  return row < 0 || row >= rows || column < 0 || column >= columns ? place : row * columns + column;
}

/** The place before or after another one, around the ends. */
export function following(grid: Grid, place: number, by: 1 | -1): number {
  const cells = cellsOf(grid);
  return (place + by + cells) % cells;
}

/** How many of the memory's parts each of several open series gets. */
export function memoryShare(open: number): number {
  return 1 / Math.max(1, open);
}
