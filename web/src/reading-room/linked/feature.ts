/** What the pane in hand does, the others do as well: go through the body, window, zoom. */

import type { Said } from "../../tools/language.js";
import type { Command, Feature, Install, Room } from "../feature.js";
import { Late } from "../late.js";
import type { LinkKind } from "./links.js";

const LABELS: Readonly<Record<LinkKind, Said<string>>> = {
  scroll: { vi: "Cuộn cùng vị trí", en: "Link scrolling" },
  window: { vi: "Cùng cửa sổ", en: "Link windows" },
  zoom: { vi: "Cùng độ phóng", en: "Link zoom" },
};
const ICONS: Readonly<Record<LinkKind, string>> = {
  scroll: "M5 4h5v16H5zM14 4h5v16h-5zM10 9h4M10 15h4",
  window: "M8 4a8 8 0 0 0 0 16zM16 4a8 8 0 0 1 0 16zM10 12h4",
  zoom: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 12h6M12 9v6",
};

export const install: Install = (room: Room): Feature => {
  const late = new Late(room, () => import("./links.js").then(({ Links }) => new Links(room)));
  const command = (kind: LinkKind): Command => ({
    name: `link-${kind}`,
    group: "linked",
    label: LABELS[kind],
    icon: ICONS[kind],
    isOn: () => late.value?.isOn(kind) === true,
    run: () => late.use((links) => links.toggle(kind)),
  });
  return { commands: [command("scroll"), command("window"), command("zoom")] };
};
