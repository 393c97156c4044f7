/** All measurements of the session, by image: they survive a change of series and a reload. */

import type { Annotation } from "./annotations.js";
import { pointsOf } from "./measuring/tool.js";
import { measuringTool } from "./registry.js";

/** `sides.ts` also uses this name, to ask whether there is anything to show. */
const KEY = "filmless:marks";
const STEPS_BACK_MAX = 100;

export class MarkStore {
  private readonly listeners = new Set<() => void>();
  private marks: Annotation[] = [];
  private readonly past: string[] = [];
  private nextId = 1;
  /** What was drawn or moved last. */
  private last: number | null = null;

  constructor() {
    this.read(stored());
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  listen(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }

  of(image: string | null): readonly Annotation[] {
    return this.marks.filter((mark) => mark.image === image);
  }

  /** Begins a new one, not yet stored. */
  begin(kind: string, image: string, points: Annotation["points"]): Annotation {
    return { id: this.nextId++, kind, image, points };
  }

  /** Stores a finished one; some tools allow only one per image. */
  add(mark: Annotation): void {
    this.remember();
    const isSingle = measuringTool(mark.kind)?.isSingle === true;
    const isReplaced = (other: Annotation) => isSingle && other.kind === mark.kind && other.image === mark.image;
    this.marks = [...this.marks.filter((other) => !isReplaced(other)), mark];
    this.last = mark.id;
    this.keep();
  }

  remove(ids: readonly number[]): void {
    if (this.marks.some(({ id }) => ids.includes(id))) {
      this.remember();
      this.marks = this.marks.filter(({ id }) => !ids.includes(id));
      this.keep();
    }
  }

  /** Removes the one on an image that was touched last. */
  removeLast(image: string | null): void {
    const here = this.of(image);
    const meant = here.find(({ id }) => id === this.last) ?? here[here.length - 1];
    this.remove(meant === undefined ? [] : [meant.id]);
  }

  undo(): void {
    const before = this.past.pop();
    if (before !== undefined) {
      this.read(before);
      this.keep();
    }
  }

  /** Call before changing one. */
  touch({ id }: Annotation): void {
    this.last = id;
    this.remember();
  }

  /** Call after changing one. */
  keep(): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.marks));
    } catch {
      // Without storage they last as long as the page.
    }
    this.listeners.forEach((told) => told());
  }

  private remember(): void {
    this.past.push(JSON.stringify(this.marks));
    this.past.splice(0, this.past.length - STEPS_BACK_MAX);
  }

  private read(text: string): void {
    this.marks = parse(text).map((mark) => ({ ...mark, id: this.nextId++ }));
  }
}

function stored(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "[]";
  } catch {
    return "[]";
  }
}

function parse(text: string): Omit<Annotation, "id">[] {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(found) ? (found as unknown[]) : []).filter(isMark);
}

function isMark(value: unknown): value is Omit<Annotation, "id"> {
  const { kind, image, points } = (value ?? {}) as Partial<Annotation>;
  const isPoint = (point: unknown) => {
    const { x, y } = (point ?? {}) as { x?: unknown; y?: unknown };
    return Number.isFinite(x) && Number.isFinite(y);
  };
  const tool = typeof kind === "string" ? measuringTool(kind) : null;
  const isWhole = tool !== null && Array.isArray(points) && points.length === pointsOf(tool);
  return typeof image === "string" && isWhole && points.every(isPoint);
}
