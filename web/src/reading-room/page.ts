/** The parts of the room's page, which the server makes. */

import type { SeriesUrls } from "../read/grant.js";
import { readSeries, readWords } from "../read/page.js";
import type { ListedSeries } from "../read/studies.js";
import type { Words } from "../words.js";

/** A series, as the page names it. */
export interface PageSeries extends ListedSeries, SeriesUrls {
  readonly button: HTMLButtonElement;
  /** The one that stands for the study. */
  readonly isMain: boolean;
}

export class RoomPage {
  readonly main = part("room", HTMLElement);
  readonly head = part("room-head", HTMLElement);
  readonly strip = part("room-series", HTMLElement);
  readonly words: Words = readWords(this.main.dataset["words"]);
  readonly studyUid = this.main.dataset["studyUid"] ?? "";
  readonly grantUrl = this.main.dataset["grantUrl"] ?? "";
  readonly seenUrl = this.main.dataset["seenUrl"] ?? "";
  /** Where marks are saved; null for whoever may not annotate. */
  readonly marksUrl = this.main.dataset["mayAnnotate"] === "true" ? (this.main.dataset["marksUrl"] ?? null) : null;
  readonly title = textOf("room-title");
  readonly date = textOf("room-date");
  /** Name and birth date. */
  readonly patient = textOf("room-patient");

  readonly series: readonly PageSeries[] = [...this.strip.querySelectorAll<HTMLButtonElement>("button[data-series]")].map((button) => ({
    ...readSeries(button.dataset),
    modality: button.dataset["modality"] ?? "",
    isMain: button.getAttribute("aria-pressed") === "true",
    button,
  }));

  /** The room cannot be opened: the reason, in place of the server's words about loading. */
  fail(reason: string): void {
    const loading = document.getElementById("room-loading");
    if (loading !== null) {
      loading.textContent = reason;
    }
  }

  /** The server's words about loading make room. */
  begin(): void {
    document.getElementById("room-loading")?.remove();
  }
}

function textOf(id: string): string {
  return part(id, HTMLElement).textContent?.trim() ?? "";
}

function part<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) {
    throw new Error(`the page lacks #${id}`);
  }
  return element;
}
