/** The wheel on the stage. */

import type { GestureEvents } from "./gesture-events.js";
import type { Stage } from "./stage.js";
import { WheelSteps } from "./wheel-steps.js";

const WHEEL_LINE_PX = 30;
const WHEEL_PX_PER_ZOOM = 400;
const PINCH_PX_PER_ZOOM = 200;

export function listenToWheel(stage: Stage, events: GestureEvents): void {
  const steps = new WheelSteps();
  stage.element.addEventListener(
    "wheel",
    (event) => {
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * WHEEL_LINE_PX : event.deltaY;
      const isSingle = events.framesShown() === 1 && stage.picture !== null;
      if (event.ctrlKey || (isSingle && (pixels < 0 || stage.isEnlarged))) {
        event.preventDefault();
        const reach = event.ctrlKey ? PINCH_PX_PER_ZOOM : WHEEL_PX_PER_ZOOM;
        stage.zoom(Math.exp(-pixels / reach), stage.fromCentre(event.clientX, event.clientY));
      } else if (events.framesShown() > 1) {
        event.preventDefault();
        events.onSteps(steps.add(event));
      }
    },
    { passive: false },
  );
}
