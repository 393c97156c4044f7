/** What is written in the corners of a pane: whose picture it is, of which study and series, how good, which image. */

import { fill } from "../page.js";
import type { Stage } from "../stage.js";
import { make } from "../tools/elements.js";
import { qualityText, type Words } from "../words.js";

export interface Named {
  /** Present, prior, … */
  readonly when: string;
  readonly study: string;
  readonly series: string;
}

export class CornerTexts {
  private readonly when = make("strong", { class: "pane-when" });
  private readonly study = make("span", { "data-patient": true });
  private readonly series = make("span", { class: "pane-series" });
  private readonly quality = make("span", { class: "quality" });
  private readonly counter = make("output", { class: "pane-counter" });
  private readonly key = make("span", { class: "pane-key", hidden: true });
  readonly foot = make("div", { class: "pane-foot" });

  constructor(
    private readonly stage: Stage,
    patient: string,
    private readonly words: Words,
    private readonly sidesUnknown: string,
  ) {
    // It is over every picture, whatever else is hidden: a picture without a name could be anybody's.
    const name = make("span", { class: "pane-patient", "data-patient": true }, patient);
    const study = make("span", { class: "pane-study" }, this.when, " ", this.study);
    stage.element.append(make("div", { class: "pane-head" }, name, study, this.series));
    this.key.append(`★ ${words.keyImage}`);
    this.foot.append(this.key, this.quality, this.counter);
    stage.element.append(this.foot);
    stage.onDraw.add(() => this.showQuality());
  }

  /** Null for an empty pane. */
  name(named: Named | null): void {
    set(this.when, named?.when ?? "");
    set(this.study, named?.study ?? "");
    set(this.series, named?.series ?? "");
    set(this.quality, "");
    set(this.counter, "");
    this.key.hidden = true;
  }

  showFrame(frame: number, frames: number, isKey: boolean): void {
    set(this.counter, frames > 0 ? fill(this.words.counter, { n: frame + 1, total: frames }) : "");
    this.key.hidden = !isKey;
  }

  showText(counter: string): void {
    set(this.counter, counter);
    this.key.hidden = true;
  }

  /** Only the pane in hand is read out, and no film. */
  setSpoken(isSpoken: boolean): void {
    this.counter.setAttribute("aria-live", isSpoken ? "polite" : "off");
  }

  /** A poster is as good as a quick picture; which side is which says only the index. */
  showPoster(hasIndex: boolean): void {
    set(this.quality, hasIndex ? this.words.quickPreview : `${this.words.quickPreview} · ${this.sidesUnknown}`);
    this.quality.classList.remove("is-full");
  }

  showLoading(): void {
    set(this.quality, this.words.loading);
    this.quality.classList.remove("is-full");
  }

  private showQuality(): void {
    const { picture } = this.stage;
    if (picture !== null) {
      set(this.quality, qualityText(this.words, picture));
      this.quality.classList.toggle("is-full", picture.quality === "full");
    }
  }
}

function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
