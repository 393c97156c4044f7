/** Entry point: connects the page and the series. Whatever the first picture does not need comes later. */

import { listenToGestures } from "./gestures.js";
import { Grant, tellPortal, type LinkState } from "./link/link.js";
import { hasClip } from "./clip.js";
import { fill, Page, type SeriesButton } from "./page.js";
import { Pane, whenIdle } from "./pane.js";
import { currentPlace, enterLarge, keepPlace, leaveLarge } from "./place.js";
import type { SeriesIndex } from "./read/series-index.js";
import { Stage, type Shown, type StageTool } from "./stage.js";
import type { LargeView } from "./large.js";
import type { Tools } from "./tools/tools.js";
import { qualityText } from "./words.js";

const ZOOM_STEP = 1.5;
const LOADING_SHOWN_AFTER_MS = 250;
const PLACE_KEPT_AFTER_MS = 400;
/** Screens on which the tools are open from the start. */
const WIDE = "(min-width: 960px)";

class Viewer {
  private readonly stage: Stage;
  private readonly pane: Pane;
  private tools: Promise<Tools> | null = null;
  private large: Promise<LargeView> | null = null;
  private isDressed = false;
  private secondTool: (() => StageTool | null) | null = null;
  private current: SeriesButton | null = null;
  private loadingTimer = 0;
  private placeTimer = 0;

  constructor(private readonly page: Page) {
    this.stage = new Stage(page.stage, page.poster, page.canvas);
    const urls = page.series.map((series) => [series.seriesInstanceUid, series] as const);
    this.pane = new Pane(this.stage, new Grant(page.grantUrl, new Map(urls)));
    this.pane.listen({
      onFrame: (frame, frames) => this.showFrame(frame, frames),
      onIndex: (index) => this.showIndex(index),
      onPicture: (shown) => this.showPicture(shown),
      onWaiting: (isWaiting) => this.setWaiting(isWaiting),
      onBlank: () => this.showQuality(page.words.loading, false),
      onBroken: () => page.say(page.words.brokenPicture),
      onState: (state) => this.showState(state),
      onPlaying: (isPlaying) => page.setPlaying(isPlaying),
    });
    this.listen();
    page.controls.hidden = false;
    void this.tellWhenSeen();
  }

  /** Reports to the hospital, once per page, that the first picture was shown. */
  private async tellWhenSeen(): Promise<void> {
    if (this.page.seenUrl !== "" && (await this.stage.hasPoster())) {
      tellPortal(this.page.seenUrl);
    }
  }

  /** Opens a series at a frame, or at its most telling one. */
  async open(series: SeriesButton, frame: number | null = null): Promise<void> {
    const { page } = this;
    this.current = series;
    for (const { button } of page.series) {
      button.setAttribute("aria-pressed", String(button === series.button));
    }
    page.canvas.setAttribute("aria-label", series.label);
    page.say(null);
    page.play.hidden = true;
    page.quality.textContent = series.frames > 0 ? page.words.quickPreview : "";
    page.documents.hidden = true;
    page.viewer.classList.toggle("is-without-pictures", series.frames === 0);
    this.showFrame(frame ?? Math.floor(series.frames / 2), series.frames);
    this.setWaiting(true);
    await this.pane.open(series, frame);
  }

  private setLarge(isLarge: boolean): void {
    if (isLarge) {
      // Works only right after a tap, and not on every phone; the large view fills the window anyway.
      document.documentElement.requestFullscreen?.().catch(() => undefined);
      enterLarge();
    } else {
      leaveLarge();
    }
    this.showLarge(isLarge);
  }

  showLarge(isLarge: boolean): void {
    this.page.setLarge(isLarge);
    if (isLarge) {
      this.large ??= import("./large.js").then(({ LargeView }) => new LargeView(this.page, () => this.setLarge(false)));
    }
    void this.large?.then((view) => view.set(this.page.isLarge));
  }

  private showFrame(frame: number, frames: number): void {
    const { slider, counter, previous, next, scrollRow, hint, words, keyMark, play } = this.page;
    const text = frames > 0 ? fill(words.counter, { n: frame + 1, total: frames }) : "";
    scrollRow.hidden = hint.hidden = frames < 2;
    slider.max = String(frames);
    slider.value = String(frame + 1);
    slider.style.setProperty("--done", `${frames > 1 ? (100 * frame) / (frames - 1) : 0}%`);
    slider.setAttribute("aria-valuetext", text);
    counter.textContent = text;
    previous.disabled = frame === 0;
    next.disabled = frame === frames - 1;
    this.keepPlaceSoon();
    keyMark.hidden = this.pane.index?.frames[frame]?.isKey !== true;
    play.disabled = this.pane.clip === null;
  }

  /** Once the reader pauses, because browsers allow few changes of the history. */
  private keepPlaceSoon(): void {
    clearTimeout(this.placeTimer);
    this.placeTimer = window.setTimeout(() => this.keepPlace(), PLACE_KEPT_AFTER_MS);
  }

  private keepPlace(): void {
    const { current, pane } = this;
    if (current !== null && pane.player !== null) {
      keepPlace({ seriesInstanceUid: current.seriesInstanceUid, frame: pane.frame });
    }
  }

  private showIndex(index: SeriesIndex): void {
    this.page.play.hidden = !hasClip(index);
    if (index.documents.length + index.others.length + index.withoutPicture.length + index.notes.length + index.gaps.length > 0) {
      void this.showDocuments();
    }
  }

  private async showDocuments(): Promise<void> {
    const { pane, page } = this;
    const { showDocuments } = await import("./documents/documents.js");
    if (pane.index !== null && pane.link !== null) {
      const open = (uid: string, frame: number) => {
        const series = page.series.find(({ seriesInstanceUid }) => seriesInstanceUid === uid);
        if (series !== undefined) {
          void this.open(series, frame);
          page.viewer.scrollIntoView({ block: "nearest" });
        }
      };
      showDocuments(page.documents, pane.index, pane.link, page.words, { series: page.series, grant: pane.grant, open });
    }
  }

  private showPicture(shown: Shown): void {
    const { words } = this.page;
    const isFull = shown.quality === "full";
    this.showQuality(qualityText(words, shown), isFull);
    this.page.say(null);
    if (!this.isDressed) {
      this.isDressed = true;
      void this.dress();
    }
  }

  private showQuality(text: string, isFull: boolean): void {
    const { quality } = this.page;
    if (quality.textContent !== text) {
      quality.textContent = text;
    }
    quality.classList.toggle("is-full", isFull);
  }

  /** What is drawn over the first picture comes after it. */
  private async dress(): Promise<void> {
    const { hasMarks, Sides } = await import("./sides.js");
    new Sides(this.pane, this.page.words);
    if (hasMarks()) {
      await this.openTools();
    }
  }

  private openTools(): Promise<Tools> {
    this.tools ??= import("./tools/tools.js").then(({ Tools }) => new Tools(this.page, this.pane));
    return this.tools;
  }

  private setWaiting(isWaiting: boolean): void {
    clearTimeout(this.loadingTimer);
    const show = () => this.page.stage.classList.toggle("is-loading", isWaiting);
    if (isWaiting) {
      this.loadingTimer = window.setTimeout(show, LOADING_SHOWN_AFTER_MS);
    } else {
      show();
    }
  }

  private showState(state: LinkState): void {
    const { page } = this;
    if (state === "fine") {
      page.say(null);
    } else if (state === "offline") {
      page.say(page.words.offline);
    } else {
      this.setWaiting(false);
      page.say(state === "failed" ? page.words.failed : page.words.signedOut, state === "failed" ? "retry" : "signIn");
    }
  }

  private async toggleTools(isOpen: boolean): Promise<void> {
    const { page } = this;
    page.toolsToggle.setAttribute("aria-expanded", String(isOpen));
    page.toolsToggle.classList.toggle("is-on", isOpen);
    page.viewer.classList.toggle("has-tools", isOpen);
    page.tools.hidden = !isOpen;
    if (isOpen) {
      const tools = await this.openTools();
      this.secondTool = () => tools.windowTool;
      if (!matchMedia(WIDE).matches) {
        // Show the strip, the picture and the tool's results on one screen.
        page.viewer.scrollIntoView();
      }
    } else {
      (await this.tools)?.rest();
    }
  }

  private listen(): void {
    const { page, stage, pane } = this;
    page.slider.addEventListener("input", () => pane.go(Number(page.slider.value) - 1));
    page.previous.addEventListener("click", () => pane.step(-1));
    page.next.addEventListener("click", () => pane.step(1));
    page.zoomIn.addEventListener("click", () => stage.zoom(ZOOM_STEP));
    page.zoomOut.addEventListener("click", () => stage.zoom(1 / ZOOM_STEP));
    page.large.addEventListener("click", () => this.setLarge(!page.isLarge));
    addEventListener("popstate", () => {
      this.showLarge(currentPlace().isLarge === true);
      // The history entry we leave may know a later image than the one we enter.
      this.keepPlace();
    });
    page.play.addEventListener("click", () => pane.toggleClip());
    page.toolsToggle.addEventListener("click", () => void this.toggleTools(page.tools.hidden));
    page.retry.addEventListener("click", () => {
      if (this.current !== null) {
        void this.open(this.current, pane.chosen);
      }
    });
    for (const series of page.series) {
      series.button.addEventListener("click", () => {
        void this.open(series);
        page.viewer.scrollIntoView({ block: "nearest" });
      });
    }
    listenToGestures(stage, {
      onSteps: (steps) => pane.step(steps),
      framesShown: () => pane.frames,
      isUpright: () => page.isLarge,
      secondTool: () => this.secondTool?.() ?? null,
    });
    void import("./keys.js").then(({ listenToKeys }) => listenToKeys(page, pane, () => this.setLarge(false)));
    if (matchMedia(WIDE).matches) {
      whenIdle(() => void this.toggleTools(true));
    }
  }
}

if (document.getElementById("viewer") !== null) {
  const page = new Page();
  const { seriesInstanceUid, frame = null, isLarge = false } = currentPlace();
  const left = page.series.find((series) => series.seriesInstanceUid === seriesInstanceUid);
  const main = page.series.find(({ button }) => button.getAttribute("aria-pressed") === "true") ?? page.series[0];
  const viewer = new Viewer(page);
  if (isLarge) {
    viewer.showLarge(true);
  }
  if (left !== undefined) {
    void viewer.open(left, frame);
  } else if (main !== undefined) {
    void viewer.open(main);
  }
}
