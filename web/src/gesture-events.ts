/** What fingers, mouse and wheel ask for, and what they need to know for it. */

import type { StageTool } from "./stage.js";

export interface GestureEvents {
  /** Moves on by this many images; negative moves back. */
  onSteps(steps: number): void;
  framesShown(): number;
  /** Whether the stage also takes vertical movements. */
  isUpright(): boolean;
  /** What the right mouse button does, if anything. */
  secondTool?(): StageTool | null;
}
