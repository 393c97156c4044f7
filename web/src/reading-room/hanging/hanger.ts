/** Hangs a study that opens: as it was left, or by the rules. */

import type { ReadingRoom } from "../room.js";
import type { RoomPlace } from "../place.js";
import type { RoomStudy } from "../feature.js";
import { itemsOf, type Item } from "./items.js";
import { hang } from "./match.js";
import { RULES } from "./rules.js";

/** `without`: series that another window shows; they hang only if nothing else is there. */
export async function hangStudy(room: ReadingRoom, without: readonly string[] = []): Promise<void> {
  const items = await itemsOf(room.list.present);
  const others = items.filter(({ seriesInstanceUid }) => !without.includes(seriesInstanceUid));
  const { rule, grid, cells } = hang<Item>(others.length > 0 ? others : items, room.page.title, RULES);
  room.rule = rule;
  room.setLayout(grid.rows, grid.columns);
  cells.slice(0, room.panes.length).forEach((item, place) => {
    const cell = room.panes[place];
    if (item !== null && cell !== undefined) {
      void room.show(cell, item.study, item.series, item.frame);
    }
  });
  const first = cells.findIndex((item) => item !== null);
  room.activate(room.panes[Math.max(0, first)] ?? room.active);
}

/** Hangs everything as the reader left it; what is no longer there stays empty. */
export async function hangAsLeft(room: ReadingRoom, left: RoomPlace): Promise<void> {
  room.rule = left.rule;
  room.setLayout(left.grid.rows, left.grid.columns);
  await Promise.all(left.panes.map(async (placed, place) => {
    const study = placed === null ? null : await studyOf(room, placed.studyUid);
    const series = study?.series.find(({ seriesInstanceUid }) => seriesInstanceUid === placed?.seriesInstanceUid);
    const cell = room.panes[place];
    if (placed !== null && study !== null && series !== undefined && cell !== undefined) {
      void room.show(cell, study, series, placed.frame);
    }
  }));
  room.activate(room.panes[left.active] ?? room.active);
  if (left.enlarged !== null) {
    room.enlarge(room.panes[left.enlarged] ?? null);
  }
}

function studyOf(room: ReadingRoom, uid: string): Promise<RoomStudy | null> {
  return room.list.openByUid(uid).catch(() => {
    room.say(room.words.priorFailed);
    return null;
  });
}
