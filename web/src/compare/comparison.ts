/** A second stage beside the first: another series of this study, or a series of another study. */

import { listenToGestures } from "../gestures.js";
import { fill, type Page } from "../page.js";
import type { Look } from "../full/look.js";
import { Pane } from "../pane.js";
import { Sides } from "../sides.js";
import { Stage, type StageTool } from "../stage.js";
import { fillList, make, select, toolButton } from "../tools/elements.js";
import { ICONS } from "../tools/icons.js";
import { earlierLike, fetchStudies, openStudy, orderOf, seriesLike, type OpenStudy, type StudyChoice } from "./catalogue.js";
import { isSameSpace, nearestFrame, offsetFrame } from "./linking.js";
import { qualityText } from "../words.js";
import { PaneBar } from "./pane-bar.js";

export interface ComparisonEvents {
  onPane(pane: Pane | null): void;
  /** What the right mouse button does in the second pane. */
  secondTool(): StageTool | null;
  /** The look of the first pane. */
  lookOf(): Look;
  onClose(): void;
}

/** The screen is just large enough for two pictures, if they begin at its top. */
const STACKED = "(max-width: 959px)";

/** Each of two series gets half of the memory that one would get. */
const SHARE = 0.5;

export class Comparison {
  isViewLinked = true;
  private isScrollLinked = true;
  private offset = 0;
  private pane: Pane | null = null;
  private study: OpenStudy | null = null;
  private studies: readonly StudyChoice[] = [];
  private here: StudyChoice | null = null;
  private shownStudy: StudyChoice | null = null;
  private isFollowing = false;
  private isClosed = false;
  private readonly element: HTMLElement;
  private readonly studyList: ReturnType<typeof select>;
  private readonly seriesList: ReturnType<typeof select>;
  private stageElement: HTMLElement;
  private canvas: HTMLCanvasElement | null = null;
  private readonly stopListening: () => void;
  private readonly counter = make("output", { class: "other-counter" });
  private readonly quality = make("span", { class: "quality" });
  private readonly slider = make("input", { type: "range", class: "slider", min: 1, max: 1, value: 1, step: 1 });
  private readonly mainBar: PaneBar;
  private readonly otherBar: PaneBar;
  /** Counter and slider of the first pane, shown below it while there are two. */
  private readonly mainFoot = make("div", { class: "main-foot" });
  private readonly linkNote = make("p", { class: "link-note", role: "status" });

  constructor(
    private readonly page: Page,
    private readonly main: Pane,
    private readonly events: ComparisonEvents,
  ) {
    const { words } = page;
    this.studyList = select(words.compareWith, (place) => void this.chooseStudy(place));
    this.seriesList = select(words.compareSeries, (place) => this.chooseSeries(place));
    this.stageElement = make("div", { class: "stage" });
    this.slider.setAttribute("aria-label", words.slider);
    this.mainBar = new PaneBar(words, () => this.main, "main");
    this.otherBar = new PaneBar(words, () => this.pane, "other");
    this.element = make("section", { class: "other", "aria-label": words.otherStage }, this.head(), this.stageElement, this.foot(), this.links());
    this.mainFoot.append(page.counter.parentElement ?? page.counter, page.scrollRow);
    page.stage.before(this.mainBar.element);
    page.stage.after(this.mainFoot, this.element);
    page.viewer.classList.add("is-comparing");
    if (matchMedia(STACKED).matches) {
      page.viewer.scrollIntoView();
    }
    this.stopListening = main.listen({
      onFrame: () => this.follow(),
      onOpening: () => this.nameMain(),
      onIndex: () => {
        this.mainBar.refresh();
        this.join();
      },
      onFull: () => this.join(),
    });
    main.stage.onView = (view) => {
      if (this.isViewLinked && !this.isClosed) {
        this.pane?.stage.setView(view);
      }
    };
    this.nameMain();
    void this.open();
  }

  close(): void {
    this.isClosed = true;
    this.stopListening();
    this.pane?.close();
    this.main.stage.onView = null;
    this.main.full?.limit(1);
    this.element.remove();
    this.mainBar.element.remove();
    this.page.controls.prepend(...this.mainFoot.children);
    this.mainFoot.remove();
    this.page.viewer.classList.remove("is-comparing");
    this.main.stage.redraw();
  }

  private nameMain(): void {
    const { words } = this.page;
    this.mainBar.say(words.presentStudy, [this.here?.label ?? document.querySelector("h1")?.textContent, this.main.series?.label]);
  }

  /**
   * The patient of these images: all studies open to a visitor belong to one patient, whose name the page shows over
   * its own picture.
   */
  private patientName(): Node[] {
    const name = this.page.stage.querySelector(".stage-name");
    return name === null ? [] : [name.cloneNode(true)];
  }

  /** How the chosen study relates to the open one: the same, earlier, later, or of unknown order. */
  private nameOther(series: string): void {
    const { words } = this.page;
    const { here, shownStudy } = this;
    const isSame = shownStudy?.grantUrl === this.page.grantUrl;
    const when = {
      earlier: words.earlierStudy,
      later: words.laterStudy,
      "same-day": words.sameDayStudy,
      unknown: words.otherStudy,
    }[orderOf(shownStudy ?? { day: null }, here)];
    this.otherBar.say(isSame ? words.presentStudy : when, [shownStudy?.label || document.querySelector("h1")?.textContent, series]);
  }

  private head(): HTMLElement {
    const { words } = this.page;
    const close = toolButton(words.compareClose, ICONS.close, () => this.events.onClose(), { "data-do": "close-comparison" });
    const choices = make("div", { class: "other-choices" }, this.studyList.field, this.seriesList.field, close);
    return make("div", { class: "other-head" }, this.otherBar.element, choices);
  }

  private foot(): HTMLElement {
    this.slider.addEventListener("input", () => this.pane?.go(Number(this.slider.value) - 1));
    const row = make("p", { class: "counter-row" }, this.counter, this.quality);
    return make("div", { class: "other-foot" }, row, this.slider);
  }

  private links(): HTMLElement {
    const { words } = this.page;
    const toggle = (label: string, onToggle: (isOn: boolean) => void) => {
      const box = make("input", { type: "checkbox", checked: true });
      box.addEventListener("change", () => onToggle(box.checked));
      return make("label", { class: "check" }, box, make("span", {}, label));
    };
    const scroll = toggle(words.linkScroll, (isOn) => {
      this.isScrollLinked = isOn;
      this.join();
    });
    const view = toggle(words.linkView, (isOn) => {
      this.isViewLinked = isOn;
      this.copyView();
    });
    return make("div", { class: "link-box" }, make("div", { class: "links" }, scroll, view), this.linkNote);
  }

  /** Both panes move together from now on, so they begin alike. */
  private copyView(): void {
    if (this.isViewLinked && this.pane !== null) {
      this.pane.stage.setView(this.main.stage.view);
      this.pane.full?.setLook(this.events.lookOf());
      this.pane.player?.repaint();
    }
  }

  private async open(): Promise<void> {
    this.studies = await fetchStudies(this.page.words.noDate).catch(() => []);
    let here = this.studies.findIndex(({ grantUrl }) => grantUrl === this.page.grantUrl);
    if (here < 0) {
      this.studies = [{ uid: "", label: "", grantUrl: this.page.grantUrl, day: null, title: "", modalities: [] }, ...this.studies];
      here = 0;
    }
    this.here = this.studies[here] ?? null;
    this.nameMain();
    const labels = this.studies.map(({ label, grantUrl }) =>
      grantUrl === this.page.grantUrl ? `${this.page.words.thisStudy} ${label}`.trim() : label,
    );
    fillList(this.studyList.list, labels);
    const modality = this.main.index?.modality ?? "";
    await this.chooseStudy((this.here === null ? null : earlierLike(this.studies, this.here, modality)) ?? here);
  }

  private async chooseStudy(place: number): Promise<void> {
    const choice = this.studies[place];
    const study = choice === undefined ? null : await openStudy(choice).catch(() => null);
    if (study === null || this.isClosed) {
      this.linkNote.textContent = this.page.words.failed;
      return;
    }
    this.studyList.list.selectedIndex = place;
    this.study = study;
    this.shownStudy = choice ?? null;
    fillList(this.seriesList.list, study.series.map(({ label }) => label));
    const modality = this.main.index?.modality ?? "";
    const own = study.series.findIndex(({ seriesInstanceUid }) => seriesInstanceUid === this.main.series?.seriesInstanceUid);
    const other = study.series.findIndex((_, place) => place !== own);
    this.openPane(study);
    this.chooseSeries(own < 0 ? seriesLike(study.series, this.main.series, modality) : Math.max(0, other));
  }

  /** One stage per study, because each study's URLs are renewed separately. */
  private openPane({ grant }: OpenStudy): void {
    const { words } = this.page;
    this.pane?.close();
    const poster = make("img", { alt: "", hidden: true });
    const canvas = make("canvas", { role: "img", id: "other-picture", hidden: true });
    const attributes = { class: "stage", role: "group", tabindex: 0, "aria-label": words.otherStage };
    const element = make("div", attributes, poster, canvas, ...this.patientName());
    this.stageElement.replaceWith(element);
    this.stageElement = element;
    this.canvas = canvas;
    const stage = new Stage(element, poster, canvas);
    const pane = new Pane(stage, grant);
    this.pane = pane;
    this.listenTo(pane);
    new Sides(pane, words);
    this.main.full?.limit(SHARE);
    this.events.onPane(pane);
  }

  private listenTo(pane: Pane): void {
    const { stage } = pane;
    const { element } = stage;
    const { words } = this.page;
    pane.listen({
      onFrame: (frame, frames) => {
        this.showFrame(frame, frames);
        this.lead();
      },
      onIndex: () => {
        this.otherBar.refresh();
        this.join();
      },
      onFull: () => {
        pane.full?.limit(SHARE);
        this.copyView();
        this.join();
      },
      onBlank: () => {
        this.quality.textContent = words.loading;
        this.quality.classList.remove("is-full");
      },
      onPicture: (shown) => {
        this.quality.textContent = qualityText(words, shown);
        this.quality.classList.toggle("is-full", shown.quality === "full");
      },
      onState: (state) => {
        this.linkNote.textContent = state === "fine" ? "" : state === "offline" ? words.offline : words.failed;
      },
    });
    listenToGestures(stage, {
      onSteps: (steps) => pane.step(steps),
      framesShown: () => pane.frames,
      isUpright: () => this.page.isLarge,
      secondTool: () => this.events.secondTool(),
    });
    element.addEventListener("keydown", (event) => {
      const by: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
      const steps = by[event.key];
      if (steps !== undefined && stage.tool?.takesKeys !== true) {
        event.preventDefault();
        pane.step(steps);
      }
    });
    stage.onView = (view) => {
      if (this.isViewLinked) {
        this.main.stage.setView(view);
      }
    };
  }

  private chooseSeries(place: number): void {
    const series = this.study?.series[place];
    if (series !== undefined && this.pane !== null) {
      this.seriesList.list.selectedIndex = place;
      this.canvas?.setAttribute("aria-label", series.label);
      this.nameOther(series.label);
      void this.pane.open(series);
    }
  }

  private showFrame(frame: number, frames: number): void {
    const text = fill(this.page.words.counter, { n: frame + 1, total: frames });
    this.counter.textContent = text;
    this.slider.max = String(frames);
    this.slider.value = String(frame + 1);
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.hidden = frames < 2;
  }

  /** Treats the images shown now as images of the same position, or follows the position in the patient. */
  private join(): void {
    const { words } = this.page;
    if (this.isClosed || this.pane?.index == null || this.main.index === null) {
      return;
    }
    this.offset = this.pane.frame - this.main.frame;
    const isByPosition = frameInPosition(this.main, this.pane) !== null;
    this.linkNote.textContent = !this.isScrollLinked ? "" : isByPosition ? words.linkedByPosition : words.linkedByNumber;
    if (isByPosition) {
      this.follow();
    }
  }

  /**
   * The reader moved the second series: the first one follows. If they are not linked, this sets which images belong
   * together.
   */
  private lead(): void {
    const { pane } = this;
    if (pane?.index == null || this.main.index === null || this.isFollowing || this.isClosed) {
      return;
    }
    if (!this.isScrollLinked) {
      this.offset = pane.frame - this.main.frame;
      return;
    }
    const { main } = this;
    this.move(main, frameInPosition(pane, main) ?? offsetFrame(pane.frame, -this.offset, main.frames));
  }

  private follow(): void {
    const { pane } = this;
    if (this.isScrollLinked && !this.isFollowing && !this.isClosed && pane?.index != null) {
      this.move(pane, frameInPosition(this.main, pane) ?? offsetFrame(this.main.frame, this.offset, pane.frames));
    }
  }

  /** Moves one pane because of the other, without moving the other in turn. */
  private move(pane: Pane, frame: number): void {
    if (frame !== pane.frame) {
      this.isFollowing = true;
      pane.go(frame);
      this.isFollowing = false;
    }
  }
}

/** The frame of one pane at the position that another pane shows; null if positions cannot be compared. */
function frameInPosition({ full, frame }: Pane, { full: other, frame: shown, index }: Pane): number | null {
  if (full === null || other === null || index === null) {
    return null;
  }
  const here = full.details(frame);
  return isSameSpace(here, other.details(shown)) ? nearestFrame(here, index.frames.map((_, at) => other.details(at))) : null;
}
