/** Speed and repetition of films, and the button to the images that a doctor marked. */

import { hasClip } from "../clip.js";
import type { Pane } from "../pane.js";
import type { Words } from "../words.js";
import { fillList, make, select, toolButton } from "./elements.js";
import { ICONS } from "./icons.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];

export class FilmControls {
  readonly element: HTMLElement;
  private readonly film: HTMLElement;
  private readonly key: HTMLButtonElement;

  constructor(
    private readonly pane: Pane,
    words: Words,
  ) {
    const speed = select(words.speed, (place) => {
      pane.clips.speed = SPEEDS[place] ?? 1;
    });
    fillList(speed.list, SPEEDS.map((factor) => `${factor}×`));
    speed.list.selectedIndex = SPEEDS.indexOf(1);
    const loop = toolButton(words.repeat, ICONS.loop, () => {
      pane.clips.isLooping = !pane.clips.isLooping;
      loop.setAttribute("aria-pressed", String(pane.clips.isLooping));
    }, { "aria-pressed": "true", "data-do": "loop" });
    this.film = make("div", { class: "tool-buttons" }, speed.field, loop);
    this.key = toolButton(words.nextKey, ICONS.key, () => this.goToKey(), { "data-do": "next-key" });
    this.element = make("div", { class: "tool-group", role: "group", "aria-label": words.film }, this.film, make("div", { class: "tool-buttons" }, this.key));
  }

  refresh(): void {
    this.film.hidden = this.pane.index === null || !hasClip(this.pane.index);
    this.key.hidden = this.pane.index?.frames.some(({ isKey }) => isKey) !== true;
    this.element.hidden = this.film.hidden && this.key.hidden;
  }

  private goToKey(): void {
    const keys = (this.pane.index?.frames ?? []).flatMap(({ isKey }, frame) => (isKey ? [frame] : []));
    const next = keys.find((frame) => frame > this.pane.frame) ?? keys[0];
    if (next !== undefined) {
      this.pane.go(next);
    }
  }
}
