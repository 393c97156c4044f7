/** A plane of a volume in a pane: it goes through the volume, and shows where the other planes cut it. */

import { vec3 } from "gl-matrix";
import type { FrameValues } from "../../full/frame-values.js";
import { fill } from "../../page.js";
import type { FrameDetails } from "../../read/frame-details.js";
import { lettersOf } from "../../tools/orientation.js";
import { windowText, windowUnit } from "../../tools/presets.js";
import { FITTED } from "../../view-geometry.js";
import type { PaneContent, Room, RoomPane } from "../feature.js";
import { normalOf, placesTouched, rasterOf, samplingOf, type ShownPlane } from "./plane.js";
import { crossShape, PlaneOverlay, type CrossShape } from "./plane-overlay.js";
import { planeDetails, planeShown, planeValues, shadesOf, type DrawnPlane } from "./plane-picture.js";
import type { Volume } from "./volume.js";
import type { PlaneName } from "./commands.js";
import { PLANE_WORDS } from "./words.js";

export class PlaneView implements PaneContent {
  private readonly overlay: PlaneOverlay;
  private readonly stops: readonly (() => void)[];
  private drawn: DrawnPlane;
  private isClosed = false;

  constructor(
    readonly pane: RoomPane,
    readonly name: PlaneName,
    readonly volume: Volume,
    readonly owner: RoomPane,
    private readonly room: Pick<Room, "language" | "pageWords">,
    /** Whether a hand can turn the lines now. */
    private readonly hasHandles: () => boolean,
    private readonly onClose: (view: PlaneView) => void,
  ) {
    const { stage } = pane;
    this.overlay = new PlaneOverlay(stage);
    this.drawn = this.current();
    const onDraw = () => this.drawOver();
    stage.onDraw.add(onDraw);
    this.stops = [volume.listen(() => this.show()), () => stage.onDraw.delete(onDraw)];
    stage.setView(FITTED);
  }

  get source(): RoomPane | null {
    return this.owner === this.pane ? null : this.owner;
  }

  get counter(): string {
    const { crosshair } = this.volume;
    const words = PLANE_WORDS[this.room.language];
    const normal = normalOf(crosshair.bases[this.name]);
    const mm = vec3.dot(crosshair.point, normal);
    const plane = crosshair.isTurned(this.name) ? `${words.planes[this.name]} (${words.oblique})` : words.planes[this.name];
    const away = Math.abs(mm).toFixed(1);
    const side = Number(away) === 0 ? "" : lettersOf(normal.map((share) => share * Math.sign(mm)));
    const place = fill(words.counter, { plane, mm: away, side }).trim();
    const { mode, mm: thick } = crosshair.slab;
    const slab = thick > 0 ? fill(words.slabText, { mode: words.slab[mode], mm: thick }) : "";
    return [place, slab, windowText(shadesOf(this.volume).window, words, this.windowUnit)].filter((part) => part !== "").join(" · ");
  }

  private get windowUnit(): string {
    const unit = this.volume.details[0]?.rescale?.unit ?? null;
    return windowUnit({ unit }, this.room.pageWords);
  }

  get plane(): ShownPlane {
    const { point, bases, slab } = this.volume.crosshair;
    return { frames: this.volume.geometry.frames, name: this.name, point, basis: bases[this.name], slab };
  }

  step(by: number): void {
    this.volume.crosshair.step(this.name, by);
  }

  /** Where the lines of the other planes are; null while nothing is drawn. */
  get shape(): CrossShape | null {
    const { stage } = this.pane;
    return stage.matrix === null ? null : crossShape(stage, stage.matrix, this.drawn.raster, this.volume.crosshair, this.name);
  }

  get raster(): DrawnPlane["raster"] {
    return this.drawn.raster;
  }

  show(): void {
    if (this.isClosed) {
      return;
    }
    this.drawn = this.current();
    const { pane, drawn: plane, volume } = this;
    const details = planeDetails(volume, plane.raster);
    if (details !== null) {
      const values = lazily(() => planeValues(volume, plane, details));
      pane.marks.subject = subjectOf(this.key(plane), details, values);
    }
    this.overlay.say(this.notes());
    // In the frame in which the volume says that it is time.
    pane.stage.show(planeShown(volume, plane), true);
  }

  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.stops.forEach((stop) => stop());
      this.overlay.close();
      this.pane.marks.subject = null;
      this.onClose(this);
    }
  }

  private current(): DrawnPlane {
    const { volume, name } = this;
    const { crosshair, geometry } = volume;
    const raster = rasterOf(geometry, crosshair.bases[name], crosshair.point);
    const touched = placesTouched(raster, samplingOf(geometry, raster, crosshair.slab), crosshair.slab);
    return { raster, slab: crosshair.slab, isFull: volume.halvings === 0 && volume.isWholeBetween(touched) };
  }

  private drawOver(): void {
    const { shape } = this;
    if (shape !== null) {
      this.overlay.draw(this.drawn.raster, shape, this.drawn.slab.mm, this.hasHandles());
    }
  }

  /** Measurements belong to this plane and this slab of this volume alone. */
  private key({ raster, slab }: DrawnPlane): string {
    const { series } = this.owner.pane;
    const numbers = [...raster.corner, ...raster.basis.right, ...raster.basis.down, slab.mm].map((number) => number.toFixed(3));
    return [series?.seriesInstanceUid ?? "", `${this.volume.geometry.frames[0]}`, "plane", numbers.join(","), slab.mode].join("/");
  }

  /** That it is a quick picture, the pane itself says. */
  private notes(): readonly string[] {
    const words = PLANE_WORDS[this.room.language];
    const { volume } = this;
    const { isEven, distanceMm, tiltDegrees, frames, imagesOfSeries } = volume.geometry;
    const isReduced = volume.halvings > 0;
    return [
      volume.isLost ? words.lost : "",
      volume.isComplete ? "" : fill(words.arrived, { count: volume.wholeCount, all: volume.slices }),
      isReduced ? fill(words.reduced, { part: 2 ** volume.halvings }) : "",
      volume.brokenCount > 0 ? fill(words.brokenSlices, { count: volume.brokenCount }) : "",
      frames.length === imagesOfSeries ? "" : fill(words.part, { count: frames.length, all: imagesOfSeries }),
      isEven ? "" : fill(words.uneven, { least: distanceMm.least.toFixed(1), greatest: distanceMm.greatest.toFixed(1) }),
      tiltDegrees > TOLD_TILT_DEGREES ? fill(words.tilted, { degrees: tiltDegrees.toFixed(1) }) : "",
    ].filter((note) => note !== "");
  }
}

const TOLD_TILT_DEGREES = 0.5;

/** Values are read back only when a tool asks for them. */
function subjectOf(image: string, details: FrameDetails, values: () => FrameValues | null): NonNullable<RoomPane["marks"]["subject"]> {
  return {
    image,
    details,
    get values() {
      return values();
    },
  };
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
