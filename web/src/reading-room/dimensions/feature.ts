/** Sliders for series of several volumes, which come with the first such series. */

import { framePlace } from "../../read/frame-axes.js";
import type { SeriesIndex } from "../../read/series-index.js";
import type { Install, RoomPane } from "../feature.js";
import { Late } from "../late.js";

export const install: Install = (room) => {
  const sliders = new Late(room, () => import("./sliders.js").then(({ PaneSliders }) => new PaneSliders(room)));
  const look = ({ pane: { index } }: RoomPane) => {
    if (sliders.value === null && index !== null && hasVolumes(index)) {
      void sliders.use(() => undefined);
    }
  };
  room.listen({ onChange: (pane, what) => (what === "index" ? look(pane) : undefined) });
  room.panes.forEach(look);
  return { commands: [] };
};

/** Whether some place of the series has several frames. */
function hasVolumes({ frames }: SeriesIndex): boolean {
  const places = frames.map(framePlace).filter((place) => place !== null);
  return new Set(places.map(({ plane, slice }) => `${plane}/${slice}`)).size < places.length;
}
