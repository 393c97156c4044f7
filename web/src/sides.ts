/** Which side of the patient each edge is, from whatever the object says, and how the picture was turned by hand. */

import type { Page } from "./page.js";
import { fill } from "./page.js";
import type { Pane } from "./pane.js";
import type { Json } from "./series-index.js";
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

  constructor(
    private readonly pane: Pane,
    private readonly words: Page["words"],
  ) {
    const corner = make("p", { class: "corner" }, this.shownView, this.turned);
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
    set(this.shownView, raw === null ? "" : viewOf(raw, this.words));
    const { isMirrored, degrees } = turnOf(turn);
    const facts = [isMirrored ? this.words.isMirrored : "", degrees === 0 ? "" : fill(this.words.isTurned, { n: degrees })];
    set(this.turned, facts.filter((fact) => fact !== "").join(" · "));
  }
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
