/** All measurements of the session, by image: they survive a change of series and a reload. */

import type { Annotation } from "./annotations.js";
import { isWhole, type ToolRegistry } from "./measuring/tool.js";

/** `sides.ts` also uses this name, to ask whether there is anything to show. */
const KEY = "filmless:marks";
const STEPS_BACK_MAX = 100;
/** More than anybody writes on an image. */
const TEXT_LENGTH_MAX = 400;

export class MarkStore {
  private readonly listeners = new Set<() => void>();
  private marks: Annotation[] = [];
  private past: string[] = [];
  /** What was undone, the latest last; any new step makes it void. */
  private future: string[] = [];
  private voided: string[] = [];
  private nextId = 1;
  /** What was drawn or moved last. */
  private last: number | null = null;

  /** `key` is the name in the session's storage: pages with other tools keep theirs apart. */
  constructor(
    readonly toolOf: ToolRegistry,
    private readonly key = KEY,
  ) {
    this.read(stored(key));
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  get all(): readonly Annotation[] {
    return this.marks;
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
    const isSingle = this.toolOf(mark.kind)?.isSingle === true;
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
    this.exchange(this.past, this.future);
  }

  redo(): void {
    this.exchange(this.future, this.past);
  }

  /** Takes back a change that came to nothing, as if it had never begun. */
  revert(): void {
    const before = this.past.pop();
    if (before !== undefined) {
      this.future = this.voided;
      this.read(before);
      this.keep();
    }
  }

  private exchange(from: string[], to: string[]): void {
    const other = from.pop();
    if (other !== undefined) {
      to.push(this.written);
      this.read(other);
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
      sessionStorage.setItem(this.key, this.written);
    } catch {
      // Without storage they last as long as the page.
    }
    this.listeners.forEach((told) => told());
  }

  /** All of them, to return to; the same text for the same marks, whatever their ids. */
  get state(): string {
    return JSON.stringify(this.marks.map((mark) => ({ ...mark, id: 0 })));
  }

  restore(state: string): void {
    this.read(state);
    this.keep();
  }

  private get written(): string {
    return JSON.stringify(this.marks);
  }

  private remember(): void {
    this.past = [...this.past, this.written].slice(-STEPS_BACK_MAX);
    this.voided = this.future;
    this.future = [];
  }

  private read(text: string): void {
    const marks = parse(text).filter((value) => isMark(value, this.toolOf));
    this.marks = marks.map((mark) => ({ ...mark, id: this.nextId++ }));
  }
}

function stored(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "[]";
  } catch {
    return "[]";
  }
}

function parse(text: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function isMark(value: unknown, toolOf: ToolRegistry): value is Omit<Annotation, "id"> {
  const { kind, image, points, text } = (value ?? {}) as Partial<Annotation>;
  const isPoint = (point: unknown) => {
    const { x, y } = (point ?? {}) as { x?: unknown; y?: unknown };
    return Number.isFinite(x) && Number.isFinite(y);
  };
  const isText = text === undefined || (typeof text === "string" && text.length <= TEXT_LENGTH_MAX);
  const tool = typeof kind === "string" ? toolOf(kind) : null;
  const isComplete = tool !== null && Array.isArray(points) && isWhole(tool, points.length);
  return typeof image === "string" && isText && isComplete && points.every(isPoint);
}
