/** Thumbnails of the whole series, each linking to its image. */

import type { Pane } from "../pane.js";
import { fill } from "../page.js";
import type { Words } from "../words.js";
import { make } from "./elements.js";

export class ThumbStrip {
  readonly element: HTMLDetailsElement;
  private readonly list = make("div", { class: "thumbs", "data-keys": true });
  private shownOf: string | null = null;

  constructor(
    private readonly pane: Pane,
    private readonly words: Words,
  ) {
    this.element = make("details", { class: "thumbs-box" }, make("summary", {}, words.images), this.list);
    this.element.addEventListener("toggle", () => this.refresh());
    pane.listen({ onFrame: (frame) => this.mark(frame) });
  }

  refresh(): void {
    const { index, series } = this.pane;
    const thumbs = index?.thumbs ?? null;
    this.element.hidden = thumbs === null || series?.thumbsUrl == null || thumbs.frames.length < 2;
    const name = series?.seriesInstanceUid ?? null;
    if (this.element.hidden || !this.element.open || this.shownOf === name || thumbs === null) {
      return;
    }
    this.shownOf = name;
    const { tile, columns } = thumbs;
    this.list.replaceChildren(
      ...thumbs.frames.map((frame, place) => {
        const isKey = index?.frames[frame]?.isKey === true;
        const label = fill(this.words.showImage, { n: frame + 1 }) + (isKey ? `, ${this.words.keyImage}` : "");
        const button = make("button", { type: "button", class: isKey ? "thumb is-key" : "thumb", "aria-label": label });
        button.dataset["frame"] = String(frame);
        button.style.width = button.style.height = `${tile}px`;
        button.style.backgroundImage = `url("${series?.thumbsUrl ?? ""}")`;
        button.style.backgroundPosition = `${-(place % columns) * tile}px ${-Math.floor(place / columns) * tile}px`;
        button.addEventListener("click", () => this.pane.go(frame));
        return button;
      }),
    );
    this.mark(this.pane.frame);
  }

  /** Marks the last thumbnail at or before the frame. */
  private mark(frame: number): void {
    let current: HTMLElement | null = null;
    for (const button of this.list.children as HTMLCollectionOf<HTMLElement>) {
      button.removeAttribute("aria-current");
      current = Number(button.dataset["frame"]) <= frame ? button : current;
    }
    current?.setAttribute("aria-current", "true");
  }
}
