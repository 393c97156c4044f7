/** What was measured on the shown images, in words, for eyes and screen readers. */

import type { Words } from "../words.js";
import { make } from "./elements.js";
import type { Marks } from "./marks.js";

export class ResultList {
  readonly element: HTMLElement;
  private readonly list = make("ul", { class: "results" });
  private readonly clear: HTMLButtonElement;
  private texts = "";

  constructor(
    private readonly words: Words,
    private readonly marks: () => readonly Marks[],
  ) {
    this.clear = make("button", { type: "button", class: "plain", "data-do": "clear" }, words.clear);
    this.clear.addEventListener("click", () => this.marks().forEach((marks) => marks.remove(null)));
    const title = make("p", { class: "tool-title" }, words.measurements);
    this.element = make("div", { class: "tool-group", "aria-live": "polite", hidden: true }, title, this.list, this.clear);
  }

  refresh(): void {
    const found = this.marks().flatMap((marks) => marks.current.map((one) => ({ marks, id: one.id, text: marks.resultOf(one) })));
    const texts = found.map(({ text }) => text).join("\n");
    this.element.hidden = found.length === 0;
    if (texts === this.texts && found.length === this.list.children.length) {
      return;
    }
    this.texts = texts;
    this.list.replaceChildren(
      ...found.map(({ marks, id, text }) => {
        const remove = make("button", { type: "button", class: "plain", "aria-label": `${this.words.clear}: ${text}` }, "×");
        remove.addEventListener("click", () => marks.remove(id));
        return make("li", {}, make("span", {}, text), remove);
      }),
    );
  }
}
