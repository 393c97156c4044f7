/** Buttons for commands: the toolbar. */

import { fillList, make, makeSvg } from "../tools/elements.js";
import { chordsFor, chordText, keysOf } from "./bindings/bindings.js";
import { GROUPS } from "./commands.js";
import type { Command } from "./feature.js";
import { ROOM_ICONS } from "./icons.js";
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
    // By mouse, the keys stay with the images: else Space would press the button once more.
    button.addEventListener("mousedown", (event) => event.preventDefault());
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
