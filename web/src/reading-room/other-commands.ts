/** Commands for the room itself: prior, second window, undo, bars, menu and help. */

import { ICONS } from "../tools/icons.js";
import type { Said } from "../tools/language.js";
import type { Command } from "./feature.js";
import { ROOM_ICONS } from "./icons.js";
import { Late } from "./late.js";
import type { ReadingRoom } from "./room.js";
import { openSecondWindow } from "./second-window.js";
import type { Bar } from "./settings.js";

export interface RoomFurniture {
  openMenu(): Promise<void>;
  openLayouts(): Promise<void>;
  openHelp(): Promise<void>;
  /** Hides or shows a bar. */
  toggleBar(bar: Bar): void;
  /** Hides strip and toolbar, or shows both. */
  toggleBars(): void;
  isHidden(bar: Bar): boolean;
  /** Moves the focus on: head, series, panes, side panel. */
  nextRegion(): void;
}

export function otherCommands(room: ReadingRoom, furniture: RoomFurniture): readonly Command[] {
  const prior = new Late(room, () => import("./prior.js"));
  const bar = (name: Bar, label: Said<string>, icon?: string): Command => ({
    name,
    group: "other",
    label,
    ...(icon === undefined ? {} : { icon }),
    isOn: () => !furniture.isHidden(name),
    run: () => furniture.toggleBar(name),
  });
  return [
    ...pastCommands(room),
    {
      name: "prior",
      group: "linked",
      label: { vi: "So sánh lần trước", en: "Compare with the prior" },
      icon: ICONS.compare,
      obstacle: () => (room.active.study === null ? room.words.noSeries : null),
      run: () => prior.use(({ comparePrior }) => void comparePrior(room)),
    },
    {
      name: "second-window",
      group: "linked",
      label: { vi: "Mở cửa sổ thứ hai cho màn hình khác", en: "A second window, for another screen" },
      icon: ROOM_ICONS.secondWindow,
      run: () => openSecondWindow(room),
    },
    { name: "layouts", group: "layout", label: { vi: "Chọn bố cục", en: "Choose a layout" }, icon: ROOM_ICONS.layouts, run: () => furniture.openLayouts() },
    bar("strip", { vi: "Cột các loạt ảnh", en: "Strip of series" }),
    bar("toolbar", { vi: "Thanh công cụ", en: "Toolbar" }),
    bar("texts", { vi: "Chữ trên ảnh (tên người bệnh luôn hiện)", en: "Texts on the image (the patient's name stays)" }),
    {
      name: "bars",
      group: "other",
      label: { vi: "Ẩn hoặc hiện mọi thanh", en: "Hide or show all bars" },
      icon: ROOM_ICONS.bars,
      isOn: () => furniture.isHidden("strip") && furniture.isHidden("toolbar"),
      run: () => furniture.toggleBars(),
    },
    {
      name: "full-screen",
      group: "other",
      label: { vi: "Toàn màn hình", en: "Full screen" },
      icon: ROOM_ICONS.fullScreen,
      isOn: () => document.fullscreenElement !== null,
      run: () => {
        const done = document.fullscreenElement === null ? document.documentElement.requestFullscreen?.() : document.exitFullscreen();
        done?.catch(() => undefined);
      },
    },
    { name: "region-next", group: "other", label: { vi: "Vùng sau: thanh, loạt ảnh, khung", en: "Next region: bars, series, panes" }, run: () => furniture.nextRegion() },
    { name: "menu", group: "other", label: { vi: "Tất cả công cụ", en: "All tools" }, run: () => furniture.openMenu() },
    { name: "help", group: "other", label: { vi: "Phím và chuột", en: "Keys and mouse" }, icon: ROOM_ICONS.help, run: () => furniture.openHelp() },
  ];
}

function pastCommands(room: ReadingRoom): readonly Command[] {
  const { words, history } = room;
  return [
    {
      name: "undo",
      group: "other",
      label: { vi: "Hoàn tác", en: "Undo" },
      icon: ROOM_ICONS.undo,
      obstacle: () => (history.canUndo ? null : words.nothingToUndo),
      run: () => {
        const before = history.undo();
        if (before !== null) {
          room.restore(before);
          room.say(words.undone);
        }
      },
    },
    {
      name: "redo",
      group: "other",
      label: { vi: "Làm lại", en: "Redo" },
      icon: ROOM_ICONS.redo,
      obstacle: () => (history.canRedo ? null : words.nothingToRedo),
      run: () => {
        const after = history.redo();
        if (after !== null) {
          room.restore(after);
          room.say(words.redone);
        }
      },
    },
    {
      name: "delete-mark",
      group: "measure",
      label: { vi: "Xoá hình đo vừa chạm", en: "Delete the measurement touched last" },
      run: () => {
        const { marks } = room.active;
        if (marks.draft === null) {
          room.store.removeLast(marks.image);
        } else {
          marks.drop();
        }
      },
    },
  ];
}
