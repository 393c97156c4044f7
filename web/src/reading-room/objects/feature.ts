/** What others drew: chosen from a list, drawn over the panes. */

import type { Install, Room } from "../feature.js";
import { Late } from "../late.js";
import type { Objects } from "./objects.js";

/** What is shown of others in a room, also for those who show what another room does. */
const OBJECTS_OF = new WeakMap<Room, Late<Objects>>();

export function objectsOf(room: Room): Late<Objects> | null {
  return OBJECTS_OF.get(room) ?? null;
}

export const install: Install = (room) => {
  const objects = new Late(room, () => import("./objects.js").then((script) => new script.Objects(room)));
  OBJECTS_OF.set(room, objects);
  return {
    commands: [
      {
        name: "objects",
        group: "objects",
        label: { vi: "Chú thích và vùng vẽ", en: "Annotations and outlines" },
        icon: "M4 4h16v16H4zM8 15l3-5 3 3 3-6",
        run: () => objects.use((one) => one.show()),
      },
      {
        name: "shutter",
        group: "objects",
        label: { vi: "Che theo cửa chắn của ảnh", en: "Cover by the shutter of the image" },
        isOn: () => objects.value?.isShuttered === true,
        run: () => objects.use((one) => one.setShutter(!one.isShuttered, true)),
      },
    ],
  };
};
