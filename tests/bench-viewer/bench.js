#!/usr/bin/env node
/**
 * bench.js OUT.json [--quick] [--without-peer] [--without-lighthouse]: how fast a phone on a slow link sees a CT of
 * 300 slices, beside OHIF with the same frames and link. Prints one line per figure and adds them to OUT.json.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { awaitSms, send, startFilmless } from "../e2e/filmless.js";
import { Figures, median } from "./figures.js";
import { audit } from "./lighthouse.js";
import { readSeries, serveOhif } from "./ohif.js";
import { SlowLink } from "./slow-link.js";
import { STUDY, writeThorax } from "./thorax.js";
import { launchOptions, visitOhif, visitPortal } from "./visit.js";

/** Kilobits per second. The buffer holds a third of a second, like a base station's. */
const LINK = { down: 1600, up: 750, bufferBytes: 64 * 1024, roundTripMs: 150 };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    "without-peer": { type: "boolean", default: false },
    "without-lighthouse": { type: "boolean", default: false },
  },
});
const [out] = positionals;
if (out === undefined) {
  console.error("usage: bench.js OUT.json [--quick] [--without-peer] [--without-lighthouse]");
  process.exit(2);
}
/** A quick run leaves out the peer's whole series, which takes minutes. */
const visits = values.quick ? 3 : 5;
const target = resolve(dirname(out), "bench-viewer");

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts Filmless behind the link, which portal and object store share. */
async function startBehind(link, folder) {
  const [portal, s3] = [await link.open(), await link.open()];
  portal.to = await freePort();
  const url = (port) => `http://127.0.0.1:${port}`;
  const options = ["--public-url", url(portal.port), "--s3-public-url", url(s3.port)];
  const filmless = await startFilmless(join(folder, "data"), { port: portal.to, options });
  s3.to = Number(new URL(filmless.s3).port);
  return filmless;
}

/** Confirms the birth date, unmeasured; returns the session. */
async function confirm(browser, sms) {
  const [link] = /https?:\/\/\S+\/x\/\S+/.exec(sms.text);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(STUDY.birthDate);
  await page.fill("#birth-date", `${day}${month}${year}`);
  await page.click("main .primary");
  await page.waitForURL(`**/studies/${STUDY.uid}`, { waitUntil: "commit" });
  const cookies = await context.cookies();
  const url = page.url();
  await context.close();
  return { cookies, url };
}

async function repeat(times, visit) {
  const results = [];
  for (let time = 0; time < times; time++) {
    results.push(await visit(time));
    const parts = Object.entries(results.at(-1)).map(([name, value]) => `${name} ${value?.toFixed(0) ?? "-"}`);
    console.log(`    ${parts.join(", ")}`);
  }
  return (name) => median(results.map((result) => result[name]).filter((value) => value !== null));
}

async function measurePeer(browser, link, series) {
  const ohif = await serveOhif(target, series);
  const door = await link.open();
  door.to = ohif.port;
  const url = (port) => `http://127.0.0.1:${port}${ohif.path}`;
  const visit = { frames: series.frames.size, framesSent: ohif.framesSent };
  // First without the slow link, so that everything is compressed, and to check that all slices come.
  await visitOhif(browser, link, { ...visit, url: url(ohif.port), isWhole: true });
  const shot = join(target, "ohif.png");
  const peer = await repeat(visits, (time) =>
    visitOhif(browser, link, { ...visit, url: url(door.port), isWhole: !values.quick && time === 0, shot }),
  );
  ohif.close();
  return peer;
}

async function measure(folder) {
  mkdirSync(target, { recursive: true });
  const figures = new Figures(out);
  const link = new SlowLink(LINK);
  const study = writeThorax(folder);
  const filmless = await startBehind(link, folder);
  const browser = await chromium.launch(launchOptions());
  try {
    await send(filmless, study.files, study.order);
    const session = await confirm(browser, await awaitSms(filmless));
    const bucket = join(folder, "data/buckets/derived", STUDY.uid);
    const [name] = readdirSync(bucket, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const series = readSeries(join(bucket, name.name));
    const previews = series.index.preview_layer;
    const way = `${LINK.down} kbit/s, ${LINK.roundTripMs} ms`;
    console.log(`CT, ${STUDY.slices} slices, ${way}, empty cache, median of ${visits}; milliseconds and bytes`);
    console.log("  portal");
    const shot = join(target, "portal.png");
    const ours = await repeat(visits, () => visitPortal(browser, link, { ...session, previews, shot }));
    console.log("  OHIF");
    const peer = values["without-peer"] ? () => null : await measurePeer(browser, link, series);
    report(figures, ours, peer);
    figures.write();
    if (!values["without-lighthouse"]) {
      const pages = { "sign-in": new URL("/", session.url).href, guide: new URL("/guide", session.url).href, study: session.url };
      await audit(figures, { pages, cookies: session.cookies, port: await freePort(), folder: target });
      figures.write();
    }
  } finally {
    await browser.close();
    await filmless.stop();
    link.close();
  }
}

function report(figures, ours, peer) {
  const seconds = (value) => (value === null ? null : value / 1000);
  const add = (label, name, goals) =>
    figures.add(`viewer: ${label}`, seconds(ours(name)), "s", { peer: seconds(peer(name)), ...goals });
  add("first picture", "first", { goal: 1.5, ratioMin: 15 });
  add("whole series scrollable", "scrollable", { goal: 12 });
  add("shown image in full quality", "full", { goal: 4.5 });
  const megabytes = (value) => (value === null ? null : value / 1e6);
  figures.add("viewer: bytes until the series is scrollable", megabytes(ours("bytes")), "MB", {
    peer: megabytes(peer("bytes")),
    goal: 4,
  });
}

const folder = mkdtempSync(join(tmpdir(), "filmless-bench-viewer-"));
try {
  await measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
