/** Planes through the series of panes. */

import type { Room, RoomPane } from "../feature.js";
import { OBSTACLES, type PlaneName, type SlabMode } from "./commands.js";
import { isRefusal } from "./geometry.js";
import { PLANES, type ShownPlane, type Slab } from "./plane.js";
import { PlaneHand } from "./plane-hand.js";
import { PlaneView } from "./plane-view.js";
import { Volume } from "./volume.js";
import { refusalText } from "./words.js";

const HAND = "crosshair";
/** Thicknesses to step through, in millimetres. */
const THICKNESSES = [0, 2, 3, 5, 10, 15, 20, 30, 50, 80] as const;
const THICK_MM = 10;
/** A screen for one plane at a time. */
const WIDE_PX = 960;

/** The volumes of the room, each with the planes that are drawn of it. */
export class Planes {
  /** By the pane whose series it is. */
  private readonly volumes = new Map<RoomPane, { readonly volume: Volume; readonly seriesInstanceUid: string }>();
  private readonly views = new Map<RoomPane, PlaneView>();
  private hasHand = false;

  constructor(private readonly room: Room) {
    room.listen({
      onPanes: () => this.tidy(),
      onChange: (pane, what) => {
        const held = this.volumes.get(pane);
        if (what === "series") {
          this.forget(pane);
        } else if (what === "full") {
          held?.volume.setFull(pane.pane.full);
        } else if (what === "look" && held !== undefined) {
          held.volume.redraw();
        }
      },
    });
  }

  get active(): PlaneView | null {
    return this.views.get(this.room.active) ?? null;
  }

  /** Axial, coronal and sagittal in a row, or with the images as the fourth; one plane on a small screen. */
  async layOut(rows: number, columns: number): Promise<void> {
    const { room } = this;
    const source = this.owner;
    const { study, pane } = source;
    const volume = this.volumeOf(source);
    if (volume === null) {
      return;
    }
    if (innerWidth < WIDE_PX) {
      this.put(source, "axial", volume, source);
      this.takeHand();
      return;
    }
    room.setLayout(rows, columns);
    if (!room.panes.includes(source) && study !== null && pane.series !== null) {
      // The grid has another pane for it: begin again there.
      const [first = room.active] = room.panes;
      await room.show(first, study, pane.series, pane.frame);
      room.activate(room.panes[first.place] ?? first);
      return this.layOut(rows, columns);
    }
    const others = room.panes.filter((one) => one !== source);
    const places = rows * columns > PLANES.length ? others : [source, ...others];
    PLANES.forEach((plane, place) => {
      const target = places[place];
      if (target !== undefined) {
        this.put(target, plane, volume, source);
      }
    });
    this.takeHand();
  }

  showOne(plane: PlaneName): void {
    const source = this.owner;
    const volume = this.volumeOf(source);
    if (volume !== null) {
      this.put(this.room.active, plane, volume, source);
      this.takeHand();
    }
  }

  /** Shows a plane as another room has it, of the series of a pane whose index is there. */
  take(pane: RoomPane, owner: RoomPane, plane: ShownPlane): void {
    const volume = this.volumeOf(owner, plane.frames[0]);
    const view = this.views.get(pane);
    if (volume === null) {
      return;
    }
    if (view?.name !== plane.name || view.volume !== volume) {
      this.put(pane, plane.name, volume, owner);
    }
    volume.crosshair.take(plane);
  }

  /** The images again, in all panes that show planes of this volume. */
  leave(): void {
    const volume = this.active?.volume;
    [...this.views.values()].filter((view) => volume === undefined || view.volume === volume).forEach(({ pane }) => pane.setContent(null));
    if (this.views.size === 0 && this.hasHand) {
      this.hasHand = false;
      this.room.setHand("browse", null);
    }
  }

  takeHand(): void {
    this.hasHand = true;
    this.room.setHand(HAND, (pane) => new PlaneHand(() => this.views.get(pane) ?? null));
    this.views.forEach(({ pane }) => pane.stage.redraw());
  }

  isSlab(mode: SlabMode): boolean {
    const { slab } = this.active?.volume.crosshair ?? {};
    return slab !== undefined && slab.mm > 0 && slab.mode === mode;
  }

  /** A mode without a thickness would change nothing. */
  setSlab(to: Partial<Slab>): void {
    const { crosshair } = this.active?.volume ?? {};
    if (crosshair !== undefined) {
      crosshair.setSlab({ ...crosshair.slab, mm: crosshair.slab.mm || THICK_MM, ...to });
    }
  }

  thicken(by: number): void {
    const mm = this.active?.volume.crosshair.slab.mm ?? 0;
    const at = THICKNESSES.findIndex((thickness) => thickness >= mm);
    const next = THICKNESSES[Math.min(THICKNESSES.length - 1, Math.max(0, at + by))] ?? 0;
    this.setSlab({ mm: next });
  }

  /** The pane whose series the active pane shows, itself or by a plane. */
  get owner(): RoomPane {
    return this.active?.owner ?? this.room.active;
  }

  private viewsOf(volume: Volume): readonly PlaneView[] {
    return [...this.views.values()].filter((view) => view.volume === volume);
  }

  /** Of the series in a pane, the volume to which a frame belongs. */
  private volumeOf(source: RoomPane, frame: number = source.pane.frame): Volume | null {
    const { index, link, full, series } = source.pane;
    const held = this.volumes.get(source);
    if (held !== undefined && held.seriesInstanceUid === series?.seriesInstanceUid && held.volume.geometry.frames.includes(frame)) {
      return held.volume;
    }
    if (index === null || link === null || series === null) {
      this.room.say(OBSTACLES[this.room.language].loading);
      return null;
    }
    const volume = Volume.open({ index, link, full, frame });
    if (!(volume instanceof Volume)) {
      this.room.say(isRefusal(volume) ? refusalText(this.room.language, volume) : "");
      return null;
    }
    this.forget(source);
    this.volumes.set(source, { volume, seriesInstanceUid: series.seriesInstanceUid });
    volume.listen(() => {
      if (volume.isTooLarge && this.viewsOf(volume).length > 0) {
        this.room.say(refusalText(this.room.language, { reason: "large", facts: {} }));
        this.forget(source);
      }
    });
    return volume;
  }

  private put(pane: RoomPane, plane: PlaneName, volume: Volume, owner: RoomPane): void {
    const view = new PlaneView(pane, plane, volume, owner, this.room, () => this.hasHand, (closed) => this.drop(closed));
    // First, so that the volume is kept while one of its planes takes the place of another.
    this.views.set(pane, view);
    pane.setContent(view);
    view.show();
  }

  /** A volume is kept as long as a plane shows it. */
  private drop(view: PlaneView): void {
    if (this.views.get(view.pane) === view) {
      this.views.delete(view.pane);
    }
    if (this.viewsOf(view.volume).length === 0) {
      view.volume.close();
      this.volumes.delete(view.owner);
    }
  }

  /** Ends the planes of a pane's series. */
  private forget(pane: RoomPane): void {
    const held = this.volumes.get(pane);
    if (held !== undefined) {
      this.viewsOf(held.volume).forEach((view) => view.pane.setContent(null));
    }
  }

  private tidy(): void {
    for (const pane of this.volumes.keys()) {
      if (!this.room.panes.includes(pane)) {
        this.forget(pane);
      }
    }
  }
}
