/**
 * Which side of the patient each edge is, from whatever the object says; how the picture was turned by hand; and what
 * distinguishes it from its neighbours.
 */

import type { Page } from "./page.js";
import { fill } from "./page.js";
import type { Gap } from "./stack-gaps.js";
import { toldApartBy } from "./told-apart.js";
import type { Pane } from "./pane.js";
import { frameDimensions, frameFacts, type FrameFacts } from "./read/frame-facts.js";
import type { SeriesIndex } from "./read/series-index.js";
import { make } from "./tools/elements.js";
import { edgeLetters, namedEdges, type EdgeLetters } from "./tools/orientation.js";
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
    const entry = index?.frames[frame];
    const facts = entry === undefined ? null : frameFacts(entry);
    const { turn } = stage.view;
    const letters = facts === null ? null : edgesOf(facts, turn);
    EDGES.forEach((edge, place) => set(this.letters[place], letters?.[edge] ?? ""));
    if (index !== null && this.toldApart?.of !== index) {
      this.toldApart = { of: index, by: toldApartBy(index.frames.map(frameDimensions)) };
    }
    const view = facts === null ? [] : [viewOf(facts, this.words), this.toldApart?.by(frame) ?? ""];
    set(this.shownView, view.filter((text) => text !== "").join(" · "));
    set(this.gap, gapText(index?.gaps ?? [], frame, this.words));
    const { isMirrored, degrees } = turnOf(turn);
    const turns = [isMirrored ? this.words.isMirrored : "", degrees === 0 ? "" : fill(this.words.isTurned, { n: degrees })];
    set(this.turned, turns.filter((fact) => fact !== "").join(" · "));
  }
}

/** The distance to the next or previous image, if there is a gap. */
function gapText(gaps: readonly Gap[], frame: number, words: Words): string {
  const facts = gaps.flatMap(({ after, mm, usualMm }) => {
    const text = after === frame ? words.gapAfter : after + 1 === frame ? words.gapBefore : "";
    return text === "" ? [] : [fill(text, { mm: mm.toFixed(1), usual: usualMm.toFixed(1) })];
  });
  return facts.join(" · ");
}

function edgesOf({ directions, namedDirections }: FrameFacts, turn: Parameters<typeof edgeLetters>[2]): EdgeLetters | null {
  return directions !== null ? edgeLetters(...directions, turn) : namedDirections !== null ? namedEdges(...namedDirections, turn) : null;
}

/** The view of a projection: side and view. */
function viewOf({ laterality, viewPosition }: FrameFacts, words: Words): string {
  const sides: Readonly<Record<string, string>> = { R: words.rightSide, L: words.leftSide, B: words.bothSides };
  return [sides[laterality ?? ""] ?? "", viewPosition ?? ""].filter((text) => text !== "").join(" · ");
}

function set(element: HTMLElement | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) {
    element.textContent = text;
  }
}

/** Whether anything was measured earlier in this session, according to `tools/mark-store.ts`. */
export function hasMarks(): boolean {
  try {
    return (sessionStorage.getItem("filmless:marks") ?? "[]") !== "[]";
  } catch {
    return false;
  }
}
