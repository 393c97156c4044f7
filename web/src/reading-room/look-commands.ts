/** Commands for layouts, the left button, windows, and how the picture lies in its pane. */

import type { FrameValues } from "../full/frame-values.js";
import { DEFAULT_LOOK } from "../full/look.js";
import { fill } from "../page.js";
import type { Stage, StageTool } from "../stage.js";
import type { Said } from "../tools/language.js";
import { BROWSE } from "../tools/browse-tool.js";
import { ICONS } from "../tools/icons.js";
import { MOVE } from "../tools/pan-tool.js";
import { WINDOW } from "../tools/window-tool.js";
import { withPixelSide } from "../view-turns.js";
import type { Drag } from "./bindings/bindings.js";
import type { Command, RoomPane } from "./feature.js";
import { ROOM_ICONS } from "./icons.js";
import { LateTool } from "./late-tool.js";
import { SIDE_MAX } from "./layout.js";
import type { ReadingRoom } from "./room.js";
import { setLook, type Cell } from "./room-pane.js";
import { windowsByKey } from "./windows.js";
import type { Preset } from "../tools/presets.js";

const ZOOM_STEP = 1.25;
const KEYS = 10;

export function lookCommands(room: ReadingRoom): readonly Command[] {
  return [...layoutCommands(room), ...handCommands(room), ...windowCommands(room), ...viewCommands(room)];
}

function layoutCommands(room: ReadingRoom): readonly Command[] {
  const sides = Array.from({ length: SIDE_MAX }, (_, side) => side + 1);
  const layouts = sides.flatMap((rows) =>
    sides.map((columns): Command => ({
      name: `layout-${rows}x${columns}`,
      group: "layout",
      label: { vi: `Bố cục ${rows} × ${columns}`, en: `Layout ${rows} × ${columns}` },
      isOn: () => room.enlarged === null && room.grid.rows === rows && room.grid.columns === columns,
      run: () => room.setLayout(rows, columns),
    })),
  );
  return [
    ...layouts,
    {
      name: "enlarge",
      group: "layout",
      label: { vi: "Phóng khung ra cả vùng ảnh, hoặc trả lại", en: "One pane over all, and back" },
      icon: ROOM_ICONS.enlarge,
      isOn: () => room.enlarged !== null,
      run: () => room.enlarge(room.enlarged === null ? room.active : null),
    },
  ];
}

function handCommands(room: ReadingRoom): readonly Command[] {
  const late = (drag: Drag) => (pane: RoomPane): StageTool =>
    drag === "window" ? (pane as Cell).windowTool : new LateTool(() => (pane as Cell).dragTool(drag), false);
  const hand = (name: string, label: Said<string>, icon: string, create: ((pane: RoomPane) => StageTool) | null): Command => ({
    name: `hand-${name}`,
    group: "hand",
    label,
    icon,
    isOn: () => room.hand.name === name,
    run: () => room.setHand(name, create),
  });
  return [
    hand("browse", { vi: "Bỏ công cụ, theo kiểu chuột đã chọn", en: "No tool: as the preset has it" }, ROOM_ICONS.browse, null),
    hand("window", { vi: "Chỉnh cửa sổ", en: "Window" }, WINDOW.icon, late("window")),
    hand("pan", { vi: "Dời ảnh", en: "Pan" }, MOVE.icon, late("pan")),
    hand("zoom", { vi: "Phóng to, thu nhỏ", en: "Zoom" }, ROOM_ICONS.zoom, late("zoom")),
    hand("scroll", { vi: "Cuộn ảnh", en: "Scroll" }, BROWSE.icon, late("scroll")),
  ];
}

/** The windows that the number keys choose in a pane. */
export function windowsOf(room: ReadingRoom, pane: RoomPane): readonly Preset[] {
  const { full, index, frame } = (pane as Cell).source.pane;
  const values: FrameValues | null = full?.drawn(frame) ?? null;
  return index === null ? [] : windowsByKey(values, index.modality, room.page.words);
}

function windowCommands(room: ReadingRoom): readonly Command[] {
  return Array.from({ length: KEYS }, (_, key): Command => ({
    name: `window-${key}`,
    group: "window",
    get label() {
      const name = windowsOf(room, room.active)[key]?.label ?? "";
      const named = (text: string) => (name === "" ? text : `${text}: ${name}`);
      return { vi: named(`Cửa sổ ${key}`), en: named(`Window ${key}`) };
    },
    obstacle: () => {
      const { pane } = room.active.source;
      const values = pane.full?.drawn(pane.frame) ?? null;
      if (pane.series === null) {
        return room.words.noSeries;
      }
      if (values === null) {
        return room.words.needsFull;
      }
      if (values.isColour || values.isPalette) {
        return room.words.notGrey;
      }
      return windowsOf(room, room.active)[key] === undefined ? fill(room.words.noWindow, { n: key }) : null;
    },
    run: () => {
      const preset = windowsOf(room, room.active)[key];
      if (preset !== undefined) {
        setLook(room.active.source, { window: preset.window });
      }
    },
  }));
}

function viewCommands(room: ReadingRoom): readonly Command[] {
  const obstacle = () => (room.active.stage.picture === null ? room.words.noSeries : null);
  const view = (name: string, label: Said<string>, icon: string | null, run: (stage: Stage) => void): Command => ({
    name,
    group: "view",
    label,
    ...(icon === null ? {} : { icon }),
    obstacle,
    run: () => run(room.active.stage),
  });
  const actual: Parameters<Stage["change"]>[0] = (shown, raster, size) => withPixelSide(shown, 1 / devicePixelRatio, raster, size);
  return [
    view("fit", { vi: "Vừa khung", en: "Fit" }, ICONS.fit, (stage) => stage.fit()),
    view("actual-size", { vi: "Một điểm ảnh trên một điểm màn hình", en: "One pixel of the image per pixel of the screen" }, ICONS.actualSize, (stage) => stage.change(actual)),
    view("zoom-in", { vi: "Phóng to", en: "Zoom in" }, null, (stage) => stage.zoom(ZOOM_STEP)),
    view("zoom-out", { vi: "Thu nhỏ", en: "Zoom out" }, null, (stage) => stage.zoom(1 / ZOOM_STEP)),
    {
      name: "reset",
      group: "view",
      label: { vi: "Trả ảnh về như lúc đầu", en: "As it was at first" },
      icon: ICONS.reset,
      obstacle,
      run: () => {
        room.active.stage.change((shown) => ({ ...shown, scale: 1, shift: { x: 0, y: 0 }, turn: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 } }));
        setLook(room.active.source, DEFAULT_LOOK);
      },
    },
  ];
}
