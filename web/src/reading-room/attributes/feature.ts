/** All attributes of the shown instance, searchable, as they are written in the file. */

import type { Install } from "../feature.js";
import { Late } from "../late.js";

export const install: Install = (room) => {
  const panel = new Late(room, () => import("./panel.js").then(({ AttributePanel }) => new AttributePanel(room)));
  return {
    commands: [
      {
        name: "attributes",
        group: "other",
        label: { vi: "Mọi thuộc tính DICOM", en: "All DICOM attributes" },
        icon: "M4 5h16M4 10h16M4 15h16M4 20h10",
        run: () => panel.use((one) => one.open()),
      },
    ],
  };
};
