/**
 * What the other members have drawn, over the images. Each author has a store of their own, which no hand of this reader reaches: nothing
 * of it can be moved, undone or saved here. What a mark measures is computed here, by the calibrations that all share.
 */

import type { Annotation } from "../../tools/annotations.js";
import { makeSvg } from "../../tools/elements.js";
import type { Marks } from "../../tools/marks.js";
import { MarkStore } from "../../tools/mark-store.js";
import { isWhole, type Measured } from "../../tools/measuring/tool.js";
import { apply, type Point } from "../../view-geometry.js";
import type { Room, RoomPane } from "../feature.js";
import { inEveryPane } from "../tools/every-pane.js";
import { OTHERS_KEY_IMAGES } from "../tools/key-images.js";
import { isCalibration, type Dated } from "../tools/shared-calibrations.js";
import { roomTool } from "../tools/registry.js";
import { colourOf } from "./colours.js";
import type { Meeting } from "./meeting.js";
import { annotationOf, KEY_IMAGE } from "./own-marks.js";

const LINE_PX = 18;

export class ForeignMarks {
  /** Calibrations of others hold for all. */
  calibrations: readonly Dated[] = [];
  private readonly byAuthor = new Map<string, readonly Annotation[]>();
  private readonly texts = new WeakMap<Annotation, { readonly inputs: readonly unknown[]; readonly text: string }>();
  /** Makes marks; keeps none. */
  private readonly maker = new MarkStore(roomTool, "filmless:room-marks-of-others");

  constructor(
    private readonly room: Room,
    private readonly meeting: Meeting,
  ) {
    inEveryPane(room, (pane) => {
      const svg = makeSvg("svg", { class: "annotations foreign-marks", "aria-hidden": "true" });
      pane.stage.element.append(svg);
      pane.stage.onDraw.add(() => svg.replaceChildren(...this.drawn(pane)));
      return svg;
    });
    meeting.listen((change) => {
      if (change === "welcome" || change === "marks" || change === "members") {
        this.refresh();
      }
    });
  }

  refresh(): void {
    const { you, marks } = this.meeting;
    this.byAuthor.clear();
    const keys = new Map<string, readonly string[]>();
    const calibrations: Dated[] = [];
    for (const { id, by, mark, atMs } of marks) {
      if (mark.kind === KEY_IMAGE && by !== you) {
        keys.set(mark.image, [...(keys.get(mark.image) ?? []), this.meeting.member(by)?.name ?? ""]);
      }
      const tool = roomTool(mark.kind);
      if (by !== you && tool !== null && isWhole(tool, mark.points.length)) {
        const annotation = annotationOf(this.maker.begin(mark.kind, mark.image, []), mark);
        this.byAuthor.set(by, [...(this.byAuthor.get(by) ?? []), annotation]);
        if (isCalibration(mark)) {
          calibrations.push({ mark: annotation, atMs: atMs ?? 0, id });
        }
      }
    }
    this.calibrations = calibrations;
    OTHERS_KEY_IMAGES.set(keys);
    this.room.panes.forEach(({ stage }) => stage.redraw());
  }

  private *drawn({ stage, marks }: RoomPane): Generator<Node> {
    const { matrix } = stage;
    const { image } = marks;
    if (matrix === null || image === null) {
      return;
    }
    for (const [author, all] of this.byAuthor) {
      const here = all.filter((mark) => mark.image === image);
      if (here.length > 0) {
        const group = makeSvg("g", { "data-author": author });
        group.style.setProperty("--author", colourOf(author, this.meeting.members));
        const name = this.meeting.member(author)?.name ?? "";
        here.forEach((mark) => group.append(...this.drawnMark(mark, marks, name, (point) => apply(matrix, point))));
        yield group;
      }
    }
  }

  private *drawnMark(mark: Annotation, marks: Marks, name: string, toStage: (point: Point) => Point): Generator<Node> {
    const tool = roomTool(mark.kind);
    const points = mark.points.map(toStage);
    const end = points[points.length - 1];
    if (tool === null || end === undefined) {
      return;
    }
    const measured = marks.measured(mark);
    yield* tool.draw(points, { ...measured, points: mark.points, toStage });
    // Ends that no hand takes hold of; of a point they are all there is to see.
    for (const { x, y } of tool.more === "trace" ? [] : points) {
      yield makeSvg("circle", { class: "mark", cx: x, cy: y, r: 3 });
    }
    const isKnown = marks.subject !== null || marks.pane.full !== null;
    const result = isKnown ? this.resultOf(mark, measured) : "";
    const text = tool.beside?.(result) ?? result;
    yield label(end, marks.pane.stage.size, [...(text === "" ? [] : text.split(" · ")), name]);
  }

  /** Large regions have many values, and drawing asks again and again. */
  private resultOf(mark: Annotation, measured: Measured): string {
    const inputs = [measured.details, measured.values];
    const known = this.texts.get(mark);
    if (known !== undefined && known.inputs.every((input, place) => input === inputs[place])) {
      return known.text;
    }
    const text = roomTool(mark.kind)?.result(mark.points, measured) ?? "";
    this.texts.set(mark, { inputs, text });
    return text;
  }
}

function label({ x, y }: Point, { width, height }: { readonly width: number; readonly height: number }, lines: readonly string[]): Node {
  const isRight = x > width * 0.55;
  const top = Math.min(height - LINE_PX * lines.length, Math.max(LINE_PX, y - 10));
  return makeSvg(
    "text",
    { class: "mark-label", "text-anchor": isRight ? "end" : "start" },
    ...lines.map((line, place) => makeSvg("tspan", { x: isRight ? x - 10 : x + 10, y: top + place * LINE_PX, class: place === lines.length - 1 ? "author" : "" }, line)),
  );
}
