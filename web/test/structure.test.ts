/** How the sources depend on each other. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../src");

const sources = new Map(
  readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => [name, readFileSync(join(SRC, name), "utf8")]),
);

/** The files that a file imports: values and types, statically and on demand. */
function importsOf(name: string, text: string): readonly string[] {
  const named = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)"(\.[^"?]+)"/g)].map(([, path = ""]) => path);
  return named.map((path) => normalize(join(dirname(name), path)).replace(/\.js$/, ".ts"));
}

/** Each circle, once. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]) => {
    if (way.includes(name)) {
      circles.push([...way.slice(way.indexOf(name)), name].join(" → "));
    } else if (!done.has(name)) {
      graph.get(name)?.forEach((next) => visit(next, [...way, name]));
      done.add(name);
    }
  };
  [...graph.keys()].forEach((name) => visit(name, []));
  return circles;
}

const graph = new Map([...sources].map(([name, text]) => [name, importsOf(name, text)]));

/** Lines that match outside the files where they may. */
function linesThatSay(what: RegExp, mayBeIn: (name: string) => boolean): readonly string[] {
  return [...sources]
    .filter(([name]) => !mayBeIn(name))
    .flatMap(([name, text]) => text.split("\n").filter((line) => what.test(line)).map((line) => `${name}: ${line.trim()}`));
}

it("a circle of files is found, whatever kind of import closes it", () => {
  const files = { "a.ts": 'import type { B } from "./b/b.js";', "b/b.ts": 'export { c } from "../c.js";', "c.ts": 'void import("./a.js");' };
  expect(circlesOf(new Map(Object.entries(files).map(([name, text]) => [name, importsOf(name, text)])))).toEqual(["a.ts → b/b.ts → c.ts → a.ts"]);
});

it("no file imports itself by way of others", () => {
  const missing = [...graph].flatMap(([name, imports]) => imports.filter((path) => path.endsWith(".ts") && !sources.has(path)).map((path) => `${name}: ${path}`));
  expect(missing, "every import is found, so that none is overlooked").toEqual([]);
  expect(circlesOf(graph)).toEqual([]);
});

it("JSON of others is read in one place", () => {
  const isReader = (name: string) => name.startsWith("read/");
  expect(linesThatSay(/from "[./]*read\/json\.js"|\.raw\b|\{ raw\b|\["[a-z]+_[a-z_]+"\]|\.[a-z]+_[a-z_]+\b(?!\w*\()/, isReader)).toEqual([]);
  // What the viewer stores in the browser is read where it is written.
  expect(linesThatSay(/JSON\.parse\(/, (name) => isReader(name) || name === "tools/mark-store.ts")).toEqual([]);
});

it("only the link asks the server for anything, and others know it by one file, and by those that come with full quality, with the reading room and with a member's pages", () => {
  const isLink = (name: string) => name.startsWith("link/");
  // Machine code and character maps belong to the program, not to the study.
  const isProgram = (name: string) => name === "full/decoder-pool.ts" || name === "documents/pdf-data.ts";
  // A program of its own: it stands between OHIF and the server, and passes on what OHIF asks for.
  const isWorker = (name: string) => name.startsWith("ohif/");
  expect(linesThatSay(/\bfetch\(|XMLHttpRequest|sendBeacon|new WebSocket/, (name) => isLink(name) || isProgram(name) || isWorker(name)).filter((line) => !line.includes("async fetch("))).toEqual([]);
  const inside = [...graph].filter(([name]) => !isLink(name) && !isWorker(name)).flatMap(([name, imports]) => imports.filter((path) => isLink(path) && !["link/link.ts", "link/full-lane.ts", "link/metadata.ts", "link/segmentation-bits.ts", "link/marks.ts", "link/consultation-link.ts", "link/member-watch.ts"].includes(path)).map((path) => `${name}: ${path}`));
  expect(inside).toEqual([]);
  const outside = [...graph].filter(([name]) => isLink(name)).flatMap(([, imports]) => imports).filter((path) => !/^(link|read)\/|^bounded-frames/.test(path));
  expect(outside, "it knows no picture, page or tool").toEqual([]);
});
