/** What a room shows, as a state that others can show as well. */

import type { PaneFrame } from "../../read/room-message.js";
import type { PaneState, PlaneState, ProjectedBy, ViewState } from "../../read/view-state.js";
import type { Pane } from "../../pane.js";
import type { Raster } from "../../view-geometry.js";
import { fusionOf } from "../fusion/feature.js";
import { objectsOf } from "../objects/feature.js";
import type { ReadingRoom } from "../room.js";
import type { Cell } from "../room-pane.js";
import type { SlabMode } from "../volume/commands.js";
import { regionOf } from "./region.js";

export const PROJECTIONS: Readonly<Record<SlabMode, ProjectedBy>> = { mean: "average", maximum: "maximum", minimum: "minimum" };

/** The pixels that a pane shows, or will show; null until they are known. */
export function rasterOf({ content, stage, pane }: Cell): Raster | null {
  return content === null ? (pane.index?.frames[pane.frame] ?? null) : (stage.picture?.raster ?? null);
}

/** The pane whose series is seen: that of a plane may be another one. */
export function sourceOf(cell: Cell): Cell {
  return cell.source as Cell;
}

export class Shown {
  /** Where each film began: while it plays, every member plays it, and no frame travels. */
  private readonly begun = new WeakMap<Cell, number>();

  constructor(private readonly room: ReadingRoom) {}

  get state(): ViewState {
    const { panes, grid, active, enlarged } = this.room;
    const { rows, columns } = grid;
    const objects = objectsOf(this.room)?.value;
    return {
      grid: { rows, columns },
      active: active.place,
      enlarged: enlarged?.place ?? null,
      panes: panes.map((cell) => this.pane(cell)),
      fusion: fusionOf(this.room)?.value?.state ?? null,
      objects: objects?.state ?? [],
      isShuttered: objects?.isShuttered === true,
    };
  }

  private pane(cell: Cell): PaneState | null {
    const { study, pane, look } = sourceOf(cell);
    const { series } = pane;
    if (study === null || series === null) {
      return null;
    }
    const raster = rasterOf(cell);
    const isPlaying = cell.content === null && cell.isPlaying;
    const begun = this.begun.get(cell) ?? pane.frame;
    if (isPlaying) {
      this.begun.set(cell, begun);
    } else {
      this.begun.delete(cell);
    }
    const { window, isInverted, colours, hasOverlays, isMasked } = look;
    const frame = isPlaying ? begun : frameOf(cell);
    return {
      studyInstanceUid: study.uid,
      seriesInstanceUid: series.seriesInstanceUid,
      frame,
      image: cell.content === null ? nameOf(pane, frame) : null,
      window: window === null ? null : { ...window, name: null },
      hasTable: window === null && look.voiTable != null,
      isInverted,
      colours: colours === "grey" ? null : colours,
      hasOverlays,
      isMasked,
      region: raster === null ? null : regionOf(cell.stage.view, raster, cell.stage.size),
      plane: planeOf(cell),
      cine: isPlaying ? { speed: pane.clips.speed } : null,
    };
  }
}

/** Which image a frame of this pack is, for packs that have more or fewer. */
function nameOf({ index }: Pane, frame: number): string | null {
  const entry = index?.frames[frame];
  return entry === undefined ? null : `${entry.sopInstanceUid}/${entry.number ?? 1}`;
}

/**
 * The frame of this pack that is the wanted image: by its name, where that is known. Null while the pack is not known, undefined if it
 * has no such image.
 */
export function frameHere({ index }: Pick<Pane, "index">, { frame, image }: Pick<PaneState, "frame" | "image">): number | null | undefined {
  if (image === null) {
    return frame;
  }
  if (index === null) {
    return null;
  }
  const isIt = (place: number) => `${index.frames[place]?.sopInstanceUid}/${index.frames[place]?.number ?? 1}` === image;
  const found = isIt(frame) ? frame : index.frames.findIndex((_, place) => isIt(place));
  return found < 0 ? undefined : found;
}

/** The frame that is seen, or one of the volume whose plane is. */
function frameOf(cell: Cell): number {
  const { frame } = sourceOf(cell).pane;
  const frames = cell.content?.plane?.frames;
  return frames === undefined || frames.includes(frame) ? frame : (frames[0] ?? frame);
}

export function planeOf(cell: Cell): PlaneState | null {
  const plane = cell.content?.plane;
  if (plane === undefined) {
    return null;
  }
  const { name, point, basis, slab } = plane;
  return { kind: name, source: sourceOf(cell).place, point, row: basis.right, column: basis.down, slabMm: slab.mm, projection: PROJECTIONS[slab.mode] };
}

/** The frames alone that changed; null if something else did. */
export function scrolled(before: ViewState, after: ViewState): readonly PaneFrame[] | null {
  const frames = after.panes.flatMap((pane, place) => {
    const earlier = before.panes[place];
    return pane === null || earlier == null || pane.frame === earlier.frame ? [] : [{ pane: place, frame: pane.frame, image: pane.image }];
  });
  const still = (state: ViewState) => JSON.stringify({ ...state, panes: state.panes.map((pane) => (pane === null ? null : { ...pane, frame: 0, image: null })) });
  return frames.length > 0 && still(before) === still(after) ? frames : null;
}

/** What a screen with room for one picture shows of it. */
export function narrowed(state: ViewState): ViewState {
  const shown = state.panes[state.enlarged ?? state.active] ?? null;
  const pane = shown?.plane == null ? shown : { ...shown, plane: { ...shown.plane, source: 0 } };
  return { ...state, grid: { rows: 1, columns: 1 }, active: 0, enlarged: null, panes: [pane] };
}
