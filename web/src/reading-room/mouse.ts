/** The mouse on a pane, as the chosen preset has it; fingers, pens and the wheel are those of every viewer. */

import { listenToGestures } from "../gestures.js";
import type { Stage, StageTool } from "../stage.js";
import type { Point } from "../view-geometry.js";

const BUTTONS = ["left", "middle", "right"] as const;
const CLICK_PX_MAX = 4;

export type Button = (typeof BUTTONS)[number];

export interface MouseEvents {
  /** What a button does; null for nothing to drag. */
  toolOf(button: Button): StageTool | null;
  /** A button went up without a drag, and has nothing to drag. */
  onClick(button: Button, at: { readonly x: number; readonly y: number }): void;
  onDouble(): void;
  /** Something may have been changed by hand. */
  onEnd(): void;
  onSteps(steps: number): void;
  framesShown(): number;
}

export function listenToHands(stage: Stage, events: MouseEvents): void {
  new Mouse(stage, events);
  listenToGestures(withoutMouse(stage), {
    onSteps: (steps) => events.onSteps(steps),
    framesShown: () => events.framesShown(),
    isUpright: () => true,
  });
}

class Mouse {
  private tool: StageTool | null = null;
  private button: Button | null = null;
  private last: Point = { x: 0, y: 0 };
  private travelled = 0;

  constructor(
    private readonly stage: Stage,
    private readonly events: MouseEvents,
  ) {
    const { element } = stage;
    element.addEventListener("pointerdown", (event) => this.down(event));
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointerup", (event) => this.up(event));
    element.addEventListener("pointercancel", () => this.cancel());
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("mousedown", (event) => {
      if (event.button === 1) {
        // Else the browser scrolls by itself.
        event.preventDefault();
      }
    });
    element.addEventListener("dblclick", (event) => {
      if (!isControl(event)) {
        events.onDouble();
      }
    });
  }

  private down(event: PointerEvent): void {
    const button = BUTTONS[event.button];
    if (event.pointerType !== "mouse" || button === undefined || isControl(event)) {
      return;
    }
    this.cancel();
    this.stage.element.setPointerCapture(event.pointerId);
    this.button = button;
    this.travelled = 0;
    this.last = { x: event.clientX, y: event.clientY };
    this.tool = this.events.toolOf(button);
    this.tool?.down(this.inStage(event));
  }

  private move(event: PointerEvent): void {
    if (event.pointerType !== "mouse" || this.button === null) {
      return;
    }
    const by = { x: event.clientX - this.last.x, y: event.clientY - this.last.y };
    this.last = { x: event.clientX, y: event.clientY };
    this.travelled += Math.hypot(by.x, by.y);
    this.tool?.move(this.inStage(event), by);
  }

  private up(event: PointerEvent): void {
    const { button, tool } = this;
    if (event.pointerType !== "mouse" || button === null) {
      return;
    }
    this.button = this.tool = null;
    tool?.up(this.inStage(event));
    if (tool === null && this.travelled < CLICK_PX_MAX) {
      this.events.onClick(button, { x: event.clientX, y: event.clientY });
    }
    this.events.onEnd();
  }

  private cancel(): void {
    this.tool?.cancel();
    this.tool = this.button = null;
  }

  private inStage({ clientX, clientY }: PointerEvent): Point {
    const box = this.stage.element.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  }
}

function isControl({ target }: Event): boolean {
  return target instanceof Element && target.closest("button, a, input, select") !== null;
}

/** The same stage, for those who listen to fingers and to the wheel, but not to the mouse. */
function withoutMouse(stage: Stage): Stage {
  const { element } = stage;
  const heard = {
    addEventListener: (name: string, listener: (event: Event) => void, options?: AddEventListenerOptions) => {
      element.addEventListener(name, (event) => {
        if (!(event instanceof PointerEvent && event.pointerType === "mouse")) {
          listener(event);
        }
      }, options);
    },
    setPointerCapture: (id: number) => element.setPointerCapture(id),
    getBoundingClientRect: () => element.getBoundingClientRect(),
  };
  return new Proxy(stage, {
    get: (target, name) => {
      const value: unknown = name === "element" ? heard : Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
