import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrameValues } from "../src/full/frame-values.js";
import { frameDetails } from "../src/read/frame-details.js";
import { MarkStore } from "../src/tools/mark-store.js";
import { pointsOf, strokeAt, type Measured } from "../src/tools/measuring/tool.js";
import { HAND_TOOLS, measuringTool, MEASURING_TOOLS } from "../src/tools/registry.js";
import type { Words } from "../src/words.js";

const words = { units: { "counts/s": "xung/giây" }, uncalibrated: "chưa hiệu chuẩn", noValue: "không có giá trị" } as unknown as Words;

/** 10 × 10 pixels of 1 mm. Each has its column as value. */
function measured(language: Measured["language"], raw: object = { spacing: { row_mm: 1, column_mm: 1 }, rescale: { slope: 1, intercept: 0, unit: "HU" } }): Measured {
  const details = frameDetails({ raw, rows: 10, columns: 10, aspect: 1 });
  const samples = Uint8Array.from({ length: 100 }, (_, place) => place % 10);
  return { details, values: new FrameValues(details, { columns: 10, rows: 10, channels: 1, samples }, []), words, language };
}

const at = (x: number, y: number) => ({ x, y });

describe("the tools", () => {
  it("have each a name, a symbol and words in both languages of their own", () => {
    const names = [...HAND_TOOLS, ...MEASURING_TOOLS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const icons = [...HAND_TOOLS, ...MEASURING_TOOLS].map(({ icon }) => icon);
    expect(new Set(icons).size).toBe(icons.length);
    for (const tool of MEASURING_TOOLS) {
      const [vi, en] = [tool.label("vi", null), tool.label("en", null)];
      expect([vi, en], tool.name).not.toContain("");
      expect(vi, tool.name).not.toBe(en);
    }
  });

  it.each([
    ["length", [at(1, 1), at(4, 5)], "Dài 5.00 mm", "Length 5.00 mm"],
    ["angle", [at(9, 0), at(0, 0), at(0, 9)], "Góc 90.0°", "Angle 90.0°"],
    ["ellipse", [at(3, 3), at(5, 5)], "TB 3.50 HU · ĐLC 0.50 · 3 đến 4 · 3.14 mm²", "Mean 3.50 HU · SD 0.50 · 3 to 4 · 3.14 mm²"],
    ["probe", [at(7.5, 2.5)], "7 HU (cột 8, hàng 3)", "7 HU (column 8, row 3)"],
  ] as const)("%s says what was measured in the language of the page", (name, points, vi, en) => {
    const tool = measuringTool(name);
    expect(points.length).toBe(tool === null ? 0 : pointsOf(tool));
    expect(tool?.result(points, measured("vi"))).toBe(vi);
    expect(tool?.result(points, measured("en"))).toBe(en);
  });

  it("say with the page's words what a length is not, and which unit is one", () => {
    expect(measuringTool("length")?.result([at(0, 0), at(3, 4)], measured("vi", {}))).toBe("Dài 5.00 px (chưa hiệu chuẩn)");
    const counts = measured("vi", { rescale: { slope: 1, intercept: 0, unit: "counts/s" } });
    const probe = measuringTool("probe");
    expect(probe?.result([at(7, 0)], counts)).toBe("7 xung/giây (cột 8, hàng 1)");
    expect(probe?.beside?.("7 xung/giây (cột 8, hàng 1)")).toBe("7 xung/giây");
    expect(probe?.result([at(70, 0)], counts)).toBe("không có giá trị (cột 71, hàng 1)");
    expect([counts, measured("vi")].map(({ details }) => probe?.label("vi", details))).toEqual(["Đo giá trị", "Đo HU"]);
  });

  it("are drawn stroke by stroke: an angle takes a drag and one more point", () => {
    const angle = measuringTool("angle");
    expect([0, 1, 2, 3].map((place) => (angle === null ? null : strokeAt(angle, place)))).toEqual([2, 2, 1, null]);
  });
});

describe("what was measured", () => {
  let kept: Map<string, string>;

  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("outlives a reload, but for what no tool of this page can have drawn", () => {
    const store = new MarkStore(measuringTool);
    store.add(store.begin("length", "a", [at(0, 0), at(1, 1)]));
    const [mark] = JSON.parse(kept.get("filmless:marks") ?? "[]") as object[];
    const strange = [{ kind: "volume" }, { points: [at(0, 0)] }, { points: [at(0, 0), at(1, Number.NaN)] }, { image: 1 }];
    kept.set("filmless:marks", JSON.stringify([mark, ...strange.map((change) => ({ ...mark, ...change }))]));
    expect(new MarkStore(measuringTool).of("a").map(({ kind, points }) => [kind, points])).toEqual([["length", [at(0, 0), at(1, 1)]]]);
  });

  it("is one value to an image, and as many lengths as are drawn", () => {
    const store = new MarkStore(measuringTool);
    for (const x of [1, 2]) {
      store.add(store.begin("probe", "a", [at(x, 0)]));
      store.add(store.begin("length", "a", [at(x, 0), at(x, 5)]));
    }
    expect(store.of("a").map(({ kind, points }) => [kind, points[0]?.x])).toEqual([["length", 1], ["probe", 2], ["length", 2]]);
  });
});
