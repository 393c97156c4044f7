/** What a feature adds to every pane of the room, also to those that come later. */

import type { Room, RoomPane } from "../feature.js";

export function inEveryPane<Part>(room: Room, add: (pane: RoomPane) => Part): (pane: RoomPane) => Part | null {
  const parts = new WeakMap<RoomPane, Part>();
  const addAll = () => {
    for (const pane of room.panes) {
      if (!parts.has(pane)) {
        parts.set(pane, add(pane));
      }
    }
  };
  room.listen({ onPanes: addAll });
  addAll();
  return (pane) => parts.get(pane) ?? null;
}
