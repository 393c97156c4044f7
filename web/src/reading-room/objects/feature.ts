/** What others drew: chosen from a list, drawn over the panes. */

import type { Install } from "../feature.js";
import { Late } from "../late.js";

export const install: Install = (room) => {
  const objects = new Late(room, () => import("./objects.js").then(({ Objects }) => new Objects(room)));
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
        run: () => objects.use((one) => one.setShutter(!one.isShuttered)),
      },
    ],
  };
};
