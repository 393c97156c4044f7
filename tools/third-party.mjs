#!/usr/bin/env node
// third-party.mjs [--check]: writes THIRD-PARTY.md, or says that it is out of date. The file has one text per licence
// of what we ship, with its packages and their copyright lines. Reads `cargo metadata`, the sources that Cargo
// unpacked, web/node_modules, and tools/third-party for what no package carries.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(dirname(new URL(import.meta.url).pathname), "..");
const OUT = join(ROOT, "THIRD-PARTY.md");
// Of several licences that a package offers, we take the first in this list.
const TAKEN = ["Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause", "ISC", "Zlib", "BSL-1.0", "MIT-0", "0BSD", "CC0-1.0", "Unlicense"];
// Phrases that only one licence contains; the first match counts.
const MARKS = [
  ["Unicode-3.0", /unicode license v3/i],
  ["Apache-2.0", /apache license,?\s+version 2\.0/i],
  ["MIT-0", /permission is hereby granted, free of charge(?![^]*subject to the following)/i],
  ["MIT", /permission is hereby granted, free of charge/i],
  ["CC0-1.0", /cc0 1\.0 universal/i],
  ["Unlicense", /free and unencumbered software/i],
  ["ISC", /permission to use, copy, modify, and\/?o?r? distribute this software for any/i],
  ["BSD-3-Clause", /redistribution and use in source and binary[^]*(neither the names?|name of [^]*may not be used)/i],
  ["BSD-2-Clause", /redistribution and use in source and binary/i],
  ["Zlib", /this software is provided 'as-is'/i],
  ["IJG", /independent jpeg group/i],
];
const NOTICE = /^(licen[cs]e|copying|copyright|notice|unlicense|patents)/i;
const COPYRIGHT = /^\W*(copyright\b.*(\d{4}|\(c\)|©)|\(c\)\s|©\s|portions copyright)/i;

const read = (path) => readFileSync(path, "utf8").replaceAll("\r\n", "\n").trim();
const bare = (text) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, " ").trim();

/** The licences that we take from an SPDX expression (SPDX 2.3, annex D). */
function taken(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g);
  const rank = (ids) => Math.max(...ids.map((id) => (TAKEN.includes(id) ? TAKEN.indexOf(id) : TAKEN.length)));
  const one = () => {
    if (words[0] === "(") {
      words.shift();
      const inner = any();
      words.shift();
      return inner;
    }
    const id = words.shift();
    return words[0] === "WITH" ? [`${id} ${words.splice(0, 2).join(" ")}`] : [id];
  };
  const all = () => {
    const ids = one();
    while (words[0] === "AND") {
      words.shift();
      ids.push(...one());
    }
    return ids;
  };
  const any = () => {
    let best = all();
    while (words[0] === "OR") {
      words.shift();
      const other = all();
      best = rank(other) < rank(best) ? other : best;
    }
    return best;
  };
  return any();
}

function filesBelow(folder, depth) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return depth > 0 && !/^(tests?|fuzz|node_modules|sqlcipher)$/.test(entry.name) ? filesBelow(path, depth - 1) : [];
      }
      return NOTICE.test(entry.name) && !/\.(rs|py|js|json|png|toml|sh)$/.test(entry.name) ? [path] : [];
    });
}

/** The licence files of a folder: `{ id, name, text, copyright }`. */
function noticesOf(folder, depth) {
  const notices = filesBelow(folder, depth).map((path) => {
    const lines = read(path).split("\n");
    const isCopyright = (line) => COPYRIGHT.test(line) && !/copyright (notice|holder|owner|and related|\[)|^\W*\(c\) you must|copyright (c) <|\{yyyy\}|\[yyyy\]/i.test(line);
    const copyright = lines.filter(isCopyright).map((line) => line.replaceAll(/[*#>]/g, "").trim());
    const text = lines
      .filter((line) => !isCopyright(line) && !/^\W*all rights reserved\.?\W*$/i.test(line))
      .join("\n")
      .trim();
    const id = MARKS.find(([, mark]) => mark.test(text))?.[0];
    return { id, name: relative(folder, path), text, copyright };
  });
  // A licence that was offered and that we did not take.
  return notices.filter(({ text }) => !/gnu (lesser )?general public license/i.test(text));
}

/** The crates that the program and the functions link, without those that run only at build time. */
function crates() {
  // arm64 links nothing more.
  const options = ["metadata", "--locked", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"];
  const metadata = execFileSync("cargo", options, { cwd: ROOT, maxBuffer: 1 << 28 });
  const { packages, resolve, workspace_members: ours } = JSON.parse(metadata);
  const [byId, nodes] = [new Map(packages.map((p) => [p.id, p])), new Map(resolve.nodes.map((n) => [n.id, n]))];
  const isMacro = (p) => p.targets.some((target) => target.kind.includes("proc-macro"));
  const left = ours.filter((id) => !byId.get(id).manifest_path.startsWith(join(ROOT, "tests")));
  const seen = new Set(left);
  while (left.length > 0) {
    const linked = nodes.get(left.pop()).deps.filter(({ dep_kinds: kinds }) => kinds.some(({ kind }) => kind === null));
    for (const { pkg } of linked.filter(({ pkg }) => !seen.has(pkg) && !isMacro(byId.get(pkg)))) {
      seen.add(pkg);
      left.push(pkg);
    }
  }
  return [...seen]
    .map((id) => byId.get(id))
    .filter((p) => p.source !== null)
    .map((p) => ({
      name: `${p.name} ${p.version}`,
      license: p.license,
      authors: p.authors.map((author) => author.replace(/\s*<.*/, "")),
      // Crates that compile C include its sources and licences in folders of their own.
      notices: noticesOf(dirname(p.manifest_path), p.links === null && !p.name.endsWith("-sys") ? 0 : 4),
    }));
}

/** What is bundled for the browser. */
function modules() {
  const { dependencies } = JSON.parse(read(join(ROOT, "web/package.json")));
  return Object.keys(dependencies).map((name) => {
    const folder = join(ROOT, "web/node_modules", name);
    if (!existsSync(folder)) {
      throw new Error(`${folder} is missing: make web`);
    }
    const { version, license, author } = JSON.parse(read(join(folder, "package.json")));
    return { name: `${name} ${version}`, license, authors: author ? [author.name ?? author] : [], notices: noticesOf(folder, 0) };
  });
}

/** What no package declares: fonts, and code compiled into a module under another licence. */
function others(list = "others.json") {
  return JSON.parse(read(join(ROOT, "tools/third-party", list))).map(({ file, ...rest }) => {
    const text = file && read(join(ROOT, "tools/third-party", file));
    return { authors: [], ...rest, notices: text ? [{ id: rest.license, name: file, text, copyright: [] }] : [] };
  });
}

/** The packages inside OHIF's bundle; `web/ohif/build.mjs` fails if the bundle names one that is not in the list. */
function viewer() {
  return others("ohif.json").map(({ name, ...rest }) => ({ ...rest, name: `${name} (in OHIF)` }));
}

function document() {
  const groups = new Map();
  const add = (id, text, member) => {
    const key = id === "Apache-2.0" ? id : `${id} ${bare(text)}`;
    const group = groups.get(key) ?? { id, text, members: new Map() };
    const copyright = new Set([...(group.members.get(member.name) ?? []), ...member.copyright]);
    groups.set(key, { ...group, members: group.members.set(member.name, copyright) });
  };
  const [packages, withoutText] = [[...crates(), ...modules(), ...others(), ...viewer()], []];
  for (const { name, license, authors, notices, copyright = [] } of packages) {
    const own = notices.filter((notice) => !notice.name.includes("/"));
    const all = [...new Set([...copyright, ...own.flatMap((notice) => notice.copyright)])];
    const said = all.length > 0 ? all : authors;
    for (const id of taken(license)) {
      const plain = id.split(" ")[0];
      const found = notices.filter((notice) => notice.id === plain && plain !== "Apache-2.0");
      found.forEach(({ text }) => add(plain, text, { name, copyright: said }));
      if (plain === "Apache-2.0") {
        add(plain, read(join(ROOT, "LICENSE")), { name, copyright: said });
      } else if (found.length === 0) {
        withoutText.push({ id: plain, member: { name, copyright: said } });
      }
    }
    // Notices (Apache-2.0, 4d), grants, and licences of sources inside.
    for (const { id, name: file, text, copyright } of notices) {
      const isWithin = file.includes("/") && id !== undefined && id !== "Apache-2.0";
      if (isWithin) {
        add(id, text, { name: `${name} (${dirname(file)})`, copyright });
      } else if (id === undefined && /^(notice|patents)/i.test(file.split("/").pop()) && text !== "") {
        add(`Notice of ${name}`, [...copyright, text].join("\n"), { name, copyright: [] });
      }
    }
  }
  // A package that names its licence but includes no text gets that of the others.
  for (const { id, member } of withoutText) {
    const same = [...groups.values()].filter((group) => group.id === id).sort((a, b) => b.members.size - a.members.size);
    if (same.length === 0) {
      throw new Error(`${member.name}: no text of ${id}; put one into tools/third-party`);
    }
    add(id, same[0].text, member);
  }
  const sections = [...groups.values()].sort((a, b) => order(a).localeCompare(order(b), "en") || b.members.size - a.members.size || (bare(a.text) < bare(b.text) ? -1 : 1));
  return HEAD + sections.map(section).join("\n");
}

const order = ({ id }) => (id.startsWith("Notice") ? `zz ${id}` : id);

function section({ id, text, members }) {
  const line = ([name, copyright]) => (copyright.size > 0 ? `- ${name}: ${[...copyright].join("; ")}` : `- ${name}`);
  const lines = [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(line);
  return `## ${id}\n\n${lines.join("\n")}\n\n\`\`\`\n${text.replaceAll("```", "'''")}\n\`\`\`\n`;
}

const HEAD = `# Third-party software

What Filmless is shipped with, in its program, its functions, its pages and on its slips, and under which licence: one text per
licence and wording, with the packages under it and their copyright lines. Written by \`make third-party\`. This software is based
in part on the work of the Independent JPEG Group.

`;

const text = document();
if (process.argv[2] !== "--check") {
  writeFileSync(OUT, text);
} else if (!existsSync(OUT) || readFileSync(OUT, "utf8") !== text) {
  console.error("THIRD-PARTY.md is not what is shipped: run `make third-party`");
  process.exit(1);
}
