/** A tool that is made anew for each drag, because what is on the stage may have changed. */

import type { StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";

export class LateTool implements StageTool {
  private tool: StageTool | null = null;

  constructor(
    private readonly make: () => StageTool | null,
    readonly takesKeys: boolean,
  ) {}

  down(at: Point): void {
    this.tool = this.make();
    this.tool?.down(at);
  }

  move(at: Point, by: Point): void {
    // The arrow keys move without a button.
    (this.tool ?? this.make())?.move(at, by);
  }

  up(at: Point): void {
    this.tool?.up(at);
    this.tool = null;
  }

  cancel(): void {
    this.tool?.cancel();
    this.tool = null;
  }
}
