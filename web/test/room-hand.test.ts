/** Measuring by hand in the reading room: drags and clicks. */

import { beforeEach, describe, expect, it } from "vitest";
import { RoomHand } from "../src/reading-room/tools/room-hand.js";
import { roomTool } from "../src/reading-room/tools/registry.js";
import type { Annotation } from "../src/tools/annotations.js";
import { MarkStore } from "../src/tools/mark-store.js";
import type { Marks } from "../src/tools/marks.js";
import { isWhole } from "../src/tools/measuring/tool.js";

/** As `Marks`, over an image whose pixels are those of the screen. */
class Drawn {
  draft: Annotation | null = null;
  readonly store = new MarkStore(roomTool, "test-hand");
  private readonly listeners = new Set<(event: object) => void>();
  readonly pane = {
    stage: {
      matrix: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 },
      toPicture: (at: object) => at,
      element: { addEventListener: (_: string, listener: (event: object) => void) => this.listeners.add(listener), removeEventListener: (_: string, listener: (event: object) => void) => this.listeners.delete(listener), getBoundingClientRect: () => ({ left: 0, top: 0 }) },
    },
  };

  begin(kind: string, points: Annotation["points"]) {
    return (this.draft = this.store.begin(kind, "image", points));
  }
  finish() {
    if (this.draft !== null && this.isWhole(this.draft)) {
      this.store.add(this.draft);
      this.draft = null;
    }
  }
  isWhole({ kind, points }: Annotation) {
    const tool = roomTool(kind);
    return tool !== null && isWhole(tool, points.length);
  }
  drop() {
    this.draft = null;
  }
  changed() {}
  measured() {
    return {};
  }
  resultOf() {
    return "";
  }
  handleAt() {
    return null;
  }
  hover(x: number, y: number) {
    this.listeners.forEach((listener) => listener({ pointerType: "mouse", buttons: 0, clientX: x, clientY: y }));
  }
}

describe("measuring by hand", () => {
  let drawn: Drawn;
  let hand: RoomHand;
  const take = (name: string) => {
    drawn = new Drawn();
    hand = new RoomHand(drawn as unknown as Marks, roomTool(name) as never, { ask: () => Promise.resolve(null), onMeasured: () => undefined });
  };
  const click = (x: number, y: number) => {
    hand.down({ x, y });
    hand.up();
  };
  const drag = (from: readonly [number, number], to: readonly [number, number]) => {
    hand.down({ x: from[0], y: from[1] });
    hand.move({ x: to[0], y: to[1] }, { x: to[0] - from[0], y: to[1] - from[1] });
    hand.up();
  };
  const points = () => drawn.store.all.map((mark) => mark.points.map(({ x, y }) => [x, y]));
  beforeEach(() => take("length"));

  it.each<readonly [string, string, () => void, readonly (readonly [number, number])[]]>([
    ["a length by a drag", "length", () => drag([1, 2], [30, 40]), [[1, 2], [30, 40]]],
    ["a length by two clicks", "length", () => [click(1, 2), click(30, 40)], [[1, 2], [30, 40]]],
    ["an angle by three clicks", "angle", () => [click(0, 0), click(0, 50), click(50, 50)], [[0, 0], [0, 50], [50, 50]]],
    ["an angle by a drag and a click", "angle", () => [drag([0, 0], [0, 50]), click(50, 50)], [[0, 0], [0, 50], [50, 50]]],
    ["a Cobb angle by four clicks", "cobb", () => [click(0, 0), click(50, 5), click(0, 90), click(50, 80)], [[0, 0], [50, 5], [0, 90], [50, 80]]],
    ["an ellipse by two clicks", "ellipse", () => [click(5, 5), click(25, 15)], [[5, 5], [25, 15]]],
    ["a click that becomes a drag at its end", "length", () => [click(1, 2), drag([20, 20], [30, 40])], [[1, 2], [30, 40]]],
  ])("draws %s", (_, name, draw, expected) => {
    take(name);
    draw();
    expect(points()).toEqual([expected]);
    expect(drawn.draft).toBeNull();
  });

  it("shows the line under the mouse between two clicks, and none after another tool was taken", () => {
    click(1, 2);
    drawn.hover(20, 30);
    expect(drawn.draft?.points).toEqual([{ x: 1, y: 2 }, { x: 20, y: 30 }]);
    drawn.drop();
    drawn.hover(40, 40);
    click(50, 50);
    expect(drawn.draft?.points).toEqual([{ x: 50, y: 50 }, { x: 50, y: 50 }]);
    expect(points()).toEqual([]);
  });

  it("drops what two clicks at one place began, and a click of an outline", () => {
    click(1, 2);
    click(2, 2);
    expect([drawn.draft, points()]).toEqual([null, []]);
    take("freehand");
    click(1, 2);
    expect([drawn.draft, points()]).toEqual([null, []]);
  });
});
