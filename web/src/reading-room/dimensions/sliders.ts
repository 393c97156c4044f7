/** A slider for each axis along which a series has several volumes; whoever scrolls stays within one. */

import { fill } from "../../page.js";
import { framePlace, type FramePlace } from "../../read/frame-axes.js";
import { make } from "../../tools/elements.js";
import type { Room, RoomPane } from "../feature.js";
import { volumesOf, type Volumes } from "./volumes.js";
import { NAMES, valueText } from "./words.js";

interface Slider {
  readonly field: HTMLElement;
  readonly input: HTMLInputElement;
  readonly value: HTMLOutputElement;
}

/** The sliders of one pane. */
class Sliders {
  private readonly element = make("div", { class: "room-dimensions", role: "group", hidden: true });
  private readonly slice = make("span", { class: "room-slice" });
  private places: readonly (FramePlace | null)[] = [];
  private volumes: Volumes | null = null;
  private sliders: readonly Slider[] = [];

  constructor(
    private readonly room: Room,
    private readonly pane: RoomPane,
  ) {
    this.element.setAttribute("aria-label", NAMES[room.language].toVolume);
    pane.element.append(this.element);
    this.open();
  }

  /** Another series, or its index, is there. */
  open(): void {
    const { index } = this.pane.pane;
    this.places = (index?.frames ?? []).map(framePlace);
    this.volumes = volumesOf(this.places);
    const { volumes } = this;
    this.sliders = volumes?.axes.map((_, axis) => this.slider(axis)) ?? [];
    this.element.replaceChildren(...this.sliders.map(({ field }) => field), this.slice);
    this.pane.setRun(volumes === null ? null : (frame) => volumes.runOf(frame));
    this.refresh();
  }

  refresh(): void {
    const { volumes, pane } = this;
    const frame = pane.pane.frame;
    const [place, keys] = [this.places[frame] ?? null, volumes?.keysOf(frame) ?? null];
    this.element.hidden = volumes === null || pane.content !== null || place === null || keys === null;
    if (volumes === null || place === null || keys === null) {
      return;
    }
    volumes.axes.forEach((axis, at) => {
      const slider = this.sliders[at];
      if (slider !== undefined) {
        const text = valueText(axis.name, place, keys[at] ?? "", this.room.language);
        slider.input.value = String(axis.keys.indexOf(keys[at] ?? ""));
        slider.input.setAttribute("aria-valuetext", text);
        slider.value.textContent = text;
      }
    });
    this.slice.textContent = fill(NAMES[this.room.language].slice, { ...volumes.sliceOf(frame) });
  }

  close(): void {
    this.element.remove();
  }

  private slider(axis: number): Slider {
    const { name, keys } = this.volumes?.axes[axis] ?? { name: "repeat", keys: [] };
    const input = make("input", { type: "range", min: 0, max: keys.length - 1, step: 1, "data-axis": name });
    const value = make("output");
    input.addEventListener("input", () => {
      const { pane } = this.pane;
      const next = this.volumes?.along(pane.frame, axis, keys[Number(input.value)] ?? "") ?? null;
      if (next !== null) {
        pane.go(next);
      }
      this.refresh();
    });
    return { field: make("label", {}, make("span", {}, NAMES[this.room.language][name]), input, value), input, value };
  }
}

/** The sliders of all panes. */
export class PaneSliders {
  private readonly sliders = new Map<RoomPane, Sliders>();

  constructor(private readonly room: Room) {
    room.listen({
      onPanes: () => this.attach(),
      onChange: (pane, what) => {
        const sliders = this.sliders.get(pane);
        if (what === "series" || what === "index") {
          sliders?.open();
        } else {
          sliders?.refresh();
        }
      },
    });
    this.attach();
  }

  private attach(): void {
    for (const [pane, sliders] of [...this.sliders]) {
      if (!this.room.panes.includes(pane)) {
        sliders.close();
        this.sliders.delete(pane);
      }
    }
    for (const pane of this.room.panes) {
      if (!this.sliders.has(pane)) {
        this.sliders.set(pane, new Sliders(this.room, pane));
      }
    }
  }
}
