/** When the reader's own hand is on the images. */

import type { CommandGroup } from "../feature.js";
import type { ReadingRoom } from "../room.js";

/** What the left button may do without changing what is shown. */
const HARMLESS = /^(?!(browse|window|pan|zoom|scroll|crosshair|cursor-3d)$)/;
const CHANGING: readonly CommandGroup[] = ["layout", "window", "view", "film", "planes", "linked"];

export interface HandEvents {
  /** It may change something, now or soon. */
  onHand(isDown: boolean): void;
  /** A command has changed what is shown. */
  onCommand(): void;
}

export function watchHands(room: ReadingRoom, { onHand, onCommand }: HandEvents): void {
  const { grids, page } = room;
  const surfaces = [grids, page.strip];
  let isDown = false;
  const down = (event: PointerEvent) => {
    // A second finger enlarges, whatever the first one does.
    const isMeasuring = event.currentTarget === grids && event.isPrimary && event.button === 0 && HARMLESS.test(room.hand.name);
    if (!isMeasuring) {
      isDown = true;
      onHand(true);
    }
  };
  const up = () => {
    if (isDown) {
      isDown = false;
      onHand(false);
    }
  };
  const touched = () => onHand(isDown);
  for (const surface of surfaces) {
    surface.addEventListener("pointerdown", down, true);
    surface.addEventListener("wheel", touched, { capture: true, passive: true });
    surface.addEventListener("keydown", touched, true);
  }
  addEventListener("pointermove", () => (isDown ? onHand(true) : undefined), true);
  addEventListener("pointerup", up, true);
  addEventListener("pointercancel", up, true);
  room.listen({
    onCommand: ({ name, group }) => {
      if (CHANGING.includes(group) || name === "undo" || name === "redo") {
        onCommand();
      }
    },
  });
}
