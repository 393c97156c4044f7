/** Where the picture of the active pane cuts those of all others, and where a place that was pointed at lies in all of them. */

import type { Triple } from "../../read/frame-details.js";
import type { StageTool } from "../../stage.js";
import { makeSvg } from "../../tools/elements.js";
import { apply, type Point } from "../../view-geometry.js";
import type { Room, RoomPane } from "../feature.js";
import { inEveryPane } from "./every-pane.js";
import { cutLine, detailsOf, frameAt, planeOf, shownPlane, toPatient, toPicture, type ImagePlane } from "./planes.js";

/** A place that lies farther from a plane is not drawn on it. */
const CROSS_REACH_MM = 3;

export class ReferenceLines {
  areOn = false;
  /** The place pointed at, and in which frame of reference. */
  private pointed: { readonly place: Triple; readonly frameOfReferenceUid: string } | null = null;
  private readonly overlayOf: (pane: RoomPane) => SVGSVGElement | null;

  constructor(private readonly room: Room) {
    this.overlayOf = inEveryPane(room, (pane) => {
      const svg = makeSvg("svg", { class: "annotations reference-lines", "aria-hidden": "true" });
      pane.stage.element.append(svg);
      // What cuts the others moves with every drawing: of frames, and of planes in place of them.
      pane.stage.onDraw.add(() => (pane === room.active ? this.draw() : this.drawIn(pane)));
      return svg;
    });
    room.listen({ onActive: () => this.draw(), onPanes: () => this.draw() });
  }

  toggle(): void {
    this.areOn = !this.areOn;
    this.draw();
  }

  /** Null forgets the place. */
  point(place: Triple | null, frameOfReferenceUid = ""): void {
    this.pointed = place === null ? null : { place, frameOfReferenceUid };
    this.draw();
  }

  private draw(): void {
    this.room.panes.forEach((pane) => this.drawIn(pane));
  }

  private drawIn(pane: RoomPane): void {
    const { matrix } = pane.stage;
    const seen = matrix === null ? null : shownPlane(pane);
    const toStage = (point: Point) => (matrix === null ? point : apply(matrix, point));
    this.overlayOf(pane)?.replaceChildren(...(seen === null ? [] : [...this.lineIn(pane, seen, toStage), ...this.crossIn(seen, toStage)]));
  }

  private *lineIn(pane: RoomPane, seen: ImagePlane, toStage: (point: Point) => Point): Generator<Node> {
    const { active } = this.room;
    const cut = !this.areOn || pane === active ? null : shownPlane(active);
    const line = cut === null ? null : cutLine(cut, seen);
    if (line !== null) {
      const [a, b] = line.map(toStage);
      yield makeSvg("line", { class: "reference-line", x1: a?.x ?? 0, y1: a?.y ?? 0, x2: b?.x ?? 0, y2: b?.y ?? 0 });
    }
  }

  private *crossIn(seen: ImagePlane, toStage: (point: Point) => Point): Generator<Node> {
    if (this.pointed === null || this.pointed.frameOfReferenceUid !== seen.frameOfReferenceUid) {
      return;
    }
    const at = toPicture(seen, this.pointed.place);
    if (Math.abs(at.distanceMm) <= CROSS_REACH_MM) {
      const { x, y } = toStage(at);
      yield makeSvg("path", { class: "reference-cross", d: `M${x - 16} ${y}h12M${x + 4} ${y}h12M${x} ${y - 16}v12M${x} ${y + 4}v12` });
    }
  }
}

/** What became of a place that was pointed at. */
export type Jump = "unplaced" | "alone" | "done";

/** Points at a place, and brings all other series of the same frame of reference there. */
export class PlaceHand implements StageTool {
  readonly takesKeys = true;
  /** While the button is down, every place counts; the answer is told at the end. */
  private jump: Jump = "unplaced";

  constructor(
    private readonly room: Room,
    private readonly pane: RoomPane,
    private readonly lines: ReferenceLines,
    private readonly onDone: (jump: Jump) => void,
  ) {}

  down(at: Point): void {
    this.go(at);
  }

  move(at: Point): void {
    this.go(at);
  }

  up(): void {
    this.onDone(this.jump);
  }

  cancel(): void {
    this.lines.point(null);
  }

  private go(at: Point): void {
    const plane = shownPlane(this.pane);
    const point = this.pane.stage.toPicture(at);
    if (plane === null || point === null) {
      this.jump = "unplaced";
      return;
    }
    const place = toPatient(plane, point);
    const others = this.room.panes.filter((pane) => pane !== this.pane && pane.content === null);
    const reached = others.filter((pane) => jumpTo(pane, place, plane.frameOfReferenceUid));
    this.jump = reached.length > 0 ? "done" : "alone";
    this.lines.point(place, plane.frameOfReferenceUid);
  }
}

function jumpTo({ pane }: RoomPane, place: Triple, frameOfReferenceUid: string): boolean {
  const frame = pane.index === null ? null : frameAt(place, detailsOf(pane.index).map(planeOf), frameOfReferenceUid);
  if (frame !== null && frame !== pane.frame) {
    pane.go(frame);
  }
  return frame !== null;
}
