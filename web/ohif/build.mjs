#!/usr/bin/env node
/**
 * build.mjs OUT CACHE [QUALITY]: makes the folder that is served below /ohif/: OHIF as its npm package ships it built, without what
 * may not or need not be passed on, and our own page and service worker in front of it. Texts are minified and lie there as
 * gzip and as Brotli as well, in that quality (9; 11 takes twenty times as long for a tenth less). CACHE keeps the package, which is
 * fetched once.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { checkListed, checkNothingForeign, packagesIn, withoutTourStyles, withoutUnwanted } from "./cut.mjs";

const PACKAGE = "@ohif/app@3.13.2";
const INTEGRITY = "sha512-WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==";
/** Where it is served. */
const BASE = "/ohif/";
const HERE = import.meta.dirname;
const SOURCES = join(HERE, "../src/ohif");

/** Chunks, their styles, codecs, fonts, and the pictures of its volume presets: all that it loads. */
const WANTED = /^([\w-]+\.bundle\.[0-9a-f]+\.js|[\w.]+\.css|[0-9a-f]+\.(wasm|woff2)|ohif-logo(-light)?\.svg|assets\/images\/[\w-]+\.png)$/;
const TEXT = /\.(css|html|js|svg|txt|wasm)$/;

const run = promisify(execFile);
const read = (path) => readFileSync(path, "utf8");

/** The package as npm has it, unpacked; answers its folder `dist`. */
async function fetchPackage(cache) {
  const kept = join(cache, PACKAGE.slice(1).replaceAll(/[@/]/g, "-"));
  if (!existsSync(kept)) {
    const work = `${kept}.part`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    await run("npm", ["pack", "--silent", "--pack-destination", work, PACKAGE], { cwd: work });
    const archive = join(work, readdirSync(work)[0]);
    if (`sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}` !== INTEGRITY) {
      throw new Error(`${PACKAGE} is not what it was`);
    }
    await run("tar", ["-xzf", archive, "-C", work, "--exclude=*.map", "--exclude=*/ort", "--exclude=*/dicom-microscopy-viewer", "package/dist"]);
    rmSync(archive);
    renameSync(work, kept);
  }
  return join(kept, "package/dist");
}

/** A script of OHIF as we pass it on; its notices of copyright come apart. */
async function script(name, text) {
  const cut = name.startsWith("app.bundle.") ? withoutUnwanted(text) : text;
  checkListed(packagesIn(cut));
  const moved = cut.replaceAll('__webpack_require__.p = "/"', `__webpack_require__.p = "${BASE}"`);
  const { code, legalComments = "" } = await transform(moved, { minify: true, legalComments: "external", target: "es2022" });
  return { code, notices: legalComments };
}

async function writeOhif(dist, out) {
  const notices = new Set();
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => WANTED.test(name));
  for (const name of names) {
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith(".js")) {
      const { code, notices: found } = await script(name, read(join(dist, name)));
      found.split(/(?<=\*\/)\s*\n/).forEach((notice) => notices.add(notice.trim()));
      writeFileSync(path, code);
    } else if (name.endsWith(".css")) {
      const styles = name === "app.bundle.css" ? withoutTourStyles(read(join(dist, name))) : read(join(dist, name));
      writeFileSync(path, styles.replaceAll("url(/", `url(${BASE}`));
    } else {
      writeFileSync(path, readFileSync(join(dist, name)));
    }
  }
  writeFileSync(join(out, "notices.txt"), [...notices].filter((notice) => notice !== "").sort().join("\n\n"));
  return names.find((name) => name.startsWith("app.bundle.") && name.endsWith(".js"));
}

/** Our page, which brings OHIF in once the service worker is there, and that worker. */
async function writeOurs(out, app) {
  const common = { bundle: true, minify: true, format: "iife", target: "es2022", outdir: out, define: { OHIF_APP: JSON.stringify(BASE + app) } };
  await build({ ...common, entryPoints: { start: join(SOURCES, "start.ts"), worker: join(SOURCES, "worker.ts") } });
  writeFileSync(join(out, "start.css"), readFileSync(join(HERE, "start.css")));
  writeFileSync(join(out, "index.html"), read(join(HERE, "index.html")).replaceAll("OHIF_APP", BASE + app));
}

/** Beside every text its compressed forms. */
async function compress(out, quality) {
  const paths = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => TEXT.test(name)).map((name) => join(out, name));
  const one = async (path) => {
    const bytes = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  };
  // The largest first, all of them at once: each on a thread of its own as long as there are some.
  await Promise.all(paths.sort((a, b) => statSync(b).size - statSync(a).size).map(one));
}

const [out, cache] = process.argv.slice(2, 4).map((path) => resolve(path));
const quality = Number(process.argv[4] ?? 9);
if (cache === undefined || !Number.isInteger(quality)) {
  console.error("usage: build.mjs OUT CACHE [QUALITY]");
  process.exit(2);
}
const work = `${out}.part`;
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const app = await writeOhif(await fetchPackage(cache), work);
await writeOurs(work, app);
checkNothingForeign(work);
await compress(work, quality);
rmSync(out, { recursive: true, force: true });
renameSync(work, out);
