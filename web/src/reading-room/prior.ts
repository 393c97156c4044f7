/** The prior of the same kind, beside or below: fetched when it is asked for. */

import { itemsOf, type Item } from "./hanging/items.js";
import { placeForPrior, withPrior } from "./hanging/match.js";
import { RULES } from "./hanging/rules.js";
import type { ReadingRoom } from "./room.js";
import type { Cell } from "./room-pane.js";

export async function comparePrior(room: ReadingRoom): Promise<void> {
  const { words, list } = room;
  room.say(words.loadingPrior);
  try {
    const present = await itemsOf(list.present);
    const shown = room.panes.map((cell) => itemIn(cell, present));
    const active = itemIn(room.active, present) ?? shown.find((item) => item !== null) ?? null;
    const study = active === null ? null : await list.prior(active.modality);
    if (active === null || study === null) {
      room.say(words.noPrior);
      return;
    }
    const plan = withPrior<Item>(shown, active, await itemsOf(study), placeForPrior(room.rule, RULES));
    if (plan.prior.every((item) => item === null)) {
      // Its series are in the strip now.
      room.stripChanged();
      room.say(words.noPair);
      return;
    }
    room.setLayout(plan.grid.rows, plan.grid.columns);
    // A screen with room for one picture gets the prior.
    const cells = room.panes.length === 1 ? plan.prior : [...plan.present, ...plan.prior];
    cells.forEach((item, place) => put(room, item, place));
    room.stripChanged();
    room.say("");
    room.record();
  } catch {
    room.say(words.priorFailed);
  }
}

function put(room: ReadingRoom, item: Item | null, place: number): void {
  const cell = room.panes[place];
  if (cell === undefined) {
    return;
  }
  if (item === null) {
    room.empty(cell);
  } else if (!isIn(cell, item)) {
    void room.show(cell, item.study, item.series, item.frame);
  }
}

function isIn({ study, pane }: Cell, item: Item): boolean {
  return study === item.study && pane.series?.seriesInstanceUid === item.seriesInstanceUid && (item.frame === null || item.frame === pane.frame);
}

/** What hangs in a pane: the view that its frame shows, if the series has several. */
function itemIn({ study, pane }: Cell, items: readonly Item[]): Item | null {
  const ofSeries = items.filter((item) => item.study === study && item.seriesInstanceUid === pane.series?.seriesInstanceUid);
  return ofSeries.find(({ frame }) => frame === pane.frame) ?? ofSeries[0] ?? null;
}
