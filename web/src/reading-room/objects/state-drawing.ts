/** What a presentation state draws over an image (PS3.3 C.10.5). */

import type { Annotations, AnnotationUnits, Pair, PresentationState, TextObject } from "../../read/presentation-state.js";
import { refersTo } from "../../read/image-reference.js";
import { apply, type Matrix, type Point } from "../../view-geometry.js";
import { curveOf } from "./curves.js";
import type { ImageOnPane } from "./plane.js";
import { shapeOf, type Label, type Shape } from "./shapes.js";
import { areaOf, turnOf } from "./state-view.js";

const COLOUR = "#ffd54f";
const ANCHORS = { LEFT: "start", CENTER: "middle", RIGHT: "end" } as const;

export function stateShapes(state: PresentationState, image: ImageOnPane): readonly Shape[] {
  const toPixels = displayToPixels(state, image);
  const toPicture = (units: AnnotationUnits, [x, y]: Pair): Point => (units === "DISPLAY" ? toPixels({ x, y }) : { x, y });
  return state.annotations
    .filter(({ images }) => images.length === 0 || refersTo(images, image))
    .flatMap((annotations) => shapesOf(annotations, toPicture));
}

function shapesOf({ graphics, texts, colour }: Annotations, toPicture: (units: AnnotationUnits, pair: Pair) => Point): readonly Shape[] {
  const drawn = graphics.map((graphic) => {
    // Circles are circles in their own units, and become ellipses with them.
    const { lines, marks, isClosed } = curveOf(graphic.type, graphic.points);
    const vector = ([x = 0, y = 0]: readonly number[]) => {
      const point = toPicture(graphic.units, [x, y]);
      return [point.x, point.y];
    };
    const curve = { lines: lines.map((line) => line.map(vector)), marks: marks.map(vector), isClosed };
    return { ...shapeOf(curve, graphic.colour ?? colour ?? COLOUR, null), isFilled: graphic.isFilled };
  });
  return [...drawn, ...texts.map((text) => textShape(text, colour ?? COLOUR, toPicture))];
}

function textShape(text: TextObject, colour: string, toPicture: (units: AnnotationUnits, pair: Pair) => Point): Shape {
  const box = text.box?.map((corner) => toPicture(text.boxUnits, corner)) ?? null;
  const anchor = text.anchor === null ? null : toPicture(text.anchorUnits, text.anchor);
  const [from, to] = [box?.[0], box?.[1]];
  const isBoxed = from !== undefined && to !== undefined;
  const lead = text.isAnchorVisible && anchor !== null && isBoxed ? [[anchor, nearestEdge(from, to, anchor)]] : [];
  const marks = text.isAnchorVisible && anchor !== null ? [anchor] : [];
  const label: Label = { text: text.text, at: from ?? anchor ?? { x: 0, y: 0 }, to: to ?? null, anchor: ANCHORS[text.justification] };
  return { lines: lead, marks, isClosed: false, isFilled: false, colour, label };
}

function nearestEdge(from: Point, to: Point, { x, y }: Point): Point {
  const between = (value: number, a: number, b: number) => Math.min(Math.max(a, b), Math.max(Math.min(a, b), value));
  return { x: between(x, from.x, to.x), y: between(y, from.y, to.y) };
}

/** From parts of the displayed area, as it stands on the screen after rotation, to picture pixels. */
function displayToPixels(state: PresentationState, image: ImageOnPane): (point: Point) => Point {
  const { from, to } = areaOf(state, image);
  const turn = turnOf(state);
  // A turn by quarters and a mirror: its transpose undoes it.
  const back: Matrix = { ...turn, b: turn.c, c: turn.b };
  const [width, height] = [to[0] - from[0], to[1] - from[1]];
  const onScreen = turn.a === 0 ? { x: height, y: width } : { x: width, y: height };
  return ({ x, y }) => {
    const away = apply(back, { x: (x - 0.5) * onScreen.x, y: (y - 0.5) * onScreen.y });
    return { x: (from[0] + to[0]) / 2 + away.x, y: (from[1] + to[1]) / 2 + away.y };
  };
}
