import { expect, it } from "vitest";
import { windowText, windowUnit } from "../src/tools/presets.js";
import type { Words } from "../src/words.js";

const words = { windowValues: "{c} {w}" } as Words;

it("a window has the digits that can be seen in it", () => {
  for (const [center, width, text] of [
    [40, 400, "40 400"],
    [252.495, 504.99, "252 505"],
    [-0.25, 1999.6, "0 2000"],
    [40.5, 80.5, "40.5 80.5"],
    [2.346, 8, "2.35 8"],
    [0.425, 0.85, "0.425 0.85"],
    [0.0012345, 0.0025, "0.00123 0.0025"],
    [20000.7, 65535, "20001 65535"],
  ] as const) {
    expect(windowText({ center, width }, words)).toBe(text);
  }
  expect(windowText({ center: 5, width: 0 }, words, "SUVbw")).toBe("");
});

it.each([
  ["HU", ""],
  ["US", ""],
  [null, ""],
  ["Bq/ml", "40 400 Bq/ml"],
  ["CNTS", "40 400 counts"],
])("a window of values in %s has the unit that a reader needs", (unit, text) => {
  const shown = windowUnit({ unit }, { units: { CNTS: "counts" } });
  expect(windowText({ center: 40, width: 400 }, words, shown)).toBe(text === "" ? "40 400" : text);
});
