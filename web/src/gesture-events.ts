/** What fingers, mouse and wheel request, and what they need to know. */

import type { StageTool } from "./stage.js";

export interface GestureEvents {
  /** Go on by this many images; negative goes back. */
  onSteps(steps: number): void;
  framesShown(): number;
  /** Whether vertical movement belongs to the stage as well. */
  isUpright(): boolean;
  /** What the right mouse button does, if anything. */
  secondTool?(): StageTool | null;
}
