/** The tools behind the button: what a finger does, look, rotation and zoom, films, measurements. */

import type { Window } from "../read/frame-details.js";
import { DEFAULT_LOOK, type Look } from "../full/look.js";
import type { Page } from "../page.js";
import type { Pane } from "../pane.js";
import type { Stage, StageTool } from "../stage.js";
import { mirror, rotate, withPixelSide } from "../view-turns.js";
import { BROWSE } from "./browse-tool.js";
import { make, toolButton } from "./elements.js";
import { FilmControls } from "./film-controls.js";
import { KeyCursor } from "./key-cursor.js";
import { pageLanguage } from "./language.js";
import { LookControls } from "./look-controls.js";
import { MarkStore } from "./mark-store.js";
import { Marks } from "./marks.js";
import { MeasureTool } from "./measure-tool.js";
import { HAND_TOOLS, measuringTool, MEASURING_TOOLS } from "./registry.js";
import { ResultList } from "./result-list.js";
import { ThumbStrip } from "./thumb-strip.js";
import { WINDOW } from "./window-tool.js";
import { ICONS } from "./icons.js";
import type { Comparison } from "../compare/comparison.js";

/** A stage, and what the tools keep for it. */
export interface ToolPane {
  readonly pane: Pane;
  readonly marks: Marks;
  readonly tools: ReadonlyMap<string, StageTool | null>;
}

export class Tools {
  readonly main: ToolPane;
  private other: ToolPane | null = null;
  /** The stage that was touched last; the tools apply to it. */
  private active: ToolPane;
  private readonly store = new MarkStore(measuringTool);
  private chosen = BROWSE.name;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly hint = make("p", { class: "tool-hint", role: "status" });
  private readonly look: LookControls;
  private readonly results: ResultList;
  private comparison: Comparison | null = null;
  private readonly compareButton: HTMLButtonElement;
  private readonly refresh: () => void;

  constructor(
    readonly page: Page,
    pane: Pane,
  ) {
    const { words } = page;
    this.main = this.active = this.equip(pane);
    this.results = new ResultList(words, this.store, () => this.panes.map(({ marks }) => marks));
    this.look = new LookControls(() => this.active.pane, words, (look) => this.setLook(look));
    this.compareButton = toolButton(words.compare, ICONS.compare, () => void this.toggleComparison(), {
      "aria-pressed": "false",
    });
    const thumbs = new ThumbStrip(pane, words);
    const film = new FilmControls(pane, words);
    this.refresh = () => {
      this.nameMeasuring();
      this.look.refresh();
      film.refresh();
      thumbs.refresh();
      this.showHint();
    };
    pane.listen({ onIndex: this.refresh, onFull: this.refresh, onPicture: this.refresh });
    page.tools.replaceChildren(
      make(
        "div",
        { class: "tool-strip" },
        this.toolGroup(),
        this.positionGroup(),
        this.look.element,
        film.element,
        make("div", { class: "tool-buttons" }, this.compareButton),
      ),
      make("div", { class: "tool-notes" }, this.hint, this.results.element),
      thumbs.element,
    );
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.choose(BROWSE.name);
    this.refresh();
    this.results.refresh();
  }

  /** For the right mouse button. */
  get windowTool(): StageTool | null {
    return this.main.tools.get(WINDOW.name) ?? null;
  }

  private get panes(): readonly ToolPane[] {
    return this.other === null ? [this.main] : [this.main, this.other];
  }

  /** The panel was closed: fingers browse again. Measurements stay. */
  rest(): void {
    this.choose(BROWSE.name);
  }

  /** A second stage was added or removed. */
  setOther(pane: Pane | null): void {
    this.other?.marks.close();
    this.active = this.main;
    this.other = pane === null ? null : this.equip(pane);
    pane?.listen({ onIndex: this.refresh, onFull: this.refresh, onPicture: this.refresh });
    this.compareButton.setAttribute("aria-pressed", String(pane !== null));
    this.choose(this.chosen);
    this.activate(this.main);
    this.results.refresh();
  }

  /** Changes the look of the stage that was touched last, and of the other one while they are linked. */
  setLook(look: Partial<Look>, of: Pane = this.active.pane): void {
    for (const { pane } of this.panes) {
      if (pane === of || this.comparison?.isViewLinked === true) {
        pane.full?.setLook(look);
        pane.player?.repaint();
      }
    }
    this.look.refresh();
  }

  private equip(pane: Pane): ToolPane {
    const marks = new Marks(pane, this.store, this.page.words);
    const onWindow = (window: Window) => this.setLook({ window }, pane);
    const tools = new Map<string, StageTool | null>([
      ...HAND_TOOLS.map((tool) => [tool.name, tool.create(pane, onWindow)] as const),
      ...MEASURING_TOOLS.map((tool) => [tool.name, new MeasureTool(marks, tool)] as const),
    ]);
    new KeyCursor(marks, tools.get(WINDOW.name) ?? null);
    marks.onChange = () => this.results?.refresh();
    const equipped = { pane, marks, tools };
    for (const name of ["pointerdown", "focusin"]) {
      pane.stage.element.addEventListener(name, () => this.activate(equipped));
    }
    return equipped;
  }

  private activate(active: ToolPane): void {
    this.active = active;
    for (const { pane } of this.panes) {
      pane.stage.element.classList.toggle("is-active", this.other !== null && pane === active.pane);
    }
    this.look.refresh();
    this.showHint();
  }

  /** Delete removes the measurement that was touched last, Ctrl+Z restores it. */
  private onKey(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : document.body;
    const isHere = target === document.body || this.page.viewer.contains(target);
    if (!isHere || event.defaultPrevented || event.altKey || target.matches("input:not([type=range]):not([type=checkbox]), select, textarea")) {
      return;
    }
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && !event.shiftKey && event.key.toLowerCase() === "z" && this.store.canUndo) {
      event.preventDefault();
      this.store.undo();
    } else if (!isCommand && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      if (this.active.marks.draft !== null) {
        this.active.marks.drop();
      } else {
        this.store.removeLast(this.active.marks.image);
      }
    }
  }

  private choose(name: string): void {
    this.chosen = name;
    for (const [other, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(other === name));
    }
    for (const { pane, tools, marks } of this.panes) {
      marks.drop();
      const tool = tools.get(name) ?? null;
      pane.stage.tool = tool;
      pane.stage.element.classList.toggle("has-tool", tool !== null);
    }
    this.showHint();
  }

  private showHint(): void {
    const { words } = this.page;
    const { full, frame } = this.active.pane;
    const needsValues = HAND_TOOLS.find(({ name }) => name === this.chosen)?.needsValues ?? true;
    const isThere = full !== null && full.values(frame) !== null;
    const hint = !needsValues ? "" : isThere ? words.keysHint : words.onlyPreview;
    if (this.hint.textContent !== hint) {
      this.hint.textContent = hint;
    }
  }

  private toolGroup(): HTMLElement {
    const { words } = this.page;
    const add = (name: string, icon: string, label: string) =>
      this.buttons.set(name, toolButton(label, icon, () => this.choose(name), { "data-tool": name }));
    HAND_TOOLS.forEach((tool) => add(tool.name, tool.icon, tool.label(words)));
    MEASURING_TOOLS.forEach(({ name, icon }) => add(name, icon, ""));
    this.nameMeasuring();
    return group(words.touchTool, ...this.buttons.values());
  }

  /** In some images, a measuring tool has another name. */
  private nameMeasuring(): void {
    const { full, frame } = this.main.pane;
    const [language, details] = [pageLanguage(), full?.details(frame) ?? null];
    for (const tool of MEASURING_TOOLS) {
      const word = this.buttons.get(tool.name)?.querySelector("span");
      const label = tool.label(language, details);
      if (word != null && word.textContent !== label) {
        word.textContent = label;
      }
    }
  }

  private positionGroup(): HTMLElement {
    const { words } = this.page;
    // A linked stage follows the view, and so does the same.
    const change = (step: Parameters<Stage["change"]>[0]) => () => this.active.pane.stage.change(step);
    const reset = () => {
      this.active.pane.stage.resetView();
      this.setLook(DEFAULT_LOOK);
      this.choose(BROWSE.name);
    };
    const actual: Parameters<Stage["change"]>[0] = (view, raster, size) => withPixelSide(view, 1 / devicePixelRatio, raster, size);
    return group(
      words.position,
      toolButton(words.rotate, ICONS.rotate, change(rotate), { "data-do": "rotate" }),
      toolButton(words.flip, ICONS.flip, change(mirror), { "data-do": "flip" }),
      toolButton(words.fit, ICONS.fit, () => this.active.pane.stage.fit(), { "data-do": "fit" }),
      toolButton(words.actualSize, ICONS.actualSize, change(actual), { "data-do": "actual" }),
      toolButton(words.reset, ICONS.reset, reset, { "data-do": "reset" }),
    );
  }

  private async toggleComparison(): Promise<void> {
    if (this.comparison !== null) {
      this.comparison.close();
      this.comparison = null;
      this.setOther(null);
      return;
    }
    const { Comparison } = await import("../compare/comparison.js");
    this.comparison ??= new Comparison(this.page, this.main.pane, {
      onPane: (pane) => this.setOther(pane),
      secondTool: () => this.other?.tools.get(WINDOW.name) ?? null,
      lookOf: () => this.main.pane.full?.look ?? DEFAULT_LOOK,
      onClose: () => void this.toggleComparison(),
    });
  }
}

/** Buttons that belong together, under a common name. */
export function group(label: string, ...children: Node[]): HTMLElement {
  const row = make("div", { class: "tool-buttons" }, ...children);
  return make("div", { class: "tool-group", role: "group", "aria-label": label }, make("p", { class: "tool-title" }, label), row);
}
