/** Where the others point: a dot with a name in their colour, that glides from place to place. */

import type { Outgoing } from "../../link/consultation-link.js";
import type { RoomMessage } from "../../read/room-message.js";
import { make } from "../../tools/elements.js";
import type { StageTool } from "../../stage.js";
import { apply, type Point } from "../../view-geometry.js";
import type { RoomPane } from "../feature.js";
import type { ReadingRoom } from "../room.js";
import { inEveryPane } from "../tools/every-pane.js";
import { Coalescer } from "./coalescer.js";
import { colourOf } from "./colours.js";
import type { Meeting } from "./meeting.js";
import { frameHere } from "./shown.js";

const POINTER_MS = 100;
/** A hand that rests for so long points at nothing. */
const SHOWN_MS = 5_000;

type Pointer = Extract<RoomMessage, { type: "pointer" }>;

export class Pointers {
  private readonly shown = new Map<string, { readonly pointer: Pointer; readonly timer: ReturnType<typeof setTimeout> }>();
  private readonly layerOf: (pane: RoomPane) => HTMLElement | null;

  constructor(
    private readonly room: ReadingRoom,
    private readonly meeting: Meeting,
    private readonly isFollowing: () => boolean,
  ) {
    this.layerOf = inEveryPane(room, (pane) => {
      const layer = make("div", { class: "pointers", "aria-hidden": "true" });
      pane.stage.element.append(layer);
      pane.stage.onDraw.add(() => this.draw(pane));
      return layer;
    });
    meeting.listen((change, message) => {
      if (message.type === "pointer") {
        this.take(message);
      } else if (change === "welcome") {
        this.shown.forEach(({ timer }) => clearTimeout(timer));
        this.shown.clear();
        this.drawAll();
      }
    });
  }

  private take(pointer: Pointer): void {
    const before = this.shown.get(pointer.by);
    clearTimeout(before?.timer);
    this.shown.delete(pointer.by);
    if (pointer.at !== null) {
      const timer = setTimeout(() => this.take({ ...pointer, at: null }), SHOWN_MS);
      this.shown.set(pointer.by, { pointer, timer });
    }
    this.drawAll();
  }

  private drawAll(): void {
    this.room.panes.forEach((pane) => this.draw(pane));
  }

  private draw(pane: RoomPane): void {
    const layer = this.layerOf(pane);
    if (layer === null) {
      return;
    }
    const here = [...this.shown.values()].map(({ pointer }) => pointer).filter((pointer) => this.isOn(pane, pointer));
    for (const dot of [...layer.children]) {
      if (!here.some(({ by }) => by === (dot as HTMLElement).dataset["member"])) {
        dot.remove();
      }
    }
    const { matrix } = pane.stage;
    for (const { by, at } of matrix === null ? [] : here) {
      const dot = layer.querySelector<HTMLElement>(`[data-member="${by}"]`) ?? this.dot(layer, by);
      const { x, y } = apply(matrix ?? never(), at ?? never());
      dot.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    }
  }

  private dot(layer: HTMLElement, by: string): HTMLElement {
    const dot = make("span", { class: "pointer", "data-member": by }, make("span", { class: "pointer-name" }, this.meeting.member(by)?.name ?? ""));
    dot.style.setProperty("--author", colourOf(by, this.meeting.members));
    layer.append(dot);
    return dot;
  }

  /** Never on another slice than the one that is meant. */
  private isOn(pane: RoomPane, { by, pane: place, seriesInstanceUid, frame }: Pointer): boolean {
    const { series } = (pane.content?.source ?? pane).pane;
    const isPlane = pane.content !== null;
    if (series?.seriesInstanceUid !== seriesInstanceUid || isPlane !== (frame === null)) {
      return false;
    }
    const isDriven = this.isFollowing() && by === this.meeting.driver;
    if (isPlane) {
      return isDriven && (this.room.isNarrow || pane.place === place);
    }
    // The driver's number is that of the driver's pack; the state says which image that is.
    const state = by === this.meeting.driver ? (this.meeting.state?.panes[place] ?? null) : null;
    return pane.pane.frame === (state === null || state.frame !== frame ? frame : frameHere(pane.pane, state));
  }
}

function never(): never {
  throw new Error("a pointer that is drawn has a place");
}

/** The finger points, and does nothing else. */
export const POINT = "point";

const POINTING: StageTool = { takesKeys: false, down: () => undefined, move: () => undefined, up: () => undefined, cancel: () => undefined };

/** A mouse points while it does other things; a finger cannot, so that pointing is what it does. */
export function setPointing(room: ReadingRoom, isPointing: boolean): void {
  if (isPointing && hasFingers()) {
    room.setHand(POINT, () => POINTING);
  } else if (!isPointing && room.hand.name === POINT) {
    room.setHand("browse", null);
  }
}

export function hasFingers(): boolean {
  return matchMedia("(any-pointer: coarse)").matches;
}

export interface PointingEvents {
  readonly send: (message: Outgoing) => boolean;
  /** The driver's mouse always points, others if they choose to. */
  isPointing(): boolean;
}

/** Tells where this reader points. */
export function watchPointer(room: ReadingRoom, { send, isPointing }: PointingEvents): void {
  let last: { readonly pane: RoomPane; readonly at: Point | null } | null = null;
  const coalescer = new Coalescer(POINTER_MS, () => {
    if (last === null || (!isPointing() && last.at !== null)) {
      return;
    }
    const { pane, at } = last;
    const { series } = (pane.content?.source ?? pane).pane;
    const point = at === null ? null : pane.stage.toPicture(at);
    if (series !== null) {
      send({ type: "pointer", pane: pane.place, seriesInstanceUid: series.seriesInstanceUid, frame: pane.content === null ? pane.pane.frame : null, at: point });
    }
  });
  inEveryPane(room, (pane) => {
    const { element } = pane.stage;
    const move = (event: PointerEvent) => {
      const isMeant = event.pointerType === "mouse" || (event.isPrimary && room.hand.name === POINT);
      if (isMeant && isPointing()) {
        const box = element.getBoundingClientRect();
        last = { pane, at: { x: event.clientX - box.left, y: event.clientY - box.top } };
        coalescer.touch();
      }
    };
    const leave = (event: PointerEvent) => {
      // A finger that was lifted has pointed; where, is seen for some seconds.
      const isLifted = event.pointerType !== "mouse" && room.hand.name === POINT;
      if (!isLifted && last !== null && last.at !== null) {
        last = { pane, at: null };
        coalescer.touch();
      }
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerdown", move);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("pointercancel", leave);
  });
}
