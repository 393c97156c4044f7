/** Shows what the driver shows, until the reader's own hand shows something else. */

import type { ColourMap } from "../../full/color-map.js";
import type { PaneState, PlaneState, ViewState } from "../../read/view-state.js";
import type { View } from "../../view-geometry.js";
import { setLook, type Cell } from "../room-pane.js";
import type { ReadingRoom } from "../room.js";
import type { SlabMode } from "../volume/commands.js";
import { planesOf } from "../volume/feature.js";
import type { ShownPlane } from "../volume/plane.js";
import { isSameWindow } from "../windows.js";
import { FollowedLayers } from "./followed-layers.js";
import { viewOf } from "./region.js";
import { frameHere, narrowed, planeOf, PROJECTIONS, rasterOf, sourceOf } from "./shown.js";
import { Unfollowed, type Lack } from "./unfollowed.js";

/** What a hand has begun may take so long to show. */
const HAND_MS = 400;
/** Panes that pull at each other end somewhere. */
const TRIES_MAX = 20;
/** Farther away, some pixels have another grey. */
const CLOSE_PX = 1e-6;
const CLOSE_SCALE = 1e-9;

export interface FollowerEvents {
  /** The reader's own hand has left the driver. */
  onLeave(): void;
  /** A study of the consultation could not be opened here. */
  onMissing(): void;
  /** All that is wanted is shown, with its images. */
  onShown?(): void;
}

export class Follower {
  isOn = false;
  private wanted: ViewState | null = null;
  private handAt = Number.NEGATIVE_INFINITY;
  private isDown = false;
  private tries = 0;
  private settling = 0;
  /** What cannot be shown here is not tried again and again. */
  private readonly missing = new Set<string>();
  private readonly opening = new Set<string>();
  private active: number | null = null;
  private readonly layers: FollowedLayers;
  private readonly unfollowed: Unfollowed;

  constructor(
    private readonly room: ReadingRoom,
    private readonly events: FollowerEvents,
  ) {
    const settle = () => this.settleSoon();
    this.layers = new FollowedLayers(room, settle);
    this.unfollowed = new Unfollowed(room);
    room.listen({ onPanes: settle, onChange: settle, onLayers: (isByHand) => (isByHand ? this.leave() : settle()) });
    addEventListener("resize", settle);
  }

  /** Shows this from now on. */
  follow(state: ViewState): void {
    this.wanted = state;
    this.isOn = true;
    this.tries = 0;
    this.apply();
  }

  stop(): void {
    this.isOn = false;
    cancelAnimationFrame(this.settling);
    this.settling = 0;
    this.layers.forget();
    this.unfollowed.clear();
    this.room.panes.forEach(({ element }) => element.classList.remove("is-unfollowed"));
  }

  /** The reader's hand is on the images: what it changes ends following. */
  hand(isDown: boolean): void {
    this.isDown = isDown;
    this.handAt = performance.now();
    this.settleSoon();
  }

  /** The reader's hand has changed something for certain. */
  leave(): void {
    if (this.isOn) {
      this.stop();
      this.events.onLeave();
    }
  }

  /** Whether this screen shows what is wanted, as far as its images are there. */
  get agrees(): boolean {
    const { here } = this;
    if (here === null) {
      return true;
    }
    const { room } = this;
    const isLaidOut = room.grid.rows === here.grid.rows && room.grid.columns === here.grid.columns && (room.enlarged?.place ?? null) === here.enlarged;
    return isLaidOut && this.layers.has(here) && here.panes.every((pane, place) => this.agreesIn(room.panes[place], pane));
  }

  private get here(): ViewState | null {
    return this.wanted === null || !this.room.isNarrow ? this.wanted : narrowed(this.wanted);
  }

  /** Images arrive, screens turn, linked panes move: what is wanted is shown again. */
  private settleSoon(): void {
    if (this.isOn) {
      this.settling ||= requestAnimationFrame(() => {
        this.settling = 0;
        this.settle();
        this.tell();
      });
    }
  }

  private settle(): void {
    if (!this.isOn) {
      return;
    }
    if (this.agrees) {
      this.tries = 0;
      if (this.room.panes.every((cell) => cell.study === null || rasterOf(cell) !== null)) {
        this.events.onShown?.();
      }
      return;
    }
    if (this.isDown || performance.now() - this.handAt < HAND_MS) {
      this.leave();
    } else if (this.tries < TRIES_MAX) {
      this.tries += 1;
      this.apply();
    }
  }

  private apply(): void {
    const { here, room } = this;
    if (here === null) {
      return;
    }
    if (room.grid.rows !== here.grid.rows || room.grid.columns !== here.grid.columns) {
      room.panes.forEach((cell) => cell.setContent(null));
      room.setLayout(here.grid.rows, here.grid.columns);
    }
    here.panes.forEach((pane, place) => this.put(place, pane));
    if ((room.enlarged?.place ?? null) !== here.enlarged) {
      room.enlarge(here.enlarged === null ? null : (room.panes[here.enlarged] ?? null));
    }
    if (this.active !== here.active) {
      this.active = here.active;
      room.activate(room.panes[here.active] ?? room.active);
    }
    // Planes come last: each is cut from the series of a pane, which has to be there.
    here.panes.forEach((pane, place) => {
      const cell = room.panes[place];
      if (pane?.plane != null && cell !== undefined && !isCut(cell, pane)) {
        this.cut(cell, pane.plane, pane);
      }
    });
    this.layers.take(here);
    here.panes.forEach((pane, place) => this.look(room.panes[place], pane));
    this.tell();
  }

  /** What cannot be shown as the driver has it is said where it is missing. */
  private tell(): void {
    const { here, room, wanted } = this;
    if (!this.isOn || here === null || wanted === null) {
      return;
    }
    const oneOf = room.isNarrow ? { place: wanted.enlarged ?? wanted.active, panes: wanted.enlarged === null ? wanted.panes.length : 1 } : null;
    here.panes.forEach((pane, place) => {
      const cell = room.panes[place];
      if (cell !== undefined) {
        // Never another image under the presenter's name.
        cell.element.classList.toggle("is-unfollowed", pane !== null && this.isThere(cell, pane) && isMissing(sourceOf(cell).pane, pane));
        this.unfollowed.say(cell, pane === null ? [] : this.lacksOf(cell, pane, here), oneOf);
      }
    });
  }

  private lacksOf(cell: Cell, pane: PaneState, state: ViewState): readonly Lack[] {
    const { studyInstanceUid, seriesInstanceUid, plane, colours, hasTable } = pane;
    const { list, studies } = this.room;
    if (!studies.some(({ uid }) => uid === studyInstanceUid)) {
      return this.missing.has(studyInstanceUid) ? ["study"] : [];
    }
    if (list.find(studyInstanceUid, seriesInstanceUid) === null) {
      return ["series"];
    }
    if (plane !== null && this.missing.has(seriesInstanceUid)) {
      return ["plane"];
    }
    if (!this.isThere(cell, pane)) {
      return [];
    }
    const { look, pane: shown } = sourceOf(cell);
    return [
      ...(isMissing(shown, pane) ? (["image"] as const) : []),
      ...(colours === null || isColourMap(colours) ? [] : (["colours"] as const)),
      ...(hasTable && look.voiTable == null ? (["table"] as const) : []),
      ...(plane === null ? this.layers.lacks(state, studyInstanceUid) : []),
    ];
  }

  /** The series and the frame. Nothing else stays in a pane, whatever happens. */
  private put(place: number, pane: PaneState | null): void {
    const { room } = this;
    const cell = room.panes[place];
    if (cell === undefined) {
      return;
    }
    if (pane?.plane != null && pane.plane.source !== place) {
      // Until the plane can be drawn, nothing else stands in its place.
      if (planeOf(cell) === null) {
        room.empty(cell);
      }
      return;
    }
    const found = pane === null ? null : room.list.find(pane.studyInstanceUid, pane.seriesInstanceUid);
    if (pane === null || found === null) {
      room.empty(cell);
      if (pane !== null) {
        void this.open(pane.studyInstanceUid);
      }
      return;
    }
    const isThere = cell.study === found.study && cell.pane.series?.seriesInstanceUid === pane.seriesInstanceUid;
    if (!isThere) {
      void room.show(cell, found.study, found.series, pane.frame);
      return;
    }
    if (pane.plane === null && cell.content !== null) {
      cell.setContent(null);
    }
    if (!sameFilm(cell, pane)) {
      play(cell, pane);
    }
  }

  private cut(cell: Cell, plane: PlaneState, { seriesInstanceUid, frame }: PaneState): void {
    const owner = this.room.panes[plane.source];
    const isThere = owner?.pane.series?.seriesInstanceUid === seriesInstanceUid && owner.pane.index !== null && owner.pane.link !== null;
    if (owner !== undefined && isThere && !this.missing.has(seriesInstanceUid)) {
      void planesOf(this.room)?.use((planes) => {
        planes.take(cell, owner, shownPlane(plane, frame));
        if (cell.content === null) {
          this.missing.add(seriesInstanceUid);
          this.settleSoon();
        }
      });
    }
  }

  private look(cell: Cell | undefined, pane: PaneState | null): void {
    if (cell === undefined || pane === null || !this.isThere(cell, pane)) {
      return;
    }
    if (!sameLook(sourceOf(cell), pane)) {
      setLook(sourceOf(cell), { window: pane.window, ...(pane.hasTable ? {} : { voiTable: null }), ...lookOf(pane) });
    }
    const view = viewIn(cell, pane);
    if (view !== null && !sameView(view, cell.stage.view)) {
      cell.stage.setView(view);
    }
  }

  private isThere(cell: Cell, pane: PaneState): boolean {
    const { study, pane: shown } = sourceOf(cell);
    return study?.uid === pane.studyInstanceUid && shown.series?.seriesInstanceUid === pane.seriesInstanceUid && (pane.plane === null) === (planeOf(cell) === null);
  }

  private agreesIn(cell: Cell | undefined, pane: PaneState | null): boolean {
    if (cell === undefined) {
      return false;
    }
    if (pane === null || this.missing.has(pane.studyInstanceUid) || this.opening.has(pane.studyInstanceUid)) {
      return cell.study === null && cell.content === null;
    }
    if (pane.plane !== null && this.missing.has(pane.seriesInstanceUid)) {
      return true;
    }
    if (!this.isThere(cell, pane)) {
      return false;
    }
    const view = viewIn(cell, pane);
    const isSeen = view === null || sameView(view, cell.stage.view);
    return isSeen && sameLook(sourceOf(cell), pane) && isCut(cell, pane) && (pane.plane !== null || sameFilm(cell, pane));
  }

  /** An earlier study of the consultation opens as a prior does. */
  private async open(uid: string): Promise<void> {
    if (this.opening.has(uid) || this.missing.has(uid) || this.room.studies.some((study) => study.uid === uid)) {
      return;
    }
    this.opening.add(uid);
    const study = await this.room.list.openByUid(uid).catch(() => null);
    this.opening.delete(uid);
    if (study === null) {
      this.missing.add(uid);
      this.events.onMissing();
    }
    // What lies over its images could not be asked for before.
    this.layers.forget();
    this.room.stripChanged();
    this.settleSoon();
  }
}

function lookOf({ isInverted, colours, hasOverlays, isMasked }: PaneState) {
  return { isInverted, colours: colours !== null && isColourMap(colours) ? colours : "grey", hasOverlays, isMasked } as const;
}

function isColourMap(name: string): name is ColourMap {
  return name === "grey" || name === "hot-iron";
}

function sameLook({ look }: Cell, pane: PaneState): boolean {
  const { isInverted, colours, hasOverlays, isMasked } = lookOf(pane);
  // A table that is wanted comes with its presentation state.
  const isSameTable = pane.hasTable || look.window !== null || look.voiTable == null;
  return isSameTable && isSameWindow(look.window, pane.window) && look.isInverted === isInverted && look.colours === colours && look.hasOverlays === hasOverlays && look.isMasked === isMasked;
}

/** Null until the size of the image is known, and while the driver's is not. */
function viewIn(cell: Cell, { region }: PaneState): View | null {
  const raster = rasterOf(cell);
  const { size } = cell.stage;
  return region === null || raster === null || size.width === 0 || size.height === 0 ? null : viewOf(region, raster, size);
}

function sameView(a: View, b: View): boolean {
  const isClose = (one: number, other: number, most: number) => Math.abs(one - other) <= most;
  const isTurned = (["a", "b", "c", "d"] as const).every((name) => a.turn[name] === b.turn[name]);
  return isTurned && isClose(a.scale, b.scale, CLOSE_SCALE * a.scale) && isClose(a.shift.x, b.shift.x, CLOSE_PX) && isClose(a.shift.y, b.shift.y, CLOSE_PX);
}

/** The plane that is wanted, of the volume that is wanted; without one, frames. */
function isCut(cell: Cell, { plane, frame }: PaneState): boolean {
  const shown = planeOf(cell);
  return shown === plane || (shown !== null && JSON.stringify(shown) === JSON.stringify(plane) && isOfVolume(cell, frame));
}

function isOfVolume({ content }: Cell, frame: number): boolean {
  return content?.plane?.frames.includes(frame) === true;
}

/** The pack here, as far as it is known, has not the image that is wanted. */
function isMissing(pane: Cell["pane"], state: PaneState): boolean {
  return state.plane === null && pane.index !== null && !((frameHere(pane, state) ?? Number.POSITIVE_INFINITY) < pane.index.frames.length);
}

/** A film that plays here and there is not stopped for a frame. */
function sameFilm({ pane, isPlaying }: Cell, state: PaneState): boolean {
  const { cine } = state;
  if (cine === null) {
    const frame = frameHere(pane, state);
    return !isPlaying && (frame == null || pane.frame === frame);
  }
  return (isPlaying && pane.clips.speed === cine.speed) || pane.index === null;
}

function play({ pane, isPlaying }: Cell, state: PaneState): void {
  const { cine } = state;
  const frame = frameHere(pane, state);
  if (frame != null && (cine === null || !isPlaying)) {
    pane.go(frame);
  }
  if (cine !== null) {
    pane.clips.speed = cine.speed;
    if (!isPlaying) {
      pane.toggleClip();
    }
  }
}

const MODES = Object.fromEntries(Object.entries(PROJECTIONS).map(([mode, name]) => [name, mode])) as Readonly<Record<PlaneState["projection"], SlabMode>>;

function shownPlane({ kind, point, row, column, slabMm, projection }: PlaneState, frame: number): ShownPlane {
  return { frames: [frame], name: kind, point, basis: { right: row, down: column }, slab: { mm: slabMm, mode: MODES[projection] } };
}
