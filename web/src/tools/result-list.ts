/** The measurements on the shown images, in words, for eyes and screen readers. */

import type { Words } from "../words.js";
import { make } from "./elements.js";
import type { MarkStore } from "./mark-store.js";
import type { Marks } from "./marks.js";

export class ResultList {
  readonly element: HTMLElement;
  private readonly list = make("ul", { class: "results" });
  private readonly clear: HTMLButtonElement;
  private readonly undo: HTMLButtonElement;
  private texts = "";

  constructor(
    private readonly words: Words,
    private readonly store: MarkStore,
    private readonly marks: () => readonly Marks[],
  ) {
    this.clear = make("button", { type: "button", class: "plain", "data-do": "clear" }, words.clear);
    this.clear.addEventListener("click", () => store.remove(this.found().map(({ id }) => id)));
    this.undo = make("button", { type: "button", class: "plain", "data-do": "undo" }, words.undo);
    this.undo.addEventListener("click", () => store.undo());
    const title = make("p", { class: "tool-title" }, words.measurements);
    const buttons = make("div", { class: "result-buttons" }, this.clear, this.undo);
    this.element = make("div", { class: "tool-group results-box", hidden: true }, title, make("div", { "aria-live": "polite" }, this.list), buttons);
  }

  refresh(): void {
    const found = this.found();
    const texts = found.map(({ id, text }) => `${id} ${text}`).join("\n");
    this.element.hidden = found.length === 0 && !this.store.canUndo;
    this.undo.hidden = !this.store.canUndo;
    this.clear.hidden = found.length === 0;
    if (texts === this.texts && found.length === this.list.children.length) {
      return;
    }
    this.texts = texts;
    this.list.replaceChildren(
      ...found.map(({ id, text }) => {
        const remove = make("button", { type: "button", class: "plain", "aria-label": `${this.words.clear}: ${text}` }, "×");
        remove.addEventListener("click", () => this.store.remove([id]));
        return make("li", {}, make("span", {}, text), remove);
      }),
    );
  }

  /** Those on both stages, each once. */
  private found(): readonly { readonly id: number; readonly text: string }[] {
    const all = this.marks().flatMap((marks) => marks.current.map((one) => ({ id: one.id, text: marks.resultOf(one) })));
    return all.filter(({ id }, place) => all.findIndex((other) => other.id === id) === place);
  }
}
