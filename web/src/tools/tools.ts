/** The tools behind the button: what a finger does, how the picture looks, how it lies, films, measurements. */

import type { Window } from "../full/frame-details.js";
import { DEFAULT_LOOK, type Look } from "../full/look.js";
import type { Page } from "../page.js";
import type { Pane } from "../pane.js";
import type { StageTool } from "../stage.js";
import type { AnnotationKind } from "./annotations.js";
import { make, toolButton } from "./elements.js";
import { FilmControls } from "./film-controls.js";
import { KeyCursor } from "./key-cursor.js";
import { LookControls } from "./look-controls.js";
import { Marks } from "./marks.js";
import { ResultList } from "./result-list.js";
import { MeasureTool, PanTool, WindowTool } from "./stage-tools.js";
import { ThumbStrip } from "./thumb-strip.js";
import { ICONS } from "./icons.js";
import type { Comparison } from "../compare/comparison.js";

type ToolName = "browse" | "window" | "move" | AnnotationKind;

/** A stage and all that the tools hold of it. */
export interface ToolPane {
  readonly pane: Pane;
  readonly marks: Marks;
  readonly tools: Readonly<Record<ToolName, StageTool | null>>;
}

export class Tools {
  readonly main: ToolPane;
  private other: ToolPane | null = null;
  private chosen: ToolName = "browse";
  private readonly buttons = new Map<ToolName, HTMLButtonElement>();
  private readonly hint = make("p", { class: "tool-hint", role: "status" });
  private readonly look: LookControls;
  private readonly results: ResultList;
  private comparison: Comparison | null = null;
  private readonly compareButton: HTMLButtonElement;

  constructor(
    readonly page: Page,
    pane: Pane,
  ) {
    const { words } = page;
    this.main = this.equip(pane);
    this.results = new ResultList(words, () => this.panes.map(({ marks }) => marks));
    this.look = new LookControls(pane, words, (look) => this.setLook(look));
    this.compareButton = toolButton(words.compare, ICONS.compare, () => void this.toggleComparison(), {
      "aria-pressed": "false",
    });
    const thumbs = new ThumbStrip(pane, words);
    const film = new FilmControls(pane, words);
    const refresh = () => {
      this.look.refresh();
      film.refresh();
      thumbs.refresh();
      this.showHint();
    };
    pane.listen({ onIndex: refresh, onFull: refresh, onPicture: refresh });
    page.tools.replaceChildren(
      this.toolGroup(),
      this.hint,
      this.results.element,
      this.look.element,
      this.positionGroup(),
      film.element,
      make("div", { class: "tool-buttons" }, this.compareButton),
      thumbs.element,
    );
    this.choose("browse");
    refresh();
  }

  /** For the right mouse button. */
  get windowTool(): StageTool | null {
    return this.main.tools.window;
  }

  private get panes(): readonly ToolPane[] {
    return this.other === null ? [this.main] : [this.main, this.other];
  }

  /** The panel is closed: fingers browse again. Measurements stay. */
  rest(): void {
    this.choose("browse");
  }

  /** A second stage came or went. */
  setOther(pane: Pane | null): void {
    this.other = pane === null ? null : this.equip(pane);
    this.compareButton.setAttribute("aria-pressed", String(pane !== null));
    this.choose(this.chosen);
    this.results.refresh();
  }

  setLook(look: Partial<Look>): void {
    for (const { pane } of this.panes) {
      if (pane === this.main.pane || this.comparison?.isViewLinked === true) {
        pane.full?.setLook(look);
        pane.player?.repaint();
      }
    }
    this.look.refresh();
  }

  private equip(pane: Pane): ToolPane {
    const marks = new Marks(pane, this.page.words);
    const onWindow = (window: Window) => this.setWindowOf(pane, window);
    const windowTool = new WindowTool(pane, onWindow);
    new KeyCursor(marks, windowTool);
    marks.onChange = () => this.results?.refresh();
    const measure = (kind: AnnotationKind) => new MeasureTool(marks, kind);
    const tools = {
      browse: null,
      window: windowTool,
      move: new PanTool(pane),
      length: measure("length"),
      angle: measure("angle"),
      ellipse: measure("ellipse"),
      probe: measure("probe"),
    };
    return { pane, marks, tools };
  }

  private setWindowOf(pane: Pane, window: Window): void {
    if (pane === this.main.pane) {
      this.setLook({ window });
    } else {
      pane.full?.setLook({ window });
      pane.player?.repaint();
    }
  }

  private choose(name: ToolName): void {
    this.chosen = name;
    for (const [other, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(other === name));
    }
    for (const { pane, tools } of this.panes) {
      pane.stage.tool = tools[name];
      pane.stage.element.classList.toggle("has-tool", tools[name] !== null);
    }
    this.showHint();
  }

  private showHint(): void {
    const { words } = this.page;
    const { full, frame } = this.main.pane;
    const needsValues = this.chosen !== "browse" && this.chosen !== "move";
    const isThere = full !== null && full.values(frame) !== null;
    const hint = !needsValues ? "" : isThere ? words.keysHint : words.onlyPreview;
    if (this.hint.textContent !== hint) {
      this.hint.textContent = hint;
    }
  }

  private toolGroup(): HTMLElement {
    const { words } = this.page;
    const names: readonly (readonly [ToolName, string])[] = [
      ["browse", words.browse],
      ["window", words.windowTool],
      ["move", words.moveTool],
      ["probe", words.probe],
      ["length", words.length],
      ["angle", words.angle],
      ["ellipse", words.ellipse],
    ];
    for (const [name, label] of names) {
      this.buttons.set(name, toolButton(label, ICONS[name], () => this.choose(name), { "data-tool": name }));
    }
    return group(words.touchTool, ...this.buttons.values());
  }

  private positionGroup(): HTMLElement {
    const { words } = this.page;
    const each = (step: (pane: Pane) => void) => () => {
      for (const { pane } of this.panes) {
        if (pane === this.main.pane || this.comparison?.isViewLinked === true) {
          step(pane);
        }
      }
    };
    const reset = () => {
      each(({ stage }) => stage.resetView())();
      this.setLook(DEFAULT_LOOK);
      this.choose("browse");
    };
    return group(
      words.position,
      toolButton(words.rotate, ICONS.rotate, each(({ stage }) => stage.rotate()), { "data-do": "rotate" }),
      toolButton(words.flip, ICONS.flip, each(({ stage }) => stage.mirror()), { "data-do": "flip" }),
      toolButton(words.fit, ICONS.fit, each(({ stage }) => stage.fit()), { "data-do": "fit" }),
      toolButton(words.actualSize, ICONS.actualSize, each(({ stage }) => stage.setPixelSide(1)), { "data-do": "actual" }),
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
      onClose: () => void this.toggleComparison(),
    });
  }
}

/** Buttons that belong together, under their name. */
export function group(label: string, ...children: Node[]): HTMLElement {
  const row = make("div", { class: "tool-buttons" }, ...children);
  return make("div", { class: "tool-group", role: "group", "aria-label": label }, make("p", { class: "tool-title" }, label), row);
}
