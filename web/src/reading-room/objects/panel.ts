/** The list of what others drew, to choose from. */

import { fill } from "../../page.js";
import { make } from "../../tools/elements.js";
import type { Chosen } from "./chosen.js";
import type { StudyObject, ObjectKind } from "./study-objects.js";
import type { ObjectWords } from "./words.js";

export interface PanelEvents {
  /** Shows where a part lies. */
  onGo(object: StudyObject, part: number): void;
  /** Whether the pixels of a segmentation are known to be missing. */
  isWithoutPixels(object: StudyObject): boolean;
}

const KINDS: readonly ObjectKind[] = ["selection", "state", "measurements", "segmentation", "structures"];

export class ObjectPanel {
  readonly element = make("div", { class: "room-objects" });
  private readonly list = make("div");
  private readonly status = make("p", { role: "status" });
  private drawn = "";

  /** `ofImage`: switches of the image itself. */
  constructor(
    private readonly chosen: Chosen,
    private readonly words: ObjectWords,
    private readonly events: PanelEvents,
    ofImage: readonly HTMLElement[],
  ) {
    const group = make("div", { role: "group", "aria-label": words.ofImage }, make("h3", {}, words.ofImage), ...ofImage);
    this.element.append(group, this.list, this.status);
  }

  /** `state`: still reading, all read, or broken off. */
  refresh(state: "reading" | "whole" | "failed"): void {
    const { objects } = this.chosen;
    const none = objects.length === 0 ? this.words.none : "";
    const status = state === "reading" ? this.words.reading : state === "failed" ? this.words.failed : none;
    if (this.status.textContent !== status) {
      this.status.textContent = status;
    }
    // Rebuilt only when something came: whoever moves through it by keyboard keeps the place.
    const now = objects.map((object) => `${object.sopInstanceUid}${this.events.isWithoutPixels(object)}`).join();
    if (now !== this.drawn) {
      this.drawn = now;
      this.list.replaceChildren(...KINDS.flatMap((kind) => this.group(kind)));
    }
    for (const box of this.list.querySelectorAll("input")) {
      const [object, part] = [objects[Number(box.dataset["object"])], box.dataset["part"]];
      if (object !== undefined) {
        const parts = part === undefined ? partsOf(object) : [Number(part)];
        const shown = parts.filter((one) => this.chosen.has(object, one)).length;
        box.checked = shown > 0 && shown === parts.length;
        box.indeterminate = shown > 0 && shown < parts.length;
      }
    }
  }

  private group(kind: ObjectKind): readonly HTMLElement[] {
    const { objects } = this.chosen;
    const entries = objects.map((object, place) => ({ object, place })).filter(({ object }) => object.kind === kind);
    const word = this.words.kinds[kind];
    return entries.length === 0
      ? []
      : [make("section", { "aria-label": word }, make("h3", {}, word), ...entries.map(({ object, place }) => this.entry(object, place)))];
  }

  private entry(object: StudyObject, place: number): HTMLElement {
    const { title, creator, date, kind } = object;
    const about = [creator, date === null ? null : dayOf(date), ...this.caveats(object)].filter((line) => line !== null && line !== "");
    if (kind === "selection") {
      return this.selection(object, title === "" ? this.words.kinds[kind] : title, about as string[]);
    }
    const head = this.choice(object, place, null, title === "" ? this.words.kinds[kind] : title, about as string[], "");
    const parts = kind === "state" ? [] : object.drawable.parts.map(({ name, lines, colour }, part) => this.choice(object, place, part, name, lines, colour));
    return make("div", { class: "room-object", "data-kind": kind }, head, ...(parts.length === 0 ? [] : [make("ul", {}, ...parts.map((part) => make("li", {}, part)))]));
  }

  /** Images to go to. */
  private selection(object: StudyObject, name: string, about: readonly string[]): HTMLElement {
    const rows = object.drawable.parts.map((part, place) => {
      const image = fill(this.words.image, { n: part.name });
      return make("li", {}, make("div", { class: "room-object-row" }, make("span", {}, image), this.goButton(object, place, `${image}, ${name}`)));
    });
    return make("div", { class: "room-object", "data-kind": object.kind }, make("span", {}, name), ...about.map((line) => make("p", { class: "room-object-line" }, line)), make("ul", {}, ...rows));
  }

  private goButton(object: StudyObject, part: number, name: string): HTMLElement {
    const go = make("button", { type: "button", "aria-label": `${this.words.go}: ${name}` }, this.words.go);
    go.addEventListener("click", () => this.events.onGo(object, part));
    return go;
  }

  private choice(object: StudyObject, place: number, part: number | null, name: string, lines: readonly string[], colour: string): HTMLElement {
    const box = make("input", { type: "checkbox", "data-object": place, "data-part": part });
    box.addEventListener("change", () => this.chosen.set(object, part === null ? partsOf(object) : [part], box.checked));
    const swatch = make("span", { class: "room-swatch", "aria-hidden": "true" });
    swatch.style.background = colour;
    const label = make("label", {}, box, ...(colour === "" ? [] : [swatch]), make("span", {}, name));
    const row = make("div", { class: "room-object-row" }, label);
    if (object.drawable.siteOf(part ?? 0) !== null) {
      row.append(this.goButton(object, part ?? 0, name));
    }
    return make("div", {}, row, ...lines.map((line) => make("p", { class: "room-object-line" }, line)));
  }

  private caveats(object: StudyObject): readonly string[] {
    const missing = (object.state?.missing ?? []).map((part) => this.words.missing[part] ?? part);
    return [
      ...(missing.length === 0 ? [] : [fill(this.words.notShown, { parts: missing.join(", ") })]),
      ...(object.isFractional ? [this.words.fractional] : []),
      ...(this.events.isWithoutPixels(object) ? [this.words.withoutPixels] : []),
    ];
  }
}

function partsOf({ drawable }: StudyObject): readonly number[] {
  return drawable.parts.map((_, part) => part);
}

/** `20260131`, day first. */
function dayOf(date: string): string {
  return /^\d{8}$/.test(date) ? `${date.slice(6)}/${date.slice(4, 6)}/${date.slice(0, 4)}` : date;
}
