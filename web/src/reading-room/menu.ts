/** Buttons for commands: the toolbar, the menu with all of them, and the choice of layouts. */

import { fillList, make, makeSvg } from "../tools/elements.js";
import { chordsFor, chordText, keysOf } from "./bindings/bindings.js";
import { GROUPS } from "./commands.js";
import { openDialog } from "./dialog.js";
import type { Command } from "./feature.js";
import { ROOM_ICONS } from "./icons.js";
import { SIDE_MAX } from "./layout.js";
import { windowsOf } from "./look-commands.js";
import type { ReadingRoom } from "./room.js";

/** Its name, and its key in the chosen preset. */
export function commandText(room: ReadingRoom, { name, label }: Command): string {
  const [chord] = chordsFor(name, keysOf(room.bindings));
  return chord === undefined ? label[room.language] : `${label[room.language]} (${chordText(chord)})`;
}

function icon(path: string): SVGSVGElement {
  return makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, makeSvg("path", { d: path }));
}

export class Toolbar {
  readonly element = make("div", { id: "room-toolbar", role: "toolbar" });
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly windows = make("select", { id: "room-windows", tabindex: -1 });
  private drawing = 0;

  constructor(private readonly room: ReadingRoom) {
    this.element.setAttribute("aria-label", room.words.toolbar);
    this.windows.setAttribute("aria-label", room.page.words.preset);
    this.windows.addEventListener("change", () => {
      room.commands.run(`window-${this.windows.selectedIndex}`);
      room.active.stage.element.focus();
    });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.element.addEventListener("focusin", ({ target }) => this.setReachable(target));
    const refresh = () => this.refreshSoon();
    room.listen({
      onActive: refresh,
      onPanes: refresh,
      onChange: (_, what) => (what === "frame" || what === "view" ? undefined : refresh()),
    });
  }

  /** The commands with an icon, in the order of their groups; the menu comes first. */
  fill(): void {
    const { commands } = this.room;
    this.buttons.clear();
    const groups = GROUPS.map((group) => {
      const buttons = commands.of(group).filter(({ icon }) => icon !== undefined).map((command) => this.button(command, command.icon ?? ""));
      const children = group === "window" ? [this.windows, ...buttons] : buttons;
      return children.length === 0 ? [] : [make("span", { class: "toolbar-group", "data-group": group }, ...children)];
    });
    const menu = commands.get("menu");
    const first = menu === null ? [] : [this.button(menu, ROOM_ICONS.menu)];
    this.element.replaceChildren(...first, ...groups.flat());
    this.setReachable(this.element.querySelector("button"));
    this.refreshSoon();
  }

  refreshSoon(): void {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.refresh();
    });
  }

  private refresh(): void {
    const { room } = this;
    for (const [name, button] of this.buttons) {
      const command = room.commands.get(name);
      if (command === null) {
        continue;
      }
      const text = commandText(room, command);
      if (button.title !== text) {
        button.title = text;
        button.setAttribute("aria-label", text);
      }
      if (command.isOn !== undefined) {
        button.setAttribute("aria-pressed", String(command.isOn()));
      }
      button.setAttribute("aria-disabled", String((command.obstacle?.() ?? null) !== null));
    }
    const windows = windowsOf(room, room.active);
    fillList(this.windows, windows.slice(0, 10).map(({ label }, key) => `${key} ${label}`));
    const { window } = room.active.look;
    this.windows.selectedIndex = windows.findIndex((preset) => preset.window?.center === window?.center && preset.window?.width === window?.width);
    this.windows.disabled = windows.length === 0;
  }

  private button({ name }: Command, path: string): HTMLButtonElement {
    const button = make("button", { type: "button", tabindex: -1, "data-command": name }, icon(path));
    button.addEventListener("click", () => {
      this.room.commands.run(name);
      this.refreshSoon();
    });
    this.buttons.set(name, button);
    return button;
  }

  private get stops(): readonly HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("button, select")];
  }

  /** Tab reaches one of them, the arrow keys the others (WAI-ARIA, toolbar). */
  private setReachable(target: EventTarget | null): void {
    for (const stop of this.stops) {
      stop.tabIndex = stop === target ? 0 : -1;
    }
  }

  private onKey(event: KeyboardEvent): void {
    const by: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };
    const step = by[event.key];
    if (step === undefined || event.target instanceof HTMLSelectElement && event.key.startsWith("H")) {
      return;
    }
    const { stops } = this;
    const here = stops.findIndex((stop) => stop === event.target);
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, here + step))]?.focus();
  }
}

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
