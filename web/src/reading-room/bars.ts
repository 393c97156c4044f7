/** The bars around the pictures: which are hidden, and the way back to them. */

import { make } from "../tools/elements.js";
import type { ReadingRoom } from "./room.js";
import { hiddenBars, hideBars, type Bar } from "./settings.js";

export class Bars {
  private readonly hidden: Set<string>;
  private readonly back: HTMLButtonElement;

  constructor(private readonly room: ReadingRoom) {
    this.hidden = new Set(hiddenBars());
    // The mouse finds the way back, too.
    this.back = make("button", { type: "button", id: "room-bars-back", title: room.words.showBars, "aria-label": room.words.showBars, hidden: true }, "☰");
    this.back.addEventListener("click", () => this.toggleAll());
    document.body.append(this.back);
    if (room.isNarrow) {
      this.hidden.add("strip");
    }
    this.show();
  }

  isHidden(bar: Bar): boolean {
    return this.hidden.has(bar);
  }

  toggle(bar: Bar): void {
    if (!this.hidden.delete(bar)) {
      this.hidden.add(bar);
    }
    this.keep();
  }

  toggleAll(): void {
    const isAnyShown = !this.isHidden("strip") || !this.isHidden("toolbar");
    for (const bar of ["strip", "toolbar"] as const) {
      if (isAnyShown) {
        this.hidden.add(bar);
      } else {
        this.hidden.delete(bar);
      }
    }
    this.keep();
  }

  private keep(): void {
    hideBars(this.hidden);
    this.show();
  }

  private show(): void {
    const { page } = this.room;
    page.strip.hidden = this.isHidden("strip");
    page.head.hidden = this.isHidden("toolbar");
    this.back.hidden = !this.isHidden("toolbar");
    document.body.classList.toggle("is-without-texts", this.isHidden("texts"));
  }
}

/** Head, series, panes, side panel, the bar of a consultation: what is visible of them, in this order. */
export function nextRegion(room: ReadingRoom): void {
  const regions = [...document.querySelectorAll<HTMLElement>("#room-head, #room-series, #room-grid, #room-panel, #consultation-bar")].filter((region) => region.offsetParent !== null);
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(here + 1) % regions.length];
  if (next === undefined || next.id === "room-grid") {
    room.active.stage.element.focus();
  } else {
    [...next.querySelectorAll<HTMLElement>("button, a, select, input")].find((stop) => stop.tabIndex >= 0 && stop.offsetParent !== null)?.focus();
  }
}
