/** What a hand can do besides measuring. */

import type { Pane } from "../pane.js";
import type { Window } from "../read/frame-details.js";
import type { StageTool } from "../stage.js";
import type { Words } from "../words.js";

export interface HandTool {
  /** In `data-tool`. */
  readonly name: string;
  /** A path within 24 × 24, stroked. */
  readonly icon: string;
  /** Whether it waits for full quality. */
  readonly needsValues: boolean;
  label(words: Words): string;
  /** Null if the stage does it on its own. `onWindow`: another window is wanted. */
  create(pane: Pane, onWindow: (window: Window) => void): StageTool | null;
}
