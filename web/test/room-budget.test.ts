/** What the reading room loads, and that it takes nothing from the patient's first picture. */

import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build, type Rollup } from "vite";
import { beforeAll, expect, it } from "vitest";

/** What comes when a study opens: the room, full quality and the features, without what a first use brings. */
const OPENED_BYTES_MAX = 92 * 1024;
const ENTRY_BYTES_MAX = 50 * 1024;

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

it("what comes when a study opens stays within its budget", () => {
  const opened = chunks.filter(({ isEntry, name, facadeModuleId }) => isEntry || name === "full-series" || name === "wheel" || facadeModuleId?.endsWith("/feature.ts") === true);
  expect(opened.length).toBeGreaterThan(2);
  expect(gzipped(opened)).toBeLessThanOrEqual(OPENED_BYTES_MAX);
});
