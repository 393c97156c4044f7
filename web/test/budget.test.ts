/** What must load before the first picture stays small; everything else loads when wanted. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { beforeAll, expect, it } from "vitest";

const ENTRY_BYTES_MAX = 15 * 1024;
const TOOLS_BYTES_MAX = 40 * 1024;

const files = new Map<string, string>();

beforeAll(async () => {
  const built = await build({ logLevel: "silent", build: { write: false } });
  for (const { output } of Array.isArray(built) ? built : [built as Exclude<typeof built, { close(): unknown }>]) {
    for (const file of output) {
      files.set(file.fileName, String(file.type === "chunk" ? file.code : file.source));
    }
  }
}, 120_000);

function named(stem: string): readonly [string, string] {
  const found = [...files].find(([name]) => name.startsWith(`${stem}-`) && name.endsWith(".js"));
  if (found === undefined) {
    throw new Error(`there is no script ${stem}`);
  }
  return found;
}

function gzipped(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

it("the entry is at most 15 KB and brings nothing else with it", () => {
  const [, code] = named("viewer");
  expect(gzipped(code)).toBeLessThanOrEqual(ENTRY_BYTES_MAX);
  expect(code).not.toMatch(/^import[^(]|[;}]import[{"'*]/);
  for (const late of ["full-series", "tools", "documents"]) {
    expect(code).toContain(named(late)[0]);
  }
});

it("full quality and the tools without codecs are at most 40 KB", () => {
  const codes = ["full-series", "tools", "elements"].map((stem) => named(stem)[1]);
  expect(codes.reduce((sum, code) => sum + gzipped(code), 0)).toBeLessThanOrEqual(TOOLS_BYTES_MAX);
});

it.each([
  ["style", 3 * 1024, "what a patient's first page needs"],
  ["study", 5 * 1024, "one study and its viewer"],
  ["console", 2 * 1024, "the console of staff"],
])("the style sheet %s is at most %d bytes: %s", (name, bytesMax) => {
  const sheet = files.get(`${name}.css`) ?? "";
  expect(sheet).not.toBe("");
  expect(gzipped(sheet)).toBeLessThanOrEqual(bytesMax);
});

it("no source writes markup or styles from texts", () => {
  const folder = join(import.meta.dirname, "../src");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".ts")) {
      expect(readFileSync(join(folder, name), "utf8"), name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|\beval\(/);
    }
  }
});
