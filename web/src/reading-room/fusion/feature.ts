/** PET over CT, SPECT over CT: colours, opacity, and SUV where the files allow it. */

import type { Said } from "../../tools/language.js";
import type { Install, Room } from "../feature.js";
import { Late } from "../late.js";
import { mayBeFused } from "./candidates.js";
import type { Fusion } from "./fusion.js";

const NO_SERIES: Said<string> = {
  vi: "Lần chụp này không có loạt ảnh PET hay SPECT nhiều lát.",
  en: "This study has no series of PET or SPECT slices.",
};

/** The fusion of a room, also for those who show what another room does. */
const FUSION_OF = new WeakMap<Room, Late<Fusion>>();

export function fusionOf(room: Room): Late<Fusion> | null {
  return FUSION_OF.get(room) ?? null;
}

export const install: Install = (room) => {
  const fusion = new Late(room, () => import("./fusion.js").then((script) => new script.Fusion(room)));
  FUSION_OF.set(room, fusion);
  return {
    commands: [
      {
        name: "fusion",
        group: "objects",
        label: { vi: "Hợp nhất PET/CT", en: "PET/CT fusion" },
        icon: "M4 4h11v11H4zM9 9h11v11H9z",
        isOn: () => fusion.value?.isOn === true,
        obstacle: () => (mayBeFused(room.active.study) ? null : NO_SERIES[room.language]),
        run: () => fusion.use((one) => void one.open()),
      },
    ],
  };
};
