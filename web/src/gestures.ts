/**
 * Fingers, mouse and wheel on the stage. One finger moving sideways goes through the images, moves an enlarged picture,
 * or works the chosen tool; two fingers and a double tap enlarge. Vertical movement belongs to the page, unless the
 * stage fills the screen or a tool is chosen. The wheel goes through the images notch by notch, and enlarges a single
 * image, or any image with Ctrl; the middle mouse button moves the picture.
 */

import { stepPx, StepCounter } from "./drag-steps.js";
import type { GestureEvents } from "./gesture-events.js";
import type { Stage, StageTool } from "./stage.js";
import type { Point } from "./view-geometry.js";

const DOUBLE_TAP_MS = 350;
const TAP_PX_MAX = 12;
const DOUBLE_TAP_SCALE = 2.5;
const BUTTON_MIDDLE = 1;
const BUTTON_RIGHT = 2;

export function listenToGestures(stage: Stage, events: GestureEvents): void {
  const fingers = new Fingers(stage, events);
  const { element } = stage;
  element.addEventListener("pointerdown", (event) => fingers.down(event));
  element.addEventListener("pointermove", (event) => fingers.move(event));
  element.addEventListener("pointerup", (event) => fingers.up(event));
  element.addEventListener("pointercancel", (event) => fingers.cancel(event));
  element.addEventListener("contextmenu", (event) => {
    if (events.secondTool?.() != null) {
      event.preventDefault();
    }
  });
  // The wheel script need not be there from the start.
  void import("./wheel.js").then(({ listenToWheel }) => listenToWheel(stage, events));
}

class Fingers {
  private readonly pointers = new Map<number, Point>();
  private readonly steps = new StepCounter();
  private tool: StageTool | null = null;
  private isMoving = false;
  /** The last finger of a pinch moves an enlarged picture, but does not go through the images. */
  private isPinched = false;
  private travelled = 0;
  private lastTap = { at: 0, point: { x: 0, y: 0 } };

  constructor(
    private readonly stage: Stage,
    private readonly events: GestureEvents,
  ) {}

  down(event: PointerEvent): void {
    if (event.target instanceof Element && event.target.closest("button, a") !== null) {
      return;
    }
    const { stage, pointers } = this;
    if (event.isPrimary) {
      // No other finger is down, even if we missed when it left.
      pointers.clear();
    }
    stage.element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.steps.reset();
    this.isMoving = event.button === BUTTON_MIDDLE;
    this.travelled = pointers.size > 1 ? Number.POSITIVE_INFINITY : 0;
    this.isPinched = pointers.size > 1;
    if (this.isPinched) {
      this.tool?.cancel();
      this.tool = null;
    } else if (!this.isMoving) {
      const second = event.button === BUTTON_RIGHT ? (this.events.secondTool?.() ?? null) : null;
      this.tool = second ?? stage.tool;
      this.tool?.down(this.inStage(event));
    }
  }

  move(event: PointerEvent): void {
    const { stage, events, pointers } = this;
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    const by = { x: now.x - before.x, y: now.y - before.y };
    this.travelled += Math.hypot(by.x, by.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other !== undefined) {
      const spread = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      stage.zoom(Number.isFinite(spread) ? spread : 1, stage.fromCentre((now.x + other.x) / 2, (now.y + other.y) / 2));
      stage.pan({ x: by.x / 2, y: by.y / 2 });
    } else if (this.tool !== null) {
      this.tool.move(this.inStage(event), by);
    } else if (this.isMoving || (stage.isEnlarged && stage.tool === null)) {
      stage.pan(by);
    } else if (stage.tool === null && !this.isPinched) {
      const isFree = event.pointerType === "mouse" || events.isUpright();
      const movement = isFree && Math.abs(by.y) > Math.abs(by.x) ? by.y : by.x;
      events.onSteps(this.steps.add(movement, stepPx(events.framesShown(), stage.size.width)));
    }
  }

  up(event: PointerEvent): void {
    if (!this.pointers.delete(event.pointerId)) {
      return;
    }
    if (this.tool !== null) {
      this.tool.up(this.inStage(event));
      this.tool = null;
    } else if (this.travelled < TAP_PX_MAX) {
      this.tap(event);
    }
  }

  cancel(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    this.tool?.cancel();
    this.tool = null;
  }

  private tap(event: PointerEvent): void {
    const { stage, lastTap } = this;
    const point = stage.fromCentre(event.clientX, event.clientY);
    const isDouble =
      event.timeStamp - lastTap.at < DOUBLE_TAP_MS &&
      Math.hypot(point.x - lastTap.point.x, point.y - lastTap.point.y) < 4 * TAP_PX_MAX;
    if (isDouble && stage.isEnlarged) {
      stage.fit();
    } else if (isDouble) {
      stage.zoom(DOUBLE_TAP_SCALE, point);
    }
    this.lastTap = { at: isDouble ? 0 : event.timeStamp, point };
  }

  private inStage(event: PointerEvent): Point {
    const box = this.stage.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}
