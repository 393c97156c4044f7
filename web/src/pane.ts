/** One stage and the series on it. */

import { ClipPlayer, type Clip } from "./clip.js";
import type { FullSeries } from "./full/full-series.js";
import type { Grant } from "./grant.js";
import { PackSource, type SourceState } from "./pack-source.js";
import type { SeriesIndex } from "./series-index.js";
import { SeriesLoader } from "./series-loader.js";
import { SeriesPlayer } from "./series-player.js";
import type { Shown, Stage } from "./stage.js";

/** A series as the page or a grant names it. */
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
  /** Its index is there. */
  onIndex(index: SeriesIndex): void;
  /** Full quality can be had from now on. */
  onFull(): void;
  /** Another frame is wanted. */
  onFrame(frame: number, frames: number): void;
  onPicture(shown: Shown): void;
  onWaiting(isWaiting: boolean): void;
  onBroken(): void;
  onState(state: SourceState): void;
  onPlaying(isPlaying: boolean): void;
}

const IDLE_MS_MAX = 1_000;

export class Pane {
  readonly clips = new ClipPlayer();
  series: SeriesEntry | null = null;
  player: SeriesPlayer | null = null;
  source: PackSource | null = null;
  /** Full quality, once it is wanted and there. */
  full: FullSeries | null = null;
  private isFullAsked = false;
  private readonly listeners = new Set<Partial<PaneEvents>>();

  constructor(
    readonly stage: Stage,
    readonly grant: Grant,
  ) {}

  /** Answers a function that ends the listening. */
  listen(events: Partial<PaneEvents>): () => void {
    this.listeners.add(events);
    return () => this.listeners.delete(events);
  }

  get index(): SeriesIndex | null {
    return this.player?.index ?? null;
  }

  get frame(): number {
    return this.player?.frame ?? 0;
  }

  get clip(): Clip | null {
    return this.player?.clip ?? null;
  }

  async open(series: SeriesEntry): Promise<void> {
    this.close();
    this.series = series;
    this.tell((events) => events.onOpening?.(series));
    this.stage.showPoster(series.posterUrl);
    const source = new PackSource(this.grant, series.seriesInstanceUid, (state) =>
      this.tell((events) => events.onState?.(state)),
    );
    this.source = source;
    const index = await source.index();
    if (index === null || this.source !== source) {
      return;
    }
    const loader = new SeriesLoader(source, index, (frame) => this.player?.onArrival(frame));
    this.player = new SeriesPlayer(index, loader, {
      onPicture: (shown) => this.show(shown),
      onFrame: (frame) => this.tell((events) => events.onFrame?.(frame, index.frames.length)),
      onWaiting: (isWaiting) => this.tell((events) => events.onWaiting?.(isWaiting)),
      onBroken: () => this.tell((events) => events.onBroken?.()),
    });
    this.tell((events) => events.onIndex?.(index));
    if (index.frames.length > 0) {
      this.player.go(this.player.frame);
    } else {
      this.tell((events) => events.onWaiting?.(false));
    }
  }

  close(): void {
    this.stopClip();
    this.source?.close();
    this.player?.close();
    this.player = null;
    this.full = null;
    this.isFullAsked = false;
  }

  go(frame: number): void {
    this.stopClip();
    this.player?.go(frame);
  }

  step(by: number): void {
    if (this.player !== null && by !== 0) {
      this.go(this.player.frame + by);
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
    if (this.player !== null) {
      this.player.isPlaying = isPlaying;
      this.player.full?.want(this.player.frame, 1, isPlaying);
    }
    this.tell((events) => events.onPlaying?.(isPlaying));
  }

  private show(shown: Shown): void {
    this.stage.show(shown);
    this.tell((events) => events.onPicture?.(shown));
    if (!this.isFullAsked) {
      this.isFullAsked = true;
      whenIdle(() => void this.fetchFull());
    }
  }

  /** The script for full quality comes after the first picture, and only where there is full quality. */
  private async fetchFull(): Promise<void> {
    const { player, source } = this;
    if (player === null || source === null || !player.index.frames.some(({ raw }) => raw["diagnostic"] != null)) {
      return;
    }
    try {
      const { FullSeries } = await import("./full/full-series.js");
      if (this.player === player) {
        this.full = new FullSeries(player.index, source, (frame) => player.onArrival(frame));
        player.setFull(this.full);
        this.tell((events) => events.onFull?.());
      }
    } catch {
      // The quick pictures stay; the next series asks again.
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
