/**
 * Fingers, mouse and wheel on the stage. One finger sideways goes through the images, or moves an enlarged one; two
 * fingers and a double tap enlarge. Up and down is left to the page, unless the stage fills the screen.
 */

import { stepPx, StepCounter } from "./drag-steps.js";
import type { Stage } from "./stage.js";
import type { Point } from "./view-geometry.js";

export interface GestureEvents {
  /** Go on by this many images; negative goes back. */
  onSteps(steps: number): void;
  framesShown(): number;
  /** Whether up and down belongs to the stage as well. */
  isUpright(): boolean;
}

const DOUBLE_TAP_MS = 350;
const TAP_PX_MAX = 12;
const DOUBLE_TAP_SCALE = 2.5;
const WHEEL_PX_PER_STEP = 60;
const WHEEL_LINE_PX = 30;

export function listenToGestures(stage: Stage, events: GestureEvents): void {
  listenToPointers(stage, events);
  listenToWheel(stage, events);
}

function listenToPointers(stage: Stage, events: GestureEvents): void {
  const { element } = stage;
  const pointers = new Map<number, Point>();
  const steps = new StepCounter();
  let travelled = 0;
  let lastTap = { at: 0, point: { x: 0, y: 0 } };

  element.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("button, a") !== null) {
      return;
    }
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    steps.reset();
    travelled = pointers.size > 1 ? Number.POSITIVE_INFINITY : 0;
  });

  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    const by = { x: now.x - before.x, y: now.y - before.y };
    travelled += Math.hypot(by.x, by.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other !== undefined) {
      const spread = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      stage.zoom(Number.isFinite(spread) ? spread : 1, stage.fromCentre((now.x + other.x) / 2, (now.y + other.y) / 2));
      stage.pan({ x: by.x / 2, y: by.y / 2 });
    } else if (stage.isEnlarged) {
      stage.pan(by);
    } else {
      const isFree = event.pointerType === "mouse" || events.isUpright();
      const movement = isFree && Math.abs(by.y) > Math.abs(by.x) ? by.y : by.x;
      events.onSteps(steps.add(movement, stepPx(events.framesShown(), stage.size.width)));
    }
  });

  element.addEventListener("pointerup", (event) => {
    if (pointers.delete(event.pointerId) && travelled < TAP_PX_MAX) {
      const point = stage.fromCentre(event.clientX, event.clientY);
      const isDouble =
        event.timeStamp - lastTap.at < DOUBLE_TAP_MS &&
        Math.hypot(point.x - lastTap.point.x, point.y - lastTap.point.y) < 4 * TAP_PX_MAX;
      if (isDouble && stage.isEnlarged) {
        stage.resetView();
      } else if (isDouble) {
        stage.zoom(DOUBLE_TAP_SCALE, point);
      }
      lastTap = { at: isDouble ? 0 : event.timeStamp, point };
    }
  });

  element.addEventListener("pointercancel", (event) => {
    pointers.delete(event.pointerId);
  });
}

function listenToWheel(stage: Stage, events: GestureEvents): void {
  const steps = new StepCounter();
  stage.element.addEventListener(
    "wheel",
    (event) => {
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * WHEEL_LINE_PX : event.deltaY;
      if (event.ctrlKey) {
        event.preventDefault();
        stage.zoom(Math.exp(-pixels / 200), stage.fromCentre(event.clientX, event.clientY));
      } else if (events.framesShown() > 1) {
        event.preventDefault();
        events.onSteps(steps.add(pixels, WHEEL_PX_PER_STEP));
      }
    },
    { passive: false },
  );
}
