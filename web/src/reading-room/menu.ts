/** The menu with all commands, and the choice of layouts. */

import { make } from "../tools/elements.js";
import { chordsFor, chordText, keysOf } from "./bindings/bindings.js";
import { GROUPS } from "./commands.js";
import { openDialog } from "./dialog.js";
import type { Command } from "./feature.js";
import { SIDE_MAX } from "./layout.js";
import type { ReadingRoom } from "./room.js";
import { commandText } from "./toolbar.js";

/** All commands, in their groups. */
export function openMenu(room: ReadingRoom): void {
  const { commands, words } = room;
  const groups = GROUPS.filter((group) => commands.of(group).length > 0).map((group) => {
    const heading = make("h3", {}, words.groups[group]);
    return make("section", {}, heading, ...commands.of(group).map((command) => menuButton(room, command, () => dialog.close())));
  });
  const dialog = openDialog(words.menu, words.close, "room-menu", make("div", { class: "menu-groups" }, ...groups));
}

function menuButton(room: ReadingRoom, command: Command, close: () => void): HTMLElement {
  const obstacle = command.obstacle?.() ?? null;
  const [chord] = chordsFor(command.name, keysOf(room.bindings));
  const key = chord === undefined ? [] : [make("kbd", {}, chordText(chord))];
  const why = obstacle === null ? [] : [make("small", {}, obstacle)];
  const attributes = { type: "button", "data-command": command.name, "aria-disabled": obstacle === null ? null : "true", "aria-pressed": command.isOn === undefined ? null : String(command.isOn()) };
  const button = make("button", attributes, make("span", {}, command.label[room.language], ...why), ...key);
  button.addEventListener("click", () => {
    // The focus goes back first, so that a dialog of the command gives it back as well.
    close();
    room.commands.run(command.name);
  });
  return button;
}

/** Grids to choose from: what is under the mouse or has the focus is what the room becomes. */
export function openLayouts(room: ReadingRoom): void {
  const { commands, words, language } = room;
  const sides = Array.from({ length: SIDE_MAX }, (_, side) => side + 1);
  const cells = sides.flatMap((rows) => sides.map((columns) => {
    const command = commands.get(`layout-${rows}x${columns}`);
    const label = command === null ? "" : commandText(room, command);
    const cell = make("button", { type: "button", "data-rows": rows, "data-columns": columns, title: label, "aria-label": label });
    cell.addEventListener("click", () => {
      dialog.close();
      commands.run(`layout-${rows}x${columns}`);
    });
    const mark = () => {
      for (const other of cells) {
        other.classList.toggle("is-part", Number(other.dataset["rows"]) <= rows && Number(other.dataset["columns"]) <= columns);
      }
    };
    cell.addEventListener("pointerenter", mark);
    cell.addEventListener("focus", mark);
    return cell;
  }));
  const title = commands.get("layouts")?.label[language] ?? words.groups.layout;
  const dialog = openDialog(title, words.close, "room-layouts", make("div", { class: "layout-cells" }, ...cells));
  cells[(room.grid.rows - 1) * SIDE_MAX + Math.min(SIDE_MAX, room.grid.columns) - 1]?.focus();
}
