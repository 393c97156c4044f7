/** Panes share the memory that one series would have alone. */

import type { Pane } from "../pane.js";

/** As much as one series has (`series-player.ts`, `link.ts`). */
const PICTURES_BYTES = 64 * 1024 * 1024;
const HELD_BYTES = 40 * 1024 * 1024;

export function limitMemory({ player, link, full, frame }: Pane, share: number): void {
  player?.pictures.limit(PICTURES_BYTES * share, frame);
  link?.held.limit(HELD_BYTES * share, frame);
  full?.limit(share);
}
