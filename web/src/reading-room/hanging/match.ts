/** Which picture hangs where: `rules.json` applied to the series of a study. It knows no page. */

import { cellsOf, gridFor, gridOf, type Grid } from "../layout.js";

/** Something that can hang in a pane: a series, or one frame of a series of single views. */
export interface Hangable {
  readonly seriesInstanceUid: string;
  /** Null for the most telling one. */
  readonly frame: number | null;
  readonly label: string;
  readonly modality: string;
  readonly frames: number;
  /** Body Part Examined, if it is known. */
  readonly bodyPart: string;
  /** `R`, `L`, `B` or empty. */
  readonly laterality: string;
  readonly view: string;
}

/** Regular expressions; what is missing matches everything. */
export interface Condition {
  readonly modality?: string;
  readonly bodyPart?: string;
  readonly laterality?: string;
  readonly view?: string;
  readonly description?: string;
}

export interface Rule {
  readonly name: string;
  readonly when: Condition;
  /** Rows and columns, for rules with cells. */
  readonly grid?: readonly number[];
  readonly cells?: readonly Condition[];
  /** At least this many cells must find something, else the next rule is tried; without it, one. */
  readonly needs?: number;
  /** Instead of cells: the first series, at most this many. */
  readonly fill?: number;
  /** Where the prior goes. */
  readonly prior: string;
}

export interface Hanging<Item> {
  readonly rule: string;
  readonly grid: Grid;
  /** What hangs at each place; null for an empty one. */
  readonly cells: readonly (Item | null)[];
}

/**
 * Hangs a study: `items` in the order of the page, but the series that stands for the study first. That one decides which rules fit: a
 * scout image in a CT does not make it an X-ray.
 */
export function hang<Item extends Hangable>(items: readonly Item[], title: string, rules: readonly Rule[]): Hanging<Item> {
  const [main] = items;
  for (const rule of main === undefined ? [] : rules.filter(({ when }) => fits(main, when, title))) {
    const found = apply(rule, items.filter((item) => fits(item, rule.when, title)), items, title);
    if (found !== null) {
      return found;
    }
  }
  return { rule: "", grid: gridFor(1), cells: [items[0] ?? null] };
}

function apply<Item extends Hangable>(rule: Rule, fitting: readonly Item[], items: readonly Item[], title: string): Hanging<Item> | null {
  const { name, cells: wanted, grid, needs = 1, fill = 1 } = rule;
  if (wanted === undefined) {
    const first = [...fitting, ...items.filter((item) => !fitting.includes(item))].slice(0, fill);
    const filled = gridFor(first.length);
    return { rule: name, grid: filled, cells: padded(first, cellsOf(filled)) };
  }
  const taken = new Set<Item>();
  const cells = wanted.map((condition) => {
    const item = fitting.find((one) => !taken.has(one) && fits(one, condition, title)) ?? null;
    if (item !== null) {
      taken.add(item);
    }
    return item;
  });
  const [rows = 1, columns = 1] = grid ?? [];
  return taken.size < needs ? null : { rule: name, grid: gridOf(rows, columns), cells: padded(cells, rows * columns) };
}

function padded<Item>(items: readonly (Item | null)[], cells: number): readonly (Item | null)[] {
  return Array.from({ length: cells }, (_, place) => items[place] ?? null);
}

function fits(item: Hangable, { modality, bodyPart, laterality, view, description }: Condition, title: string): boolean {
  const matches = (pattern: string | undefined, text: string) => pattern === undefined || new RegExp(pattern, "iu").test(text);
  return (
    matches(modality, item.modality) &&
    matches(bodyPart, `${item.bodyPart} ${item.label} ${title}`) &&
    matches(laterality, item.laterality) &&
    matches(view, item.view === "" ? item.label : item.view) &&
    matches(description, item.label)
  );
}

/** Where a prior goes: below each picture, or beside the active one. */
export function placeForPrior(rule: string, rules: readonly Rule[]): "below" | "beside" {
  return rules.find(({ name }) => name === rule)?.prior === "below" ? "below" : "beside";
}

/**
 * The picture of an earlier study that belongs to one of this study: of the same kind, side and view. A picture of the other side is
 * never paired.
 */
export function pairOf<Item extends Hangable>(item: Hangable, prior: readonly Item[]): Item | null {
  const isPossible = (one: Item) =>
    one.modality === item.modality &&
    (one.laterality === item.laterality || one.laterality === "" || item.laterality === "") &&
    (one.view === item.view || one.view === "" || item.view === "");
  const strangeness = (one: Item) =>
    (one.view === item.view ? 0 : 4e9) + (one.laterality === item.laterality ? 0 : 2e9) + (one.label === item.label ? 0 : 1e9) + Math.abs(one.frames - item.frames);
  return [...prior.filter(isPossible)].sort((a, b) => strangeness(a) - strangeness(b))[0] ?? null;
}

/** The grid of a study with its prior: what hangs above, and what hangs below or beside; null for an empty place. */
export function withPrior<Item extends Hangable>(
  shown: readonly (Item | null)[],
  active: Item,
  prior: readonly Item[],
  place: "below" | "beside",
): { readonly grid: Grid; readonly present: readonly (Item | null)[]; readonly prior: readonly (Item | null)[] } {
  const upper = place === "below" && shown.length > 0 ? shown : [active];
  const lower = upper.map((item) => (item === null ? null : pairOf(item, prior)));
  const grid = place === "below" ? gridOf(2, upper.length) : gridOf(1, 2);
  return { grid, present: upper.slice(0, grid.columns), prior: lower.slice(0, grid.columns) };
}
