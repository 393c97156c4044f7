/** Moves the crosshair of planes, and turns it by its handles. */

import type { StageTool } from "../../stage.js";
import type { Point } from "../../view-geometry.js";
import { pointAt } from "./plane.js";
import type { PlaneView } from "./plane-view.js";

const HANDLE_REACH_PX = 16;

export class PlaneHand implements StageTool {
  readonly takesKeys = false;
  /** The angle at which a handle is held, in radians; null while the crosshair is moved. */
  private held: number | null = null;

  constructor(private readonly viewOf: () => PlaneView | null) {}

  down(at: Point): void {
    const view = this.viewOf();
    const shape = view?.shape ?? null;
    if (view === null || shape === null) {
      return;
    }
    const isHandle = shape.lines.some(({ handles }) => handles.some(({ x, y }) => Math.hypot(x - at.x, y - at.y) <= HANDLE_REACH_PX));
    this.held = isHandle ? angleOf(shape.centre, at) : null;
    view.volume.crosshair.setMoving(true);
    this.move(at);
  }

  move(at: Point): void {
    const view = this.viewOf();
    const shape = view?.shape ?? null;
    if (view === null || shape === null) {
      return;
    }
    const { crosshair } = view.volume;
    if (this.held === null) {
      const point = view.pane.stage.toPicture(at);
      if (point !== null) {
        crosshair.moveTo(pointAt(view.raster, point.x, point.y), view.name);
      }
      return;
    }
    const angle = angleOf(shape.centre, at);
    const { a, b, c, d } = view.pane.stage.view.turn;
    const isMirrored = a * d - b * c < 0;
    crosshair.turn(view.name, isMirrored ? this.held - angle : angle - this.held);
    this.held = angle;
  }

  up(): void {
    this.held = null;
    this.viewOf()?.volume.crosshair.setMoving(false);
  }

  cancel(): void {
    this.up();
  }
}

function angleOf(centre: Point, at: Point): number {
  return Math.atan2(at.y - centre.y, at.x - centre.x);
}
