/** What the reading room loads, and that it takes nothing from the patient's first picture. */

import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build, type Rollup } from "vite";
import { beforeAll, expect, it } from "vitest";

/** What is fetched when a study opens, before a reader uses anything. All others come with a first use. */
const OPENED = ["read", "full-series", "wheel"];
const OPENED_BYTES_MAX = 60 * 1024;
const ENTRY_BYTES_MAX = 48 * 1024;

let chunks: readonly Rollup.OutputChunk[] = [];

beforeAll(async () => {
  const built = (await build({ configFile: join(import.meta.dirname, "../vite.read.config.ts"), logLevel: "silent", build: { write: false } })) as Rollup.RollupOutput;
  chunks = built.output.filter((file): file is Rollup.OutputChunk => file.type === "chunk");
}, 240_000);

const gzipped = (found: readonly Rollup.OutputChunk[]) => found.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);

it("the entry is one script", () => {
  const entries = chunks.filter(({ isEntry }) => isEntry);
  expect(entries.map(({ name }) => name)).toEqual(["read"]);
  expect(entries[0]?.imports).toEqual([]);
  expect(gzipped(entries)).toBeLessThanOrEqual(ENTRY_BYTES_MAX);
});

/** A script, and all that it imports. */
function withImports(chunk: Rollup.OutputChunk, found = new Set<Rollup.OutputChunk>()): ReadonlySet<Rollup.OutputChunk> {
  found.add(chunk);
  chunks.filter((other) => chunk.imports.includes(other.fileName) && !found.has(other)).forEach((other) => withImports(other, found));
  return found;
}

it("all that comes when a study opens stays within its budget", () => {
  const opened = OPENED.map((wanted) => chunks.filter(({ name }) => name === wanted));
  expect(opened.map((found) => found.length), String(OPENED)).toEqual(OPENED.map(() => 1));
  const all = new Set(opened.flat().flatMap((chunk) => [...withImports(chunk)]));
  expect(gzipped([...all])).toBeLessThanOrEqual(OPENED_BYTES_MAX);
});

it.each(["measuring", "links", "sliders", "fusion", "objects", "panel", "dialogs", "export", "save-dialog", "consultation"])("the script %s comes with its first use", (wanted) => {
  const [entry] = chunks.filter(({ isEntry }) => isEntry);
  const [late] = chunks.filter(({ name }) => name === wanted);
  expect(late).toBeDefined();
  expect(entry?.dynamicImports).toContain(late?.fileName);
});
