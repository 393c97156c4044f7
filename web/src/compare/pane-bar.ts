/** The bar over each of two pictures: its study, and controls for this picture alone. */

import type { Pane } from "../pane.js";
import { hasClip } from "../clip.js";
import { make, toolButton } from "../tools/elements.js";
import { ICONS } from "../tools/icons.js";
import { mirror, rotate } from "../view-turns.js";
import type { Words } from "../words.js";

export class PaneBar {
  readonly element: HTMLElement;
  private readonly when = make("strong", { class: "pane-when" });
  private readonly what = make("span");
  private readonly play: HTMLButtonElement;

  constructor(
    words: Words,
    private readonly pane: () => Pane | null,
    name: string,
  ) {
    const act = (label: string, icon: string, id: string, run: (pane: Pane) => void) => {
      const button = toolButton(label, icon, () => {
        const shown = pane();
        if (shown !== null) {
          run(shown);
        }
      }, { "data-pane-do": id });
      return button;
    };
    this.play = act(words.play, ICONS.film, "play", (shown) => shown.toggleClip());
    const buttons = make(
      "div",
      { class: "pane-buttons" },
      this.play,
      act(words.rotate, ICONS.rotate, "rotate", ({ stage }) => stage.change(rotate)),
      act(words.flip, ICONS.flip, "flip", ({ stage }) => stage.change(mirror)),
      act(words.fit, ICONS.fit, "fit", ({ stage }) => stage.fit()),
    );
    const title = make("p", { class: "pane-name" }, this.when, " ", this.what);
    this.element = make("div", { class: `pane-bar pane-bar-${name}` }, title, buttons);
    this.refresh();
  }

  /** `when`: this study, an earlier one or a later one. */
  say(when: string, what: readonly (string | null | undefined)[]): void {
    this.when.textContent = when;
    this.what.textContent = what.filter((text) => text != null && text !== "").join(" · ");
  }

  refresh(): void {
    const index = this.pane()?.index ?? null;
    this.play.hidden = index === null || !hasClip(index);
  }
}
