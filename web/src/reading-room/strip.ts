/** The strip of series: dragged into panes, or put there by keys. */

import { Link } from "../link/link.js";
import { fill } from "../page.js";
import type { ListedSeries } from "../read/studies.js";
import { make } from "../tools/elements.js";
import type { RoomPane, RoomStudy } from "./feature.js";
import type { ReadingRoom } from "./room.js";

/** A shorter movement is a press. */
const DRAG_PX_MIN = 6;

/** Modalities of the series that are written here: saved marks, and minutes. */
const SAVED_MODALITIES = ["DOC", "KO", "PR", "SR"];

interface Tile {
  readonly study: RoomStudy;
  readonly series: ListedSeries;
  readonly button: HTMLButtonElement;
}

export class Strip {
  private tiles: readonly Tile[] = [];
  private readonly shown = new Set<RoomStudy>();
  /** A press that ended a drag is none. */
  private wasDragged = false;

  constructor(private readonly room: ReadingRoom) {
    const { page, list } = room;
    this.shown.add(list.present);
    for (const one of page.series) {
      if (one.frames > 0) {
        this.add({ study: list.present, series: one, button: one.button });
      } else {
        one.button.addEventListener("click", () => void this.openDocuments(one));
      }
    }
    page.strip.addEventListener("keydown", (event) => this.onKey(event));
    room.onStrip = () => this.addStudies();
    room.listen({ onPanes: () => this.refresh(), onChange: (_, what) => (what === "series" ? this.refresh() : undefined) });
    this.refresh();
    this.nameSaved();
  }

  /** What readers saved says so, once the first picture is there. */
  private nameSaved(): void {
    const { room } = this;
    const saved = room.page.series.filter(({ frames, modality }) => frames === 0 && SAVED_MODALITIES.includes(modality));
    if (saved.length > 0) {
      const stop = room.listen({
        onChange: (_, what) => {
          if (what === "picture") {
            stop();
            import("./saved-series.js").then(({ nameSaved }) => nameSaved(room, saved)).catch(() => undefined);
          }
        },
      });
    }
  }

  private add(tile: Tile): void {
    this.tiles = [...this.tiles, tile];
    const { button } = tile;
    button.addEventListener("click", () => {
      if (!this.wasDragged) {
        this.put(tile, this.room.active);
      }
    });
    button.addEventListener("pointerdown", (event) => this.beginDrag(event, tile));
    // The browser would drag the small picture.
    button.addEventListener("dragstart", (event) => event.preventDefault());
  }

  /** Studies that were asked for come below. */
  private addStudies(): void {
    for (const study of this.room.studies.filter((one) => !this.shown.has(one))) {
      this.shown.add(study);
      const items = study.series.map((series) => {
        const picture = series.posterUrl === null ? [] : [make("img", { src: series.posterUrl, alt: "", loading: "lazy" })];
        const button = make(
          "button",
          { type: "button", class: "series", "data-series": series.seriesInstanceUid, "aria-pressed": "false" },
          make("span", { class: "poster" }, ...picture),
          make("span", { class: "series-words" }, make("strong", {}, series.label), make("span", {}, fill(this.room.words.images, { n: series.frames }))),
        );
        this.add({ study, series, button });
        return make("li", {}, button);
      });
      this.room.page.strip.append(make("h2", { class: "strip-study" }, study.label), make("ul", { class: "series-list" }, ...items));
    }
    this.refresh();
  }

  private refresh(): void {
    for (const { study, series, button } of this.tiles) {
      const isShown = this.room.panes.some(({ study: of, pane }) => of === study && pane.series?.seriesInstanceUid === series.seriesInstanceUid);
      button.setAttribute("aria-pressed", String(isShown));
    }
  }

  private put({ study, series }: Tile, pane: RoomPane): void {
    void this.room.show(pane, study, series);
    const shown = this.room.panes[pane.place];
    if (shown !== undefined) {
      this.room.activate(shown);
    }
    this.room.record();
  }

  /** Arrows go through the tiles; a digit puts one into the pane of that number. */
  private onKey(event: KeyboardEvent): void {
    const here = this.tiles.findIndex(({ button }) => button === event.target);
    const tile = this.tiles[here];
    const by: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };
    const step = by[event.key];
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const pane = /^[1-9]$/.test(event.key) ? this.room.panes[Number(event.key) - 1] : undefined;
    if (tile === undefined || !isPlain) {
      return;
    }
    if (step !== undefined) {
      event.preventDefault();
      this.tiles[here + step]?.button.focus();
    } else if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      if (pane !== undefined) {
        this.put(tile, pane);
        this.room.say(fill(this.room.words.dropHint, { series: tile.series.label, n: event.key }));
      }
    }
  }

  private beginDrag(down: PointerEvent, tile: Tile): void {
    if (down.button !== 0 || down.pointerType === "touch") {
      return;
    }
    let ghost: HTMLElement | null = null;
    let target: RoomPane | null = null;
    const move = (event: PointerEvent) => {
      if (ghost === null && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= DRAG_PX_MIN) {
        ghost = make("div", { class: "strip-ghost", "aria-hidden": "true" }, tile.series.label);
        document.body.append(ghost);
      }
      if (ghost !== null) {
        ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
        target = this.mark(event);
      }
    };
    const end = (event: PointerEvent) => {
      stop();
      if (ghost !== null && event.type === "pointerup" && target !== null) {
        this.put(tile, target);
      }
      this.letGo(ghost !== null);
    };
    const cancel = (event: KeyboardEvent) => {
      if (event.key === "Escape" && ghost !== null) {
        event.preventDefault();
        stop();
        this.letGo(true);
      }
    };
    const stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      removeEventListener("keydown", cancel, true);
      ghost?.remove();
      this.room.panes.forEach(({ element }) => element.classList.remove("is-target"));
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    addEventListener("keydown", cancel, true);
  }

  /** The click that follows at once belongs to the drag. */
  private letGo(wasDragged: boolean): void {
    this.wasDragged = wasDragged;
    setTimeout(() => {
      this.wasDragged = false;
    });
  }

  /** The pane under the mouse, which is marked. */
  private mark({ clientX, clientY }: PointerEvent): RoomPane | null {
    const under = document.elementFromPoint(clientX, clientY)?.closest(".pane") ?? null;
    const { panes } = this.room;
    panes.forEach(({ element }) => element.classList.toggle("is-target", element === under));
    return panes.find(({ element }) => element === under) ?? null;
  }

  /** Documents open beside the pictures. */
  private async openDocuments(series: ListedSeries): Promise<void> {
    const { room } = this;
    const { grant } = room.list.present;
    const place = make("div", { class: "documents" });
    room.setPanel(series.label, place);
    const failed = () => room.say(room.page.words.failed);
    const link = new Link(grant, series.seriesInstanceUid, { onState: (state) => (state === "fine" ? undefined : failed()) });
    try {
      const [index, { showDocuments }] = await Promise.all([link.open(), import("../documents/documents.js")]);
      if (index !== null && place.isConnected) {
        const open = (uid: string, frame: number) => {
          const found = room.list.find(room.list.present.uid, uid);
          if (found !== null) {
            void room.show(room.active, found.study, found.series, frame);
          }
        };
        showDocuments(place, index, link, room.page.words, { series: room.page.series, grant, open });
        place.hidden = false;
      }
    } catch {
      failed();
    }
  }
}
