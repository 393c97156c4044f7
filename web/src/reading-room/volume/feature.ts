/** Planes through the series of the active pane. */

import { framePlace } from "../../read/frame-place.js";
import type { Command, Feature, Room } from "../feature.js";
import { Late } from "../late.js";
import { COMMANDS, OBSTACLES, type PlaneName, type SlabMode } from "./commands.js";
import type { Planes } from "./planes.js";
import { SLICES_MIN, thinnedOut } from "./thinned.js";

const PLANES: readonly PlaneName[] = ["axial", "coronal", "sagittal"];
const SLAB_MODES: readonly SlabMode[] = ["mean", "maximum", "minimum"];

const ICONS: Readonly<Record<string, string>> = {
  planes: "M3 5h18v14H3zM9 5v14M15 5v14",
  crosshair: "M12 3v6M12 15v6M3 12h6M15 12h6",
};

/** The planes of a room, also for those who show what another room does. */
const PLANES_OF = new WeakMap<Room, Late<Planes>>();

export function planesOf(room: Room): Late<Planes> | null {
  return PLANES_OF.get(room) ?? null;
}

export function install(room: Room): Feature {
  const late = new Late(room, () => import("./planes.js").then((script) => new script.Planes(room)));
  PLANES_OF.set(room, late);
  const said = (name: string) => ({ vi: COMMANDS.vi[name] ?? name, en: COMMANDS.en[name] ?? name });
  const command = (name: string, run: (planes: Planes) => void, more: Partial<Command> = {}): Command => {
    const icon = ICONS[name];
    return { name, group: "planes", label: said(name), run: () => late.use(run), ...(icon === undefined ? {} : { icon }), ...more };
  };
  const onSeries = { obstacle: () => seriesObstacle(room, late.value) };
  const drawn = (name: string, draw: (planes: Planes) => void, more: Partial<Command> = {}): Command => {
    const run = () => {
      if (late.value === null) {
        askEarly(room);
      }
      return late.use(draw);
    };
    return command(name, draw, { ...onSeries, run, ...more });
  };
  const onPlane = { obstacle: () => (late.value?.active ? null : OBSTACLES[room.language].noPlane) };
  return {
    commands: [
      drawn("planes", (planes) => void planes.layOut(1, 3)),
      drawn("planes-square", (planes) => void planes.layOut(2, 2)),
      ...PLANES.map((plane) => drawn(`plane-${plane}`, (planes) => planes.showOne(plane), { isOn: () => late.value?.active?.name === plane })),
      command("planes-off", (planes) => planes.leave()),
      command("crosshair", (planes) => planes.takeHand(), { ...onSeries, group: "hand" }),
      ...SLAB_MODES.map((mode) => command(`slab-${mode}`, (planes) => planes.setSlab({ mode }), { ...onPlane, isOn: () => late.value?.isSlab(mode) === true })),
      command("slab-thicker", (planes) => planes.thicken(1), onPlane),
      command("slab-thinner", (planes) => planes.thicken(-1), onPlane),
      command("planes-reset", (planes) => planes.active?.volume.crosshair.reset(), onPlane),
    ],
  };
}

/** Asks for the pictures that planes are drawn from first, so that they come together with the script that draws. */
function askEarly({ active: { pane } }: Room): void {
  const { index, link, frame } = pane;
  const volumes = index?.frames.map((one) => framePlace(one).volume) ?? [];
  const own = volumes.map((_, place) => place).filter((place) => volumes[place] === volumes[frame]);
  if (index?.frames[frame]?.place != null && own.length >= SLICES_MIN) {
    link?.wantFirst(thinnedOut(own));
  }
}

/** Why there can be no planes of the active pane now. */
function seriesObstacle(room: Room, planes: Planes | null): string | null {
  const words = OBSTACLES[room.language];
  const { pane } = planes?.owner ?? room.active;
  return pane.series === null ? words.nothingShown : pane.index === null || pane.link === null ? words.loading : null;
}
