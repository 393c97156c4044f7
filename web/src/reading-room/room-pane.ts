/** One cell of the grid. */

import { DEFAULT_LOOK, type Look } from "../full/look.js";
import { fill } from "../page.js";
import type { SeriesEntry } from "../pane.js";
import type { LinkState } from "../link/link.js";
import { Sides } from "../sides.js";
import { Stage, type StageTool } from "../stage.js";
import { make } from "../tools/elements.js";
import { KeyCursor } from "../tools/key-cursor.js";
import type { MarkStore } from "../tools/mark-store.js";
import type { Words } from "../words.js";
import { CornerTexts } from "./corner-texts.js";
import { CoveredMarks, CoveredPane } from "./covered.js";
import { dragTool } from "./drags.js";
import type { Drag } from "./bindings/bindings.js";
import type { PaneContent, RoomEvents, RoomPane, RoomStudy } from "./feature.js";
import { LateTool } from "./late-tool.js";
import { limitMemory } from "./memory.js";
import { listenToHands, type Button } from "./mouse.js";
import { EVERY_FRAME, firstStop, frameFrom, type Steps } from "./steps.js";
import type { RoomWords } from "./words.js";

const LOADING_SHOWN_AFTER_MS = 250;

export interface CellContext {
  readonly words: Words;
  readonly roomWords: RoomWords;
  readonly store: MarkStore;
  readonly patient: string;
  /** "Present", "Prior" and so on, of a study. */
  whenOf(study: RoomStudy): string;
  onChange(cell: Cell, what: Parameters<RoomEvents["onChange"]>[1]): void;
  /** Another try after a failure. */
  onRetry(cell: Cell): void;
  /** What a mouse button does where no tool was chosen. */
  dragOf(button: Button): Drag;
  onMenu(cell: Cell): void;
  onDouble(cell: Cell): void;
  /** Something may have been changed by hand. */
  onEnd(): void;
  /** A film began or ended. */
  onPlaying(): void;
}

export class Cell implements RoomPane {
  readonly element: HTMLElement;
  readonly stage: Stage;
  readonly pane: CoveredPane;
  readonly marks: CoveredMarks;
  study: RoomStudy | null = null;
  content: PaneContent | null = null;
  isPlaying = false;
  /** By drag or by arrow keys. */
  readonly windowTool: StageTool = new LateTool(() => this.dragTool("window"), true);
  private steps: Steps = EVERY_FRAME;
  /** A look that waits for full quality. */
  private wished: Partial<Look> | null = null;
  private share = 1;
  private poster: HTMLImageElement | null = null;
  private loadingTimer = 0;
  private readonly canvas = make("canvas", { role: "img", hidden: true });
  private readonly texts: CornerTexts;
  private readonly note = make("div", { class: "note", role: "status", hidden: true });
  private readonly empty: HTMLElement;
  private seen: { look: Look | null; view: Stage["view"] | null } = { look: null, view: null };

  constructor(
    public place: number,
    readonly home: RoomStudy,
    private readonly context: CellContext,
  ) {
    const { words, roomWords } = context;
    const stageElement = make("div", { class: "stage", role: "group", tabindex: 0 }, make("img", { alt: "", hidden: true }), this.canvas);
    this.empty = make("p", { class: "pane-empty" }, roomWords.emptyPane);
    this.element = make("section", { class: "pane is-empty" }, stageElement);
    this.stage = new Stage(stageElement, stageElement.querySelector("img") as HTMLImageElement, this.canvas);
    this.pane = new CoveredPane(this.stage, home.grant);
    this.texts = new CornerTexts(this.stage, context.patient, words, roomWords.sidesUnknown);
    this.marks = new CoveredMarks(this.pane, context.store, words);
    new Sides(this.pane, words);
    new KeyCursor(this.marks, this.windowTool);
    const facts = stageElement.querySelector(".frame-facts");
    this.texts.foot.prepend(...(facts === null ? [] : [facts]));
    stageElement.append(this.empty, this.note);
    this.stage.onDraw.add(() => this.watch());
    this.listen();
    this.setPlace(place);
  }

  get look(): Look {
    return this.pane.full?.look ?? { ...DEFAULT_LOOK, ...this.wished };
  }

  /** Whose window and colours are seen: those of another pane, if planes of its series are. */
  get source(): RoomPane {
    return this.content?.source ?? this;
  }

  dragTool(drag: Drag): StageTool | null {
    const { stage, source } = this;
    return dragTool(drag, {
      stage,
      pane: source.pane,
      step: (by) => this.step(by),
      setWindow: (window) => setLook(source, { window }),
    });
  }

  setPlace(place: number): void {
    this.place = place;
    this.element.dataset["place"] = String(place);
    this.nameStage(this.source);
  }

  setActive(isActive: boolean): void {
    this.element.classList.toggle("is-active", isActive);
    this.stage.element.setAttribute("aria-current", String(isActive));
    this.texts.setSpoken(isActive && !this.isPlaying);
  }

  /** Shows a series of its study. Nothing of the one before stays, not even for a moment. */
  async open(series: SeriesEntry, frame: number | null): Promise<void> {
    const { context, home } = this;
    this.setContent(null);
    this.steps = EVERY_FRAME;
    this.wished = null;
    this.study = home;
    this.say(null);
    this.element.classList.remove("is-empty");
    this.setWaiting(true);
    // A poster of the stage would show the one before until its own has arrived.
    const opened = this.pane.open({ ...series, posterUrl: null }, frame);
    this.stage.blank();
    this.name(this);
    this.texts.showFrame(frame ?? Math.floor(series.frames / 2), series.frames, false);
    this.showPoster(frame === null ? series.posterUrl : null);
    this.canvas.setAttribute("aria-label", series.label);
    context.onChange(this, "series");
    await opened;
  }

  step(by: number): void {
    if (by === 0) {
      return;
    }
    if (this.content !== null) {
      this.content.step(by);
      this.texts.showText(this.content.counter);
    } else if (this.steps.run === null && this.steps.isStop === null) {
      this.pane.step(by);
    } else {
      const { frame, frames } = this.pane;
      this.pane.go(frameFrom(this.steps, frames, frame, by));
    }
  }

  setRun(run: Steps["run"]): void {
    this.steps = { ...this.steps, run };
  }

  setStops(isStop: Steps["isStop"]): void {
    this.steps = { ...this.steps, isStop };
    const { frame, frames } = this.pane;
    const first = firstStop(this.steps, frames, frame);
    if (first !== frame) {
      this.pane.go(first);
    }
  }

  setContent(content: PaneContent | null): void {
    if (content === this.content) {
      return;
    }
    this.name(content?.source ?? this);
    this.content?.close();
    this.marks.drop();
    this.content = content;
    this.pane.isCovered = content !== null;
    this.element.classList.toggle("has-content", content !== null);
    if (content !== null) {
      this.pane.stopClip();
      this.element.classList.remove("is-empty");
      this.texts.showText(content.counter);
      return;
    }
    this.marks.subject = null;
    this.stage.blank();
    if (this.pane.series === null) {
      this.element.classList.add("is-empty");
    } else {
      const { frame, frames, index } = this.pane;
      this.texts.showFrame(frame, frames, index?.frames[frame]?.isKey === true);
      this.pane.player?.repaint();
    }
  }

  /** What is asked for before full quality has come is done when it comes. */
  setLook(look: Partial<Look>): void {
    const { full, player } = this.pane;
    if (full === null) {
      this.wished = { ...this.wished, ...look };
    } else {
      full.setLook(look);
      player?.repaint();
      this.watch();
    }
  }

  /** The tool of the left button; null for that of the preset. */
  setTool(tool: StageTool | null): void {
    this.marks.drop();
    this.stage.tool = tool;
    this.stage.element.classList.toggle("has-tool", tool !== null);
  }

  limit(share: number): void {
    this.share = share;
    limitMemory(this.pane, share);
  }

  close(): void {
    clearTimeout(this.loadingTimer);
    this.content?.close();
    this.pane.close();
    this.marks.close();
    this.element.remove();
  }

  private toolOf(button: Button): StageTool | null {
    return (button === "left" ? this.stage.tool : null) ?? this.dragTool(this.context.dragOf(button));
  }

  private listen(): void {
    const { pane, context } = this;
    listenToHands(this.stage, {
      toolOf: (button) => this.toolOf(button),
      onClick: (button) => (context.dragOf(button) === "menu" ? context.onMenu(this) : undefined),
      onDouble: () => context.onDouble(this),
      onEnd: () => context.onEnd(),
      onSteps: (by) => this.step(by),
      framesShown: () => (this.content === null ? pane.frames : Number.POSITIVE_INFINITY),
    });
    const { words } = context;
    pane.listen({
      onIndex: (index) => {
        limitMemory(pane, this.share);
        this.element.classList.toggle("is-without-pictures", index.frames.length === 0);
        if (this.poster !== null) {
          this.texts.showPoster(true);
        }
        context.onChange(this, "index");
      },
      onFull: () => {
        limitMemory(pane, this.share);
        if (this.wished !== null) {
          pane.full?.setLook(this.wished);
          this.wished = null;
          pane.player?.repaint();
        }
        context.onChange(this, "full");
      },
      onFrame: (frame, frames) => {
        if (this.content === null) {
          this.texts.showFrame(frame, frames, pane.index?.frames[frame]?.isKey === true);
        }
        context.onChange(this, "frame");
      },
      onPicture: () => {
        this.showPoster(null);
        this.say(null);
        context.onChange(this, "picture");
      },
      onBlank: () => {
        this.showPoster(null);
        this.texts.showLoading();
      },
      onWaiting: (isWaiting) => this.setWaiting(isWaiting),
      onBroken: () => {
        // Another frame may still be on the stage.
        this.stage.blank();
        this.say(words.brokenPicture);
      },
      onState: (state) => this.showState(state),
      onPlaying: (isPlaying) => {
        this.isPlaying = isPlaying;
        this.texts.setSpoken(!isPlaying && this.element.classList.contains("is-active"));
        context.onPlaying();
      },
    });
  }

  /** Look and view may be changed by any feature. */
  private watch(): void {
    if (this.content !== null) {
      this.texts.showText(this.content.counter);
    }
    const { look } = this.pane.full ?? { look: null };
    const { view } = this.stage;
    const [isOtherLook, isOtherView] = [look !== this.seen.look, view !== this.seen.view];
    this.seen = { look, view };
    if (isOtherLook && look !== null) {
      this.context.onChange(this, "look");
    }
    if (isOtherView) {
      this.context.onChange(this, "view");
    }
  }

  /** Each series has an image of its own for its poster: a used one would show the last series until the next one has come. */
  private showPoster(url: string | null): void {
    this.poster?.remove();
    this.poster = null;
    if (url !== null) {
      const poster = make("img", { class: "pane-poster", alt: "" });
      poster.addEventListener("error", () => poster.remove());
      poster.src = url;
      this.poster = poster;
      this.canvas.before(poster);
      this.texts.showPoster(this.pane.index !== null);
    }
  }

  /** Over the picture stands whose series it is drawn from, which may be that of another pane. */
  private name(source: RoomPane): void {
    const { study, pane } = source;
    this.texts.name(study === null ? null : { when: this.context.whenOf(study), study: study.label, series: pane.series?.label ?? "" });
    this.nameStage(source);
  }

  private nameStage({ study, pane }: RoomPane): void {
    const { roomWords, patient, whenOf } = this.context;
    const names = [fill(roomWords.pane, { n: this.place + 1 }), study === null ? "" : `${whenOf(study)} ${study.label}`, pane.series?.label ?? "", patient];
    this.stage.element.setAttribute("aria-label", names.filter((name) => name !== "").join(", "));
  }

  private setWaiting(isWaiting: boolean): void {
    clearTimeout(this.loadingTimer);
    const show = () => this.stage.element.classList.toggle("is-loading", isWaiting);
    if (isWaiting) {
      this.loadingTimer = window.setTimeout(show, LOADING_SHOWN_AFTER_MS);
    } else {
      show();
    }
  }

  private showState(state: LinkState): void {
    const { words, roomWords } = this.context;
    if (state === "fine") {
      this.say(null);
    } else if (state === "offline") {
      this.say(words.offline);
    } else {
      this.setWaiting(false);
      const retry = make("button", { type: "button" }, roomWords.retry);
      retry.addEventListener("click", () => this.context.onRetry(this));
      this.say(state === "failed" ? words.failed : words.signedOut, state === "failed" ? retry : make("a", { href: "/" }, roomWords.signIn));
    }
  }

  private say(text: string | null, action: HTMLElement | null = null): void {
    this.note.hidden = text === null;
    this.note.replaceChildren(...(text === null ? [] : [make("p", {}, text)]), ...(action === null ? [] : [action]));
  }
}

/** A pane of the room is a cell: features know only what [`RoomPane`] tells. */
export function setLook(pane: RoomPane, look: Partial<Look>): void {
  (pane as Cell).setLook(look);
}
