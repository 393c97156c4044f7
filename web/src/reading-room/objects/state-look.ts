/** Gives an image the look and the place that its presentation state wants, and takes both back. */

import type { FullSeries } from "../../full/full-series.js";
import type { Look } from "../../full/look.js";
import type { View } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";
import type { ImageOnPane } from "./plane.js";
import { areaOf, viewOf, voiOf } from "./state-view.js";
import type { StudyObject } from "./study-objects.js";

interface Applied {
  readonly object: StudyObject;
  /** The look and the place are those of this image. */
  readonly key: string;
}

export class StateLook {
  private applied: Applied | null = null;
  /** Of which series; what was before belongs to no other one. */
  private of: FullSeries | null = null;
  /** What the reader had before. */
  private before: { readonly look: Partial<Look>; readonly view: View } | null = null;

  constructor(
    private readonly pane: RoomPane,
    private readonly stateOf: (image: ImageOnPane) => StudyObject | null,
  ) {}

  /** Call when another image, full quality or another choice is there. */
  follow(image: ImageOnPane | null): void {
    const { full } = this.pane.pane;
    const { stage } = this.pane;
    if (image === null || full === null || stage.picture === null) {
      return;
    }
    if (full !== this.of) {
      this.of = full;
      this.applied = this.before = null;
    }
    const object = this.stateOf(image);
    const state = object?.state ?? null;
    if (object === null || state === null) {
      this.leave();
      return;
    }
    const { rescale, diagnostic, photometric } = full.details(this.pane.pane.frame);
    const voi = voiOf(state, image, rescale);
    const area = areaOf(state, image);
    const key = JSON.stringify([voi.window, state.vois.findIndex(({ table }) => table !== null && table === voi.table), voi.table?.values.length ?? null, area.from, area.to, area.mode]);
    if (this.applied?.object === object && this.applied.key === key) {
      return;
    }
    const { look } = full;
    this.before ??= { look: { window: look.window, isInverted: look.isInverted, voiTable: look.voiTable ?? null }, view: stage.view };
    // A state says for itself which end is white; the look counts from what the image says.
    const isInverted = state.isInverted !== ((diagnostic?.photometric ?? photometric) === "MONOCHROME1");
    this.applied = { object, key };
    // A window or table that the state does not name is that of the image.
    this.setLook({ window: voi.window, voiTable: voi.window === null ? voi.table : null, isInverted });
    stage.setView(viewOf(state, image, stage.picture.raster, stage.size));
  }

  /** Gives back what was there before. */
  leave(): void {
    const { before } = this;
    if (this.applied !== null && before !== null) {
      this.applied = this.before = null;
      this.setLook(before.look);
      this.pane.stage.setView(before.view);
    }
  }

  private setLook(look: Partial<Look>): void {
    this.pane.pane.full?.setLook(look);
    this.pane.pane.player?.repaint();
  }
}
