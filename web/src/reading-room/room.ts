/** The room: its panes, what they show, and who is told of it. */

import type { SeriesEntry } from "../pane.js";
import type { StageTool } from "../stage.js";
import { make } from "../tools/elements.js";
import { pageLanguage } from "../tools/language.js";
import { orderOf } from "../compare/catalogue.js";
import type { Bindings } from "./bindings/bindings.js";
import { Commands } from "./commands.js";
import type { Room, RoomEvents, RoomPane, RoomStudy } from "./feature.js";
import { FEATURES, makeStore } from "./features.js";
import { History } from "./history.js";
import { carryOver, cellsOf, gridOf, memoryShare, SINGLE, type Grid } from "./layout.js";
import { Notices } from "./notices.js";
import type { RoomPage } from "./page.js";
import { currentPlace, keepPlace, type RoomPlace } from "./place.js";
import { Cell, type CellContext } from "./room-pane.js";
import { chosenPreset } from "./settings.js";
import { isSameSeries, isSameSnapshot, type Snapshot } from "./snapshots.js";
import type { StudyList } from "./studies.js";
import { roomWords } from "./words.js";

const PLACE_KEPT_AFTER_MS = 400;
/** A screen with room for one picture. */
const NARROW = "(max-width: 719px), (max-height: 480px)";

/** What the left button does, and how a pane gets it; `create` is null for what the preset says. */
interface Hand {
  readonly name: string;
  readonly create: ((pane: RoomPane) => StageTool | null) | null;
}

export class ReadingRoom implements Room {
  readonly language = pageLanguage();
  readonly words = roomWords();
  readonly store = makeStore();
  readonly commands: Commands;
  readonly history = new History<Snapshot>(isSameSnapshot);
  readonly grids = make("div", { id: "room-grid" });
  bindings: Bindings = chosenPreset();
  hand: Hand = { name: "browse", create: null };
  /** The rule that the study hangs by. */
  rule = "";
  grid: Grid = SINGLE;
  enlarged: Cell | null = null;
  private cells: Cell[] = [];
  private inHand: Cell | null = null;
  private readonly listeners = new Set<Partial<RoomEvents>>();
  private readonly notices = new Notices(this.words.close);
  /** Called when other commands may be on, or be possible. */
  onButtons: (() => void) | null = null;
  /** Called when the strip may show other series. */
  onStrip: (() => void) | null = null;
  private placeTimer = 0;
  private isRestoring = false;

  constructor(
    readonly page: RoomPage,
    readonly list: StudyList,
  ) {
    this.commands = new Commands({
      onObstacle: (reason) => this.say(reason),
      onDone: (command) => {
        if (command.name !== "undo" && command.name !== "redo") {
          this.record();
        }
        this.onButtons?.();
        this.tell((events) => events.onCommand?.(command));
      },
      onAdded: () => undefined,
    });
    page.main.append(this.grids, this.notices.panel, this.notices.status);
    this.setCells(SINGLE, [null]);
    this.store.listen(() => this.record());
    // On the way out, the history entry can still be changed by the former only.
    addEventListener("beforeunload", () => this.keepPlace());
  }

  get pageWords(): RoomPage["words"] {
    return this.page.words;
  }

  get patient(): string {
    return this.page.patient;
  }

  get marksUrl(): string | null {
    return this.page.marksUrl;
  }

  get panes(): readonly Cell[] {
    return this.cells;
  }

  get active(): Cell {
    const { inHand } = this;
    if (inHand === null) {
      throw new Error("the room has no pane yet");
    }
    return inHand;
  }

  get studies(): readonly RoomStudy[] {
    return this.list.open;
  }

  get isNarrow(): boolean {
    return matchMedia(NARROW).matches;
  }

  listen(events: Partial<RoomEvents>): () => void {
    this.listeners.add(events);
    return () => this.listeners.delete(events);
  }

  activate(pane: RoomPane): void {
    const cell = this.cells[pane.place];
    if (cell !== undefined && cell !== this.inHand) {
      this.inHand = cell;
      this.cells.forEach((other) => other.setActive(other === cell));
      if (this.enlarged !== null) {
        this.enlarge(cell);
      }
      this.tell((events) => events.onActive?.(cell));
      this.keepPlaceSoon();
    }
  }

  async show(pane: RoomPane, study: RoomStudy, series: SeriesEntry, frame: number | null = null): Promise<void> {
    const opened = this.cellFor(pane, study).open(series, frame);
    this.shareMemory();
    this.keepPlaceSoon();
    await opened;
  }

  setLayout(rows: number, columns: number): void {
    this.enlarge(null);
    const to = this.isNarrow ? SINGLE : gridOf(rows, columns);
    this.setCells(to, carryOver(this.cells.length, to, this.inHand?.place ?? 0).map((place) => (place === null ? null : (this.cells[place] ?? null))));
  }

  /** One pane over the whole grid; null for all of them again. */
  enlarge(cell: Cell | null): void {
    this.enlarged = cell;
    for (const other of this.cells) {
      other.element.hidden = cell !== null && other !== cell;
    }
    this.grids.classList.toggle("is-enlarged", cell !== null);
    this.arrange();
  }

  setHand(name: string, create: ((pane: RoomPane) => StageTool | null) | null): void {
    this.hand = { name, create };
    this.cells.forEach((cell) => this.equip(cell));
  }

  layersChanged(isByHand: boolean): void {
    this.tell((events) => events.onLayers?.(isByHand));
  }

  say(text: string, of: RoomPane | null = null): void {
    this.notices.say(text, of);
  }

  setPanel(title: string, content: HTMLElement | null): void {
    this.notices.setPanel(title, content, () => this.active.stage.element.focus());
  }

  stripChanged(): void {
    this.onStrip?.();
  }

  install(): void {
    FEATURES.forEach((install) => this.commands.add(install(this).commands));
  }

  record(): void {
    if (!this.isRestoring) {
      this.history.record(this.snapshot());
      this.keepPlaceSoon();
    }
  }

  restore(snapshot: Snapshot): void {
    this.isRestoring = true;
    try {
      if (snapshot.grid.rows !== this.grid.rows || snapshot.grid.columns !== this.grid.columns) {
        // Planes came with a layout of their own, and go with it.
        this.cells.forEach((cell) => cell.setContent(null));
      }
      this.setLayout(snapshot.grid.rows, snapshot.grid.columns);
      snapshot.panes.forEach((shown, place) => {
        const cell = this.cells[place];
        const found = shown === null ? null : this.list.find(shown.studyUid, shown.seriesInstanceUid);
        if (cell === undefined) {
          return;
        }
        if (shown === null || found === null) {
          // What is drawn in place of a series is no part of a snapshot.
          if (cell.content === null) {
            this.empty(cell);
          }
          return;
        }
        const current = shownBy(cell);
        if (current === null || !isSameSeries(current, shown)) {
          void this.show(cell, found.study, found.series, shown.frame);
        }
        const restored = this.cells[place] ?? cell;
        restored.setLook(shown.look);
        restored.stage.setView(shown.view);
      });
      this.enlarge(snapshot.enlarged === null ? null : (this.cells[snapshot.enlarged] ?? null));
      this.store.restore(snapshot.marks);
    } finally {
      this.isRestoring = false;
    }
    this.keepPlaceSoon();
  }

  /** Takes the series out of a pane. */
  empty(pane: RoomPane): void {
    const cell = this.cells[pane.place];
    if (cell !== undefined && (cell.study !== null || cell.content !== null)) {
      this.replace(cell, this.list.present);
    }
  }

  private snapshot(): Snapshot {
    const panes = this.cells.map(shownBy);
    return { grid: this.grid, enlarged: this.enlarged?.place ?? null, panes, marks: this.store.state };
  }

  /** Browsers allow few changes of the history. */
  private keepPlaceSoon(): void {
    this.placeTimer ||= window.setTimeout(() => this.keepPlace(), PLACE_KEPT_AFTER_MS);
  }

  private keepPlace(): void {
    clearTimeout(this.placeTimer);
    this.placeTimer = 0;
    const panes = this.cells.map((cell) => {
      const shown = shownBy(cell);
      // Until the index names the most telling frame, no frame is known.
      return shown === null ? null : { studyUid: shown.studyUid, seriesInstanceUid: shown.seriesInstanceUid, frame: cell.pane.chosen };
    });
    keepPlace({ grid: this.grid, active: this.active.place, enlarged: this.enlarged?.place ?? null, panes, rule: this.rule });
  }

  /** Where the reader was before a reload; null on a first visit. */
  get leftAt(): RoomPlace | null {
    return currentPlace();
  }

  private setCells(grid: Grid, kept: readonly (Cell | null)[]): void {
    const before = this.cells;
    this.grid = grid;
    this.cells = Array.from({ length: cellsOf(grid) }, (_, place) => kept[place] ?? this.makeCell(place, this.list.present));
    before.filter((cell) => !this.cells.includes(cell)).forEach((cell) => cell.close());
    this.cells.forEach((cell, place) => cell.setPlace(place));
    this.grids.append(...this.cells.map(({ element }) => element));
    if (this.inHand === null || !this.cells.includes(this.inHand)) {
      this.inHand = this.cells[0] ?? null;
    }
    this.cells.forEach((cell) => cell.setActive(cell === this.inHand));
    this.arrange();
    this.shareMemory();
    this.tell((events) => events.onPanes?.());
    this.keepPlaceSoon();
  }

  private arrange(): void {
    const { rows, columns } = this.enlarged === null ? this.grid : SINGLE;
    this.grids.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
  }

  /** Each study has URLs of its own, so a series of another study gets a pane of its own. */
  private cellFor(pane: RoomPane, study: RoomStudy): Cell {
    const cell = this.cells[pane.place] ?? this.active;
    return cell.home === study ? cell : this.replace(cell, study);
  }

  private replace(cell: Cell, study: RoomStudy): Cell {
    const { place } = cell;
    const hadFocus = cell.element.contains(document.activeElement);
    const fresh = this.makeCell(place, study);
    this.cells = this.cells.map((other) => (other === cell ? fresh : other));
    cell.element.before(fresh.element);
    this.notices.forget(cell);
    fresh.element.hidden = cell.element.hidden;
    const [wasInHand, wasEnlarged] = [this.inHand === cell, this.enlarged === cell];
    cell.close();
    if (wasEnlarged) {
      this.enlarged = fresh;
    }
    if (wasInHand) {
      this.inHand = fresh;
      fresh.setActive(true);
    }
    if (hadFocus) {
      fresh.stage.element.focus();
    }
    this.tell((events) => events.onPanes?.());
    if (wasInHand) {
      this.tell((events) => events.onActive?.(fresh));
    }
    return fresh;
  }

  private makeCell(place: number, study: RoomStudy): Cell {
    const cell: Cell = new Cell(place, study, this.context);
    cell.stage.element.addEventListener("pointerdown", () => this.activate(cell));
    cell.element.addEventListener("focusin", () => this.activate(cell));
    this.equip(cell);
    return cell;
  }

  private equip(cell: Cell): void {
    cell.setTool(this.hand.create?.(cell) ?? null);
  }

  private get context(): CellContext {
    const { page, words, store } = this;
    return {
      words: page.words,
      roomWords: words,
      store,
      patient: page.patient,
      whenOf: (study) => this.whenOf(study),
      onChange: (cell, what) => {
        if (what === "frame") {
          this.keepPlaceSoon();
        } else if (what === "series") {
          this.notices.forget(cell);
        }
        this.tell((events) => events.onChange?.(cell, what));
      },
      onRetry: (cell) => {
        const { study, pane } = cell;
        if (study !== null && pane.series !== null) {
          const series = this.list.find(study.uid, pane.series.seriesInstanceUid)?.series ?? pane.series;
          void this.show(cell, study, series, pane.chosen);
        }
      },
      dragOf: (button) => this.bindings.mouse[button],
      onMenu: () => void this.commands.run("menu"),
      onDouble: (cell) => {
        // A click may also set points.
        if (this.hand.create === null || this.commands.get(`hand-${this.hand.name}`) !== null) {
          this.activate(cell);
          this.commands.run("enlarge");
        }
      },
      onEnd: () => {
        this.record();
        this.onButtons?.();
      },
      onPlaying: () => this.onButtons?.(),
    };
  }

  /** How a study relates to the one of the page, for over its pictures. */
  private whenOf(study: RoomStudy): string {
    const { words, list } = this;
    const order = orderOf({ day: list.dayOf(study.uid) }, { day: list.dayOf(list.present.uid) });
    const when = { earlier: words.prior, later: words.later, "same-day": words.sameDay, unknown: words.other }[order];
    return study.isPresent ? words.present : when;
  }

  private shareMemory(): void {
    const share = memoryShare(this.cells.filter(({ study }) => study !== null).length);
    this.cells.forEach((cell) => cell.limit(share));
  }

  private tell(how: (events: Partial<RoomEvents>) => void): void {
    this.listeners.forEach(how);
  }
}

/** What a pane shows; null for an empty one. */
function shownBy(cell: Cell): Snapshot["panes"][number] {
  const { study, pane, stage, look } = cell;
  return study === null || pane.series === null
    ? null
    : { studyUid: study.uid, seriesInstanceUid: pane.series.seriesInstanceUid, frame: pane.frame, look, view: stage.view };
}
