/** The grid of the reading room, what undo goes back to, and where a reload returns. */

import { describe, expect, it } from "vitest";
import { History } from "../src/reading-room/history.js";
import { carryOver, following, gridFor, gridOf, memoryShare, neighbour } from "../src/reading-room/layout.js";
import { currentPlace } from "../src/reading-room/place.js";

it.each([
  [1, 1, 1],
  [2, 1, 2],
  [3, 1, 3],
  [4, 2, 2],
  [5, 2, 3],
  [6, 2, 3],
  [7, 3, 3],
  [40, 3, 3],
])("%d series hang in %d × %d panes", (series, rows, columns) => {
  expect(gridFor(series)).toEqual({ rows, columns });
});

it.each([
  [0, 0, 1, 1],
  [9, 9, 3, 4],
  [Number.NaN, 2, 1, 2],
  [2.4, 1, 2, 1],
])("%d × %d panes become %d × %d", (rows, columns, toRows, toColumns) => {
  expect(gridOf(rows, columns)).toEqual({ rows: toRows, columns: toColumns });
});

describe("a new grid", () => {
  it.each([
    ["grows", 2, { rows: 2, columns: 2 }, 0, [0, 1, null, null]],
    ["shrinks and keeps the first", 4, { rows: 1, columns: 2 }, 1, [0, 1]],
    ["shrinks and keeps the active one", 9, { rows: 1, columns: 2 }, 7, [0, 7]],
    ["becomes one pane, the active one", 4, { rows: 1, columns: 1 }, 2, [2]],
  ])("%s", (_, before, to, active, expected) => {
    expect(carryOver(before, to, active)).toEqual(expected);
  });
});

it.each([
  [0, "right", 1],
  [0, "left", 0],
  [0, "down", 3],
  [2, "right", 2],
  [4, "up", 1],
  [4, "left", 3],
  [5, "down", 5],
] as const)("from pane %d of 2 × 3 it is %s to pane %d", (place, direction, expected) => {
  expect(neighbour({ rows: 2, columns: 3 }, place, direction)).toBe(expected);
});

it("the next pane after the last is the first", () => {
  const grid = { rows: 2, columns: 2 };
  expect([following(grid, 3, 1), following(grid, 0, -1), following(grid, 1, 1)]).toEqual([0, 3, 2]);
});

it("panes share the memory of one series", () => {
  expect([0, 1, 4].map(memoryShare)).toEqual([1, 1, 0.25]);
});

describe("the past", () => {
  it("is undone and redone step by step", () => {
    const past = new History<number>(Object.is);
    [1, 2, 3].forEach((state) => past.record(state));
    expect([past.undo(), past.undo(), past.undo()]).toEqual([2, 1, null]);
    expect([past.redo(), past.redo(), past.redo()]).toEqual([2, 3, null]);
  });

  it("forgets what was undone once something else is done", () => {
    const past = new History<number>(Object.is);
    [1, 2, 3].forEach((state) => past.record(state));
    past.undo();
    past.record(4);
    expect(past.canRedo).toBe(false);
    expect([past.undo(), past.undo(), past.undo()]).toEqual([2, 1, null]);
  });

  it("does not count the same state twice, and ends after 100 steps", () => {
    const past = new History<number>(Object.is);
    past.record(1);
    past.record(1);
    expect(past.canUndo).toBe(false);
    Array.from({ length: 200 }, (_, state) => past.record(state + 2));
    let steps = 0;
    while (past.undo() !== null) {
      steps += 1;
    }
    expect(steps).toBe(99);
  });
});

describe("the place of a reader", () => {
  const pane = { studyUid: "1.2", seriesInstanceUid: "1.2.3", frame: 7 };

  it("comes back from the history as it was", () => {
    const room = { grid: { rows: 1, columns: 2 }, active: 1, enlarged: 0, panes: [pane, null], rule: "CT and MR" };
    expect(currentPlace({ other: 1, room })).toEqual(room);
  });

  it.each([
    ["nothing", null],
    ["the place of the study page", { seriesInstanceUid: "1.2.3", frame: 4 }],
    ["a grid without sides", { room: { grid: {}, panes: [] } }],
    ["panes that are no list", { room: { grid: { rows: 1, columns: 1 }, panes: "1.2" } }],
  ])("is not taken from %s", (_, state) => {
    expect(currentPlace(state)).toBeNull();
  });

  it("stays within the grid, whatever else is there", () => {
    const room = { grid: { rows: 1, columns: 2 }, active: 9, enlarged: -1, panes: [{ ...pane, frame: "2" }, { studyUid: 4 }, pane] };
    expect(currentPlace({ room })).toEqual({ grid: { rows: 1, columns: 2 }, active: 0, enlarged: null, panes: [{ ...pane, frame: null }, null], rule: "" });
  });
});
