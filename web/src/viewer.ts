/** Entry: puts the page, the series and the stage together. */

import { ClipPlayer } from "./clip.js";
import { listenToGestures } from "./gestures.js";
import { Grant } from "./grant.js";
import { Page, type SeriesEntry } from "./page.js";
import { SeriesLoader, type LoaderState } from "./series-loader.js";
import { SeriesPlayer } from "./series-player.js";
import { Stage } from "./stage.js";

const ZOOM_STEP = 1.5;
const PAGE_STEPS = 10;
const LOADING_SHOWN_AFTER_MS = 250;

class Viewer {
  private readonly stage: Stage;
  private readonly grant: Grant;
  private readonly clips = new ClipPlayer();
  private current: SeriesEntry | null = null;
  private player: SeriesPlayer | null = null;
  private loader: SeriesLoader | null = null;
  private loadingTimer = 0;

  constructor(private readonly page: Page) {
    this.stage = new Stage(page.stage, page.poster, page.canvas);
    const urls = page.series.map((series) => [series.seriesInstanceUid, series] as const);
    this.grant = new Grant(page.grantUrl, new Map(urls));
    this.listen();
    page.controls.hidden = false;
  }

  async open(series: SeriesEntry): Promise<void> {
    this.close();
    this.current = series;
    for (const { button } of this.page.series) {
      button.setAttribute("aria-pressed", String(button === series.button));
    }
    this.page.canvas.setAttribute("aria-label", series.label);
    this.page.say(null);
    this.stage.showPoster(series.posterUrl);
    this.setSlider(Math.floor(series.frames / 2), series.frames);
    this.setWaiting(true);
    const loader = new SeriesLoader(this.grant, series.seriesInstanceUid, {
      onFrame: (frame) => this.player?.onBytes(frame),
      onState: (state) => this.showState(state),
    });
    this.loader = loader;
    const index = await loader.open();
    if (index === null || this.loader !== loader) {
      return;
    }
    this.player = new SeriesPlayer(index, loader, {
      onPicture: (picture) => {
        this.page.say(null);
        this.stage.show(picture);
      },
      onFrame: (frame) => {
        this.setSlider(frame, index.frames.length);
        this.page.play.hidden = (this.player?.clip ?? null) === null;
      },
      onWaiting: (isWaiting) => this.setWaiting(isWaiting),
      onBroken: () => this.page.say("brokenPicture"),
    });
    this.player.go(this.player.frame);
  }

  private close(): void {
    this.stopClip();
    this.loader?.close();
    this.player?.close();
    this.player = null;
    this.page.play.hidden = true;
  }

  private go(frame: number): void {
    this.stopClip();
    this.player?.go(frame);
  }

  private step(by: number): void {
    if (this.player !== null && by !== 0) {
      this.go(this.player.frame + by);
    }
  }

  private setSlider(frame: number, frames: number): void {
    const { slider, counter, previous, next, scrollRow, hint } = this.page;
    const text = this.page.word("counter").replace("{n}", String(frame + 1)).replace("{total}", String(frames));
    scrollRow.hidden = hint.hidden = frames < 2;
    slider.max = String(frames);
    slider.value = String(frame + 1);
    slider.style.setProperty("--done", `${frames > 1 ? (100 * frame) / (frames - 1) : 0}%`);
    slider.setAttribute("aria-valuetext", text);
    counter.textContent = text;
    previous.disabled = frame === 0;
    next.disabled = frame === frames - 1;
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

  private showState(state: LoaderState): void {
    if (state === "fine") {
      this.page.say(null);
    } else if (state === "offline") {
      this.page.say("offline");
    } else {
      this.setWaiting(false);
      this.page.say(state === "failed" ? "failed" : "signedOut", state === "failed" ? "retry" : "signIn");
    }
  }

  private toggleClip(): void {
    const clip = this.player?.clip ?? null;
    if (this.clips.isPlaying || clip === null) {
      this.stopClip();
      return;
    }
    this.page.setPlaying(true);
    this.clips.play(clip.frameTimeMs, () => {
      const { player } = this;
      const next = player === null || player.frame >= clip.last ? clip.first : player.frame + 1;
      const isReady = player?.isReady(next) ?? false;
      if (isReady) {
        player?.go(next);
      }
      return isReady;
    });
  }

  private stopClip(): void {
    this.clips.stop();
    this.page.setPlaying(false);
  }

  private listen(): void {
    const { page, stage } = this;
    page.slider.addEventListener("input", () => this.go(Number(page.slider.value) - 1));
    page.previous.addEventListener("click", () => this.step(-1));
    page.next.addEventListener("click", () => this.step(1));
    page.zoomIn.addEventListener("click", () => stage.zoom(ZOOM_STEP));
    page.zoomOut.addEventListener("click", () => stage.zoom(1 / ZOOM_STEP));
    page.large.addEventListener("click", () => page.setLarge(!page.isLarge));
    page.play.addEventListener("click", () => this.toggleClip());
    page.retry.addEventListener("click", () => {
      if (this.current !== null) {
        void this.open(this.current);
      }
    });
    for (const series of page.series) {
      series.button.addEventListener("click", () => {
        void this.open(series);
        page.viewer.scrollIntoView({ block: "nearest" });
      });
    }
    listenToGestures(stage, {
      onSteps: (steps) => this.step(steps),
      framesShown: () => this.player?.frames ?? 1,
      isUpright: () => page.isLarge,
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Keys move the images while nothing else on the page wants them. */
  private onKey(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : document.body;
    const isHere = target === document.body || this.page.viewer.contains(target);
    if (!isHere || target === this.page.slider || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowUp: -1,
      ArrowRight: 1,
      ArrowDown: 1,
      PageUp: -PAGE_STEPS,
      PageDown: PAGE_STEPS,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = steps[event.key];
    if (by !== undefined && (this.player?.frames ?? 1) > 1) {
      event.preventDefault();
      this.step(by);
    } else if (event.key === "Escape" && this.page.isLarge) {
      this.page.setLarge(false);
    }
  }
}

if (document.getElementById("viewer") !== null) {
  const page = new Page();
  const first = page.series.find(({ button }) => button.getAttribute("aria-pressed") === "true") ?? page.series[0];
  const viewer = new Viewer(page);
  if (first !== undefined) {
    void viewer.open(first);
  }
}
