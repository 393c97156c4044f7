/**
 * Which side of the patient each edge is, from whatever the object says; how the picture was turned by hand; and what
 * tells it from its neighbours.
 */

import type { Page } from "./page.js";
import { fill } from "./page.js";
import { toldApartBy, type Gap } from "./neighbours.js";
import type { Pane } from "./pane.js";
import type { Json, SeriesIndex } from "./series-index.js";
import { make } from "./tools/elements.js";
import { edgeLetters, namedEdges, type EdgeLetters } from "./tools/orientation.js";
import type { Triple } from "./full/frame-details.js";
import { turnOf } from "./view-turns.js";
import type { Words } from "./words.js";

const EDGES = ["left", "right", "top", "bottom"] as const;

export class Sides {
  private readonly letters = EDGES.map((edge) => make("span", { class: `edge edge-${edge}`, "aria-hidden": "true" }));
  private readonly shownView = make("span", { class: "shown-view" });
  private readonly turned = make("span", { class: "turned", role: "status" });
  private readonly gap = make("span", { class: "turned" });
  private toldApart: { readonly of: SeriesIndex; readonly by: (frame: number) => string } | null = null;

  constructor(
    private readonly pane: Pane,
    private readonly words: Page["words"],
  ) {
    const corner = make("p", { class: "corner" }, this.shownView, this.turned, this.gap);
    pane.stage.element.append(...this.letters, corner);
    const draw = () => this.draw();
    pane.stage.onDraw.add(draw);
    pane.listen({ onOpening: draw, onIndex: draw, onFrame: draw });
    draw();
  }

  private draw(): void {
    const { stage, index, frame } = this.pane;
    const raw = index?.frames[frame]?.raw ?? null;
    const { turn } = stage.view;
    const letters = raw === null ? null : edgesOf(raw, turn);
    EDGES.forEach((edge, place) => set(this.letters[place], letters?.[edge] ?? ""));
    if (index !== null && this.toldApart?.of !== index) {
      this.toldApart = { of: index, by: toldApartBy(index.frames) };
    }
    const view = raw === null ? [] : [viewOf(raw, this.words), this.toldApart?.by(frame) ?? ""];
    set(this.shownView, view.filter((text) => text !== "").join(" · "));
    set(this.gap, gapText(index?.gaps ?? [], frame, this.words));
    const { isMirrored, degrees } = turnOf(turn);
    const facts = [isMirrored ? this.words.isMirrored : "", degrees === 0 ? "" : fill(this.words.isTurned, { n: degrees })];
    set(this.turned, facts.filter((fact) => fact !== "").join(" · "));
  }
}

/** How far the next image is, or the one before, where there is a gap. */
function gapText(gaps: readonly Gap[], frame: number, words: Words): string {
  const facts = gaps.flatMap(({ after, mm, usualMm }) => {
    const text = after === frame ? words.gapAfter : after + 1 === frame ? words.gapBefore : "";
    return text === "" ? [] : [fill(text, { mm: mm.toFixed(1), usual: usualMm.toFixed(1) })];
  });
  return facts.join(" · ");
}

function edgesOf(raw: Json, turn: Parameters<typeof edgeLetters>[2]): EdgeLetters | null {
  const directions = raw["orientation"];
  if (Array.isArray(directions) && directions.length === 6) {
    return edgeLetters(directions.slice(0, 3) as unknown as Triple, directions.slice(3) as unknown as Triple, turn);
  }
  const [row, column]: readonly unknown[] = Array.isArray(raw["patient_orientation"]) ? raw["patient_orientation"] : [];
  return typeof row === "string" && typeof column === "string" ? namedEdges(row, column, turn) : null;
}

/** What a projection was taken of: side and view. */
function viewOf(raw: Json, words: Words): string {
  const sides: Readonly<Record<string, string>> = { R: words.rightSide, L: words.leftSide, B: words.bothSides };
  const side = sides[String(raw["laterality"])] ?? "";
  const view = typeof raw["view_position"] === "string" ? raw["view_position"] : "";
  return [side, view].filter((text) => text !== "").join(" · ");
}

function set(element: HTMLElement | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) {
    element.textContent = text;
  }
}

/** Whether anything was measured before in this session; `tools/mark-store.ts` has it. */
export function hasMarks(): boolean {
  try {
    return (sessionStorage.getItem("filmless:marks") ?? "[]") !== "[]";
  } catch {
    return false;
  }
}
