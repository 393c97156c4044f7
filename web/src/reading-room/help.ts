/** All keys and what the mouse does, and the choice between presets. */

import { fillList, make, select } from "../tools/elements.js";
import type { Said } from "../tools/language.js";
import { chordsFor, chordText, keysOf } from "./bindings/bindings.js";
import { GROUPS } from "./commands.js";
import { openDialog } from "./dialog.js";
import type { ReadingRoom } from "./room.js";
import { choosePreset, PRESETS } from "./settings.js";

const BY_KEYBOARD: Said<Readonly<Record<"keyboard" | "arrows" | "enter" | "escape", string>>> = {
  vi: {
    keyboard: "Đo bằng bàn phím, khi đã chọn công cụ đo",
    arrows: "Dời dấu cộng (Shift: nhanh hơn); khi chỉnh cửa sổ: đổi độ sáng, độ tương phản",
    enter: "Đặt hoặc thả điểm",
    escape: "Bỏ hình đang vẽ, rồi bỏ công cụ",
  },
  en: {
    keyboard: "Measuring by keyboard, once a tool is chosen",
    arrows: "Move the cross (Shift: faster); with the window tool: brightness and contrast",
    enter: "Take or release a point",
    escape: "Drop what is being drawn, then the tool",
  },
};

export function openHelp(room: ReadingRoom, onPreset: () => void): void {
  const { words } = room;
  const keys = make("div", { class: "help-groups" });
  const preset = select(words.helpPreset, (place) => {
    const chosen = PRESETS[place];
    if (chosen !== undefined) {
      room.bindings = chosen;
      choosePreset(chosen);
      keys.replaceChildren(...groups(room));
      onPreset();
    }
  });
  fillList(preset.list, PRESETS.map(({ label }) => label[room.language]));
  preset.list.selectedIndex = PRESETS.indexOf(room.bindings);
  keys.append(...groups(room));
  openDialog(words.help, words.close, "room-help", preset.field, keys);
}

function groups(room: ReadingRoom): readonly HTMLElement[] {
  const { words, commands, language, bindings } = room;
  const bound = keysOf(bindings);
  const lists = GROUPS.map((group) => {
    const rows = commands.of(group).flatMap(({ name, label }) => {
      const chords = chordsFor(name, bound);
      return chords.length === 0 ? [] : [row(chords.map(chordText), label[language], name)];
    });
    return rows.length === 0 ? [] : [section(words.groups[group], rows)];
  });
  const { keyboard, arrows, enter, escape } = BY_KEYBOARD[language];
  const byKeyboard = [row(["←", "→", "↑", "↓"], arrows), row(["Enter", "Space"], enter), row(["Esc"], escape)];
  return [section(words.helpMouse, mouse(room)), ...lists.flat(), section(keyboard, byKeyboard)];
}

function mouse({ words, bindings, commands, language }: ReadingRoom): readonly HTMLElement[][] {
  const { left, middle, right } = bindings.mouse;
  return [
    row([words.left], words.drags[left]),
    row([words.middle], words.drags[middle]),
    row([words.right], words.drags[right]),
    row([words.wheel], words.drags.scroll),
    row([words.ctrlWheel], words.drags.zoom),
    row([words.double], commands.get("enlarge")?.label[language] ?? ""),
  ];
}

function section(title: string, rows: readonly HTMLElement[][]): HTMLElement {
  return make("section", {}, make("h3", {}, title), make("dl", {}, ...rows.flat()));
}

function row(keys: readonly string[], text: string, command: string | null = null): HTMLElement[] {
  return [make("dt", { "data-keys-of": command }, ...keys.map((key) => make("kbd", {}, key))), make("dd", {}, text)];
}
