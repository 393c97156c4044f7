/** The parts of the study page that the viewer brings to life. The server makes the page itself. */

import type { SeriesEntry } from "./pane.js";
import type { SeriesUrls } from "./read/grant.js";
import { readSeries, readWords } from "./read/page.js";
import type { Words } from "./words.js";

export interface SeriesButton extends SeriesEntry, SeriesUrls {
  readonly button: HTMLButtonElement;
}

export class Page {
  readonly viewer = part("viewer", HTMLElement);
  readonly stage = part("stage", HTMLElement);
  readonly poster = part("poster", HTMLImageElement);
  readonly canvas = part("picture", HTMLCanvasElement);
  readonly controls = part("controls", HTMLElement);
  readonly counter = part("counter", HTMLOutputElement);
  readonly quality = part("quality", HTMLElement);
  readonly keyMark = part("key-mark", HTMLElement);
  readonly slider = part("slider", HTMLInputElement);
  readonly scrollRow = part("scroll-row", HTMLElement);
  readonly hint = part("hint", HTMLElement);
  readonly previous = part("previous", HTMLButtonElement);
  readonly next = part("next", HTMLButtonElement);
  readonly play = part("play", HTMLButtonElement);
  readonly zoomIn = part("zoom-in", HTMLButtonElement);
  readonly zoomOut = part("zoom-out", HTMLButtonElement);
  readonly large = part("large", HTMLButtonElement);
  readonly toolsToggle = part("tools-toggle", HTMLButtonElement);
  readonly tools = part("tools", HTMLElement);
  readonly documents = part("documents", HTMLElement);
  readonly retry = part("retry", HTMLButtonElement);
  readonly words: Words = readWords(this.viewer.dataset["words"]);
  private readonly note = part("note", HTMLElement);
  private readonly noteText = part("note-text", HTMLElement);
  private readonly signIn = part("sign-in", HTMLAnchorElement);

  readonly series: readonly SeriesButton[] = [
    ...document.querySelectorAll<HTMLButtonElement>("button[data-series]"),
  ].map((button) => ({ ...readSeries(button.dataset), button }));

  get grantUrl(): string {
    return this.viewer.dataset["grantUrl"] ?? "";
  }

  get seenUrl(): string {
    return this.viewer.dataset["seenUrl"] ?? "";
  }

  /** Shows a message over the picture, with at most one action; null clears it. */
  say(words: string | null, action: "retry" | "signIn" | null = null): void {
    this.note.hidden = words === null;
    if (this.noteText.textContent !== words) {
      this.noteText.textContent = words;
    }
    this.retry.hidden = action !== "retry";
    this.signIn.hidden = action !== "signIn";
  }

  /** Fills the screen with the viewer, and keeps the keyboard focus inside. */
  setLarge(isLarge: boolean): void {
    document.body.classList.toggle("large", isLarge);
    for (const element of document.querySelectorAll<HTMLElement>(".skip, .masthead, .support, .series-section")) {
      element.inert = isLarge;
    }
    setToggle(this.large, isLarge, isLarge ? this.words.small : this.words.large);
  }

  get isLarge(): boolean {
    return document.body.classList.contains("large");
  }

  setPlaying(isPlaying: boolean): void {
    // Nobody wants to hear the number of every frame of a film.
    this.counter.setAttribute("aria-live", isPlaying ? "off" : "polite");
    setToggle(this.play, isPlaying, isPlaying ? this.words.pause : this.words.play);
  }
}

/** Fills in the placeholders of a text, such as `{n}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank));
}

function setToggle(button: HTMLButtonElement, isOn: boolean, label: string): void {
  button.classList.toggle("is-on", isOn);
  const words = button.querySelector("span");
  if (words !== null) {
    words.textContent = label;
  }
}

function part<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) {
    throw new Error(`the page lacks #${id}`);
  }
  return element;
}
