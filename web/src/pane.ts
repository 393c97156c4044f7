/** One stage and its series. */

import { ClipPlayer, type Clip } from "./clip.js";
import { prepareDecoder } from "./full/decoder-pool.js";
import type { FullSeries } from "./full/full-series.js";
import { Link, type Grant, type LinkState } from "./link/link.js";
import type { SeriesIndex } from "./read/series-index.js";
import { SeriesPlayer } from "./series-player.js";
import type { Shown, Stage } from "./stage.js";
import { clamp } from "./view-geometry.js";

/** A series, as named by the page or a grant. */
export interface SeriesEntry {
  readonly seriesInstanceUid: string;
  readonly label: string;
  readonly frames: number;
  readonly posterUrl: string | null;
  readonly thumbsUrl: string | null;
}

export interface PaneEvents {
  /** A series is about to be shown. */
  onOpening(series: SeriesEntry): void;
  /** Its index has arrived. */
  onIndex(index: SeriesIndex): void;
  /** Full quality is available from now on. */
  onFull(): void;
  /** Another frame is wanted. */
  onFrame(frame: number, frames: number): void;
  onPicture(shown: Shown): void;
  /** The stage is empty until the wanted frame arrives. */
  onBlank(): void;
  onWaiting(isWaiting: boolean): void;
  onBroken(): void;
  onState(state: LinkState): void;
  onPlaying(isPlaying: boolean): void;
}

const IDLE_MS_MAX = 1_000;
/** Events for those who measure the page, once per series. */
type Milestone = "first-picture" | "scrollable" | "lossless";

export class Pane {
  readonly clips = new ClipPlayer();
  series: SeriesEntry | null = null;
  player: SeriesPlayer | null = null;
  link: Link | null = null;
  /** What the reader chose before the index arrived. */
  private wished: number | null = null;
  /** Full quality, once it is wanted and available. */
  full: FullSeries | null = null;
  private isFullAsked = false;
  private readonly milestones = new Set<Milestone>();
  private readonly listeners = new Set<Partial<PaneEvents>>();

  constructor(
    readonly stage: Stage,
    readonly grant: Grant,
  ) {}

  /** Returns a function that stops listening. */
  listen(events: Partial<PaneEvents>): () => void {
    this.listeners.add(events);
    return () => this.listeners.delete(events);
  }

  get index(): SeriesIndex | null {
    return this.player?.index ?? null;
  }

  get frame(): number {
    return this.chosen ?? Math.floor(this.frames / 2);
  }

  /** Null until the index, which names the most telling frame, has arrived or the reader has chosen one. */
  get chosen(): number | null {
    return this.player?.frame ?? this.wished;
  }

  /** As in the index; until it arrives, as in the page. */
  get frames(): number {
    return this.player?.frames ?? this.series?.frames ?? 0;
  }

  get clip(): Clip | null {
    return this.player?.clip ?? null;
  }

  /** Shows a series, starting at a frame or at its most telling one. */
  async open(series: SeriesEntry, frame: number | null = null): Promise<void> {
    this.close();
    this.series = series;
    this.wished = frame;
    this.tell((events) => events.onOpening?.(series));
    this.stage.showPoster(series.posterUrl);
    void this.stage.hasPoster().then((hasPoster) => {
      if (hasPoster && this.series === series) {
        this.reach("first-picture");
        this.askForFull();
      }
    });
    const link = new Link(this.grant, series.seriesInstanceUid, {
      onState: (state) => this.tell((events) => events.onState?.(state)),
      onPreview: (frame) => this.player?.onArrival(frame),
      onComplete: () => {
        this.reach("scrollable");
        this.askForFull();
      },
    });
    this.link = link;
    const index = await link.open();
    if (index === null || this.link !== link) {
      return;
    }
    this.player = new SeriesPlayer(index, link, {
      onPicture: (shown) => this.show(shown),
      onFrame: (frame) => this.tell((events) => events.onFrame?.(frame, index.frames.length)),
      onWaiting: (isWaiting) => this.tell((events) => events.onWaiting?.(isWaiting)),
      onStale: () => this.blank(),
      onBroken: () => {
        this.tell((events) => events.onBroken?.());
        this.askForFull();
      },
    });
    this.tell((events) => events.onIndex?.(index));
    if (index.frames.length > 0) {
      this.player.go(this.wished ?? this.player.frame);
      if (this.milestones.has("first-picture")) {
        this.askForFull();
      }
    } else {
      this.tell((events) => events.onWaiting?.(false));
    }
  }

  close(): void {
    this.stopClip();
    this.link?.close();
    this.player?.close();
    this.player = null;
    this.full = null;
    this.isFullAsked = false;
    this.milestones.clear();
  }

  go(frame: number): void {
    this.stopClip();
    if (this.player !== null) {
      this.player.go(frame);
    } else if (this.frames > 0) {
      const wished = clamp(frame, 0, this.frames - 1);
      this.wished = wished;
      this.blank();
      this.tell((events) => events.onFrame?.(wished, this.frames));
    }
  }

  step(by: number): void {
    if (by !== 0) {
      this.go(this.frame + by);
    }
  }

  toggleClip(): void {
    const clip = this.clip;
    if (this.clips.isPlaying || clip === null) {
      this.stopClip();
      return;
    }
    this.setPlaying(true);
    if (this.frame === clip.last && !this.clips.isLooping) {
      this.player?.go(clip.first);
    }
    const timeMs = () => clip.frameTimesMs[this.frame - clip.first] ?? clip.frameTimesMs[0] ?? 100;
    this.clips.play(timeMs, () => {
      const { player } = this;
      const isAtEnd = player === null || player.frame >= clip.last;
      if (isAtEnd && !this.clips.isLooping) {
        this.stopClip();
        return true;
      }
      const next = isAtEnd ? clip.first : player.frame + 1;
      const isReady = player?.isReady(next) ?? false;
      if (isReady) {
        player?.go(next);
      }
      return isReady;
    });
  }

  stopClip(): void {
    if (this.clips.isPlaying) {
      this.clips.stop();
      this.setPlaying(false);
    }
  }

  private setPlaying(isPlaying: boolean): void {
    this.player?.setPlaying(isPlaying);
    this.tell((events) => events.onPlaying?.(isPlaying));
  }

  protected blank(): void {
    this.stage.blank();
    this.tell((events) => events.onBlank?.());
  }

  protected show(shown: Shown): void {
    this.stage.show(shown);
    this.tell((events) => events.onPicture?.(shown));
    this.reach("first-picture");
    if (shown.quality === "full") {
      this.reach("lossless");
    }
    this.askForFull();
  }

  /**
   * The first picture takes precedence over full quality, whose scripts, codec and frame then arrive at the same time; so
   * do planes that wait for quick pictures.
   */
  private askForFull(): void {
    const { player, link } = this;
    if (this.isFullAsked || player === null || link === null || link.isHurrying) {
      return;
    }
    this.isFullAsked = true;
    const { index } = player;
    const span = index.frames[player.frame]?.full ?? index.frames.find(({ full }) => full !== null)?.full;
    if (span != null) {
      prepareDecoder(span.mediaType);
      void this.fetchFull(player, link);
    }
  }

  private async fetchFull(player: SeriesPlayer, link: Link): Promise<void> {
    try {
      const { FullSeries } = await import("./full/full-series.js");
      if (this.player === player) {
        this.full = new FullSeries(player.index, link, {
          onArrival: (frame) => player.onArrival(frame),
          screenColumns: () => this.stage.screenColumns(player.index.frames[player.frame]),
        });
        player.setFull(this.full);
        this.tell((events) => events.onFull?.());
      }
    } catch {
      // The quick pictures stay; the next series tries again.
      if (this.player === player) {
        link.doWithoutFull();
      }
    }
  }

  private reach(milestone: Milestone): void {
    if (!this.milestones.has(milestone)) {
      this.milestones.add(milestone);
      performance.mark(`filmless:${milestone}`);
    }
  }

  private tell(how: (events: Partial<PaneEvents>) => void): void {
    this.listeners.forEach(how);
  }
}

export function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === "function") {
    requestIdleCallback(run, { timeout: IDLE_MS_MAX });
  } else {
    setTimeout(run, IDLE_MS_MAX / 4);
  }
}
