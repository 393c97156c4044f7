/** How studies hang in the reading room. */

import { describe, expect, it } from "vitest";
import { viewsOf } from "../src/reading-room/hanging/items.js";
import { hang, pairOf, placeForPrior, withPrior, type Hangable } from "../src/reading-room/hanging/match.js";
import { RULES } from "../src/reading-room/hanging/rules.js";
import type { SeriesIndex } from "../src/read/series-index.js";

function item(label: string, modality: string, more: Partial<Hangable> = {}): Hangable {
  return { seriesInstanceUid: label, frame: null, label, modality, frames: 1, bodyPart: "", laterality: "", view: "", ...more };
}

const view = (laterality: string, position: string) => item(`${laterality} ${position}`, "MG", { laterality, view: position });
const hung = (items: readonly Hangable[], title = "") => {
  const { rule, grid, cells } = hang(items, title, RULES);
  return { rule, grid: [grid.rows, grid.columns], cells: cells.map((cell) => cell?.label ?? null) };
};

describe("mammography", () => {
  const FOUR = [view("L", "MLO"), view("R", "MLO"), view("L", "CC"), view("R", "CC")];

  it("hangs RCC, LCC above RMLO, LMLO, in whatever order they come", () => {
    const expected = { rule: "mammography", grid: [2, 2], cells: ["R CC", "L CC", "R MLO", "L MLO"] };
    expect(hung(FOUR)).toEqual(expected);
    expect(hung([...FOUR].reverse())).toEqual(expected);
  });

  it("keeps the place of a view that is missing empty", () => {
    expect(hung(FOUR.filter(({ label }) => label !== "L CC")).cells).toEqual(["R CC", null, "R MLO", "L MLO"]);
  });

  it("never shows one side in the other's place", () => {
    expect(hung([view("R", "CC"), view("R", "MLO")]).cells).toEqual(["R CC", null, "R MLO", null]);
  });

  it("hangs as any X-ray if no view is known", () => {
    expect(hung([item("a", "MG"), item("b", "MG")])).toEqual({ rule: "everything else", grid: [1, 2], cells: ["a", "b"] });
  });
});

describe("a chest", () => {
  it.each([
    ["by view position", [item("Chest", "DX", { view: "LL" }), item("Chest", "DX", { view: "PA" })]],
    ["by name", [item("Lateral", "CR"), item("PA", "CR")]],
    ["by Vietnamese name", [item("Ngực nghiêng", "DX"), item("Ngực thẳng", "DX")]],
  ])("hangs PA beside lateral, told %s", (_, items) => {
    const { rule, cells } = hang(items, "Chụp X-quang ngực", RULES);
    expect(rule).toBe("chest, two views");
    expect(cells).toEqual([items[1], items[0]]);
  });

  it("of one view fills the room", () => {
    expect(hung([item("Chest PA", "DX", { view: "PA" })])).toEqual({ rule: "X-ray", grid: [1, 1], cells: ["Chest PA"] });
  });

  it("is none if the title is of a knee", () => {
    expect(hung([item("AP", "DX", { view: "AP" }), item("LAT", "DX", { view: "LAT" })], "Chụp khớp gối").rule).toBe("X-ray");
  });
});

it.each([
  ["a CT with one series", [item("A", "CT")], "CT and MR", [1, 1]],
  ["an MR with three", ["A", "B", "C"].map((label) => item(label, "MR")), "CT and MR", [1, 3]],
  ["an MR with nine, of which the strip has the rest", Array.from({ length: 9 }, (_, n) => item(String(n), "MR")), "CT and MR", [2, 2]],
  ["an echocardiography", Array.from({ length: 12 }, (_, n) => item(String(n), "US")), "echocardiography and ultrasound", [2, 2]],
  ["an angiography", Array.from({ length: 7 }, (_, n) => item(String(n), "XA")), "angiography", [1, 2]],
  ["something unheard of", [item("A", "XX"), item("B", "XX")], "everything else", [1, 2]],
])("%s hangs by its rule", (_, items, rule, grid) => {
  expect(hung(items)).toMatchObject({ rule, grid });
});

it("the main series decides: a scout or a picture of another kind does not", () => {
  expect(hung([item("Lung", "CT"), item("Chest", "DX")])).toEqual({ rule: "CT and MR", grid: [1, 2], cells: ["Lung", "Chest"] });
});

it("a study without pictures leaves one empty pane", () => {
  expect(hung([])).toEqual({ rule: "", grid: [1, 1], cells: [null] });
});

it("every rule can be read: its expressions, its grid, and where its prior goes", () => {
  for (const { name, when, cells = [], grid, fill, prior } of RULES) {
    for (const pattern of [when, ...cells].flatMap((condition) => Object.values(condition))) {
      expect(() => new RegExp(pattern, "iu"), `${name}: ${pattern}`).not.toThrow();
    }
    expect(["below", "beside"], name).toContain(prior);
    expect(cells.length === 0 ? fill : (grid?.[0] ?? 0) * (grid?.[1] ?? 0), name).toBe(cells.length === 0 ? fill : cells.length);
    expect(cells.length > 0 || (fill ?? 0) > 0, name).toBe(true);
  }
  expect(RULES.at(-1)?.when, "the last rule fits everything").toEqual({});
});

describe("a prior", () => {
  it("pairs the same side and view", () => {
    const prior = [view("L", "CC"), view("R", "MLO"), view("R", "CC")];
    expect(pairOf(view("R", "CC"), prior)?.label).toBe("R CC");
    expect(pairOf(view("L", "CC"), prior)?.label).toBe("L CC");
  });

  it("is never of the other side, nor of another kind", () => {
    expect(pairOf(view("L", "MLO"), [view("R", "MLO")])).toBeNull();
    expect(pairOf(item("Lung", "CT"), [item("Lung", "MR")])).toBeNull();
  });

  it("prefers the same name, then the same length", () => {
    const prior = [item("Bone", "CT", { frames: 300 }), item("Lung", "CT", { frames: 80 }), item("Soft", "CT", { frames: 290 })];
    expect(pairOf(item("Lung", "CT", { frames: 300 }), prior)?.label).toBe("Lung");
    expect(pairOf(item("Liver", "CT", { frames: 291 }), prior)?.label).toBe("Soft");
  });

  it("hangs below all four views of a mammography", () => {
    const present = [view("R", "CC"), view("L", "CC"), view("R", "MLO"), view("L", "MLO")];
    const plan = withPrior(present, present[0] ?? view("R", "CC"), [view("L", "CC"), view("R", "CC"), view("L", "MLO")], placeForPrior("mammography", RULES));
    expect(plan.grid).toEqual({ rows: 2, columns: 4 });
    expect(plan.prior.map((one) => one?.label ?? null)).toEqual(["R CC", "L CC", null, "L MLO"]);
  });

  it("hangs beside the active series of a CT", () => {
    const [lung, bone] = [item("Lung", "CT"), item("Bone", "CT")];
    const plan = withPrior([lung, bone], bone, [item("Bone", "CT", { seriesInstanceUid: "old" })], placeForPrior("CT and MR", RULES));
    expect(plan.grid).toEqual({ rows: 1, columns: 2 });
    expect([plan.present[0], plan.prior[0]?.seriesInstanceUid]).toEqual([bone, "old"]);
  });
});

describe("the views of a series", () => {
  const series = { seriesInstanceUid: "1.2", label: "Breast", modality: "MG", frames: 4, posterUrl: null, thumbsUrl: null };
  const index = (...views: readonly (readonly [string, string])[]) =>
    ({ modality: "MG", frames: views.map(([laterality, view_position]) => ({ raw: { laterality, view_position } })) }) as unknown as SeriesIndex;

  it("are one for each side and position, at the first frame that shows it", () => {
    const views = viewsOf(series, index(["R", "CC"], ["L", "CC"], ["L", "CC"], ["R", "MLO"]));
    expect(views.map(({ laterality, view, frame }) => [laterality, view, frame])).toEqual([["R", "CC", 0], ["L", "CC", 1], ["R", "MLO", 3]]);
  });

  it("are the series as a whole if its index cannot be had, or its modality has none", () => {
    expect(viewsOf(series, null)).toMatchObject([{ frame: null, laterality: "", view: "" }]);
    expect(viewsOf({ ...series, modality: "CT" }, index(["R", "CC"], ["L", "CC"]))).toHaveLength(1);
  });
});
