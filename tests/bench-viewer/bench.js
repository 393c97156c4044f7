#!/usr/bin/env node
/**
 * bench.js OUT.json [--quick] [--without-portal] [--without-peer] [--without-hosted] [--without-room]
 * [--without-lighthouse] [--room]: how fast a phone on a slow link sees a CT of 300 slices, beside OHIF with the same frames and link; how
 * fast the OHIF that we host shows it; and how soon and how smoothly the reading room does (`--room`: only this).
 * Prints one line per figure and adds them to OUT.json.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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
import { measureRoom } from "./room-figures.js";
import { SlowLink } from "./slow-link.js";
import { LONG_STUDY, STUDY, writeThorax } from "./thorax.js";
import { launchOptions, visitHosted, visitOhif, visitPortal } from "./visit.js";

/** Kilobits per second. The buffer holds a third of a second, like a base station's. */
const LINK = { down: 1600, up: 750, bufferBytes: 64 * 1024, roundTripMs: 150 };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    "without-portal": { type: "boolean", default: false },
    "without-peer": { type: "boolean", default: false },
    "without-hosted": { type: "boolean", default: false },
    "without-room": { type: "boolean", default: false },
    "without-lighthouse": { type: "boolean", default: false },
    room: { type: "boolean", default: false },
  },
});
const [out] = positionals;
if (out === undefined) {
  console.error("usage: bench.js OUT.json [--quick] [--without-portal] [--without-peer] [--without-hosted] [--without-room] [--without-lighthouse] [--room]");
  process.exit(2);
}
/** To render 2,000 slices takes minutes on a small machine. */
const LONG_PATIENCE_MS = 900_000;
/** A quick run leaves out the peer's whole series, which takes minutes, and the CT of 2,000 slices. */
const visits = values.quick ? 3 : 5;
const target = resolve(dirname(out), "bench-viewer");
/** Where `make ohif` puts the OHIF that we host. */
const HOSTED = resolve(dirname(out), "ohif");
const isMeasured = (part) => (part === "room" || !values.room) && !values[`without-${part}`];
const measuresHosted = isMeasured("hosted") && existsSync(HOSTED);

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
  const options = measuresHosted ? ["--ohif", HOSTED] : [];
  const filmless = await startFilmless(join(folder, "data"), { options });
  for (const url of [filmless.portal, filmless.s3]) {
    await link.open(Number(new URL(url).port));
  }
  return filmless;
}

/** Confirms the birth date, unmeasured; returns the session. */
async function confirm(browser, sms, { uid, birthDate } = STUDY) {
  const [link] = /https?:\/\/\S+\/x\/\S+/.exec(sms.text);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(birthDate);
  await page.fill("#birth-date", `${day}${month}${year}`);
  await page.click("main .primary");
  await page.waitForURL(`**/studies/${uid}`, { waitUntil: "commit" });
  const cookies = await context.cookies();
  const url = page.url();
  await context.close();
  return { cookies, url };
}

/** Sends another study, and opens it. */
async function openStudy(browser, filmless, study, folder, before) {
  const place = join(folder, "another");
  mkdirSync(place);
  const { files, order } = writeThorax(place, study);
  await send(filmless, files, order);
  rmSync(files, { recursive: true });
  const sms = await awaitSms(filmless, (text) => !before.includes(text), LONG_PATIENCE_MS);
  return confirm(browser, sms, study);
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
  await link.open(ohif.port);
  const url = (host) => `http://${host}:${ohif.port}${ohif.path}`;
  const visit = { frames: series.frames.size, framesSent: ohif.framesSent };
  // First without the slow link, so that everything is compressed, and to check that all slices come.
  await visitOhif(browser, link, { ...visit, url: url("localhost"), isWhole: true });
  const shot = join(target, "ohif.png");
  const peer = await repeat(visits, (time) =>
    visitOhif(browser, link, { ...visit, url: url("127.0.0.1"), isWhole: !values.quick && time === 0, shot }),
  );
  ohif.close();
  return peer;
}

/** The OHIF that we host, by the way that the button of the portal takes: its frames come out of the pack. */
async function measureHosted(browser, link, { cookies, url }, series) {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { accept: "application/json", cookie };
  const answer = await fetch(`${url}/viewer-token`, { method: "POST", headers });
  const token = (await answer.json()).dicomweb.split("/").at(-1);
  const start = new URL(`/ohif/open#${token}/${STUDY.uid}`, url).href;
  const visit = { url: start, frames: series.frames.size, shot: join(target, "hosted.png") };
  return repeat(values.quick ? 1 : 3, (time) => visitHosted(browser, link, { ...visit, isWhole: time === 0 }));
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
    const sms = await awaitSms(filmless);
    const session = await confirm(browser, sms);
    const bucket = join(folder, "data/buckets/derived", STUDY.uid);
    const [name] = readdirSync(bucket, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const series = readSeries(join(bucket, name.name));
    const previews = series.index.preview_layer;
    const way = `${LINK.down} kbit/s, ${LINK.roundTripMs} ms`;
    console.log(`CT, ${STUDY.slices} slices, ${way}, empty cache, median of ${visits}; milliseconds and bytes`);
    const nothing = () => null;
    let ours = nothing;
    if (isMeasured("portal")) {
      console.log("  portal");
      const shot = join(target, "portal.png");
      ours = await repeat(visits, () => visitPortal(browser, link, { ...session, previews, shot }));
    }
    let peer = nothing;
    if (isMeasured("peer")) {
      console.log("  OHIF");
      peer = await measurePeer(browser, link, series);
    }
    if (isMeasured("portal")) {
      report(figures, ours, peer);
    }
    if (measuresHosted) {
      console.log("  OHIF, hosted by us");
      reportHosted(figures, await measureHosted(browser, link, session, series), peer, series);
    }
    figures.write();
    if (isMeasured("room")) {
      const openLong = values.quick ? null : () => openStudy(browser, filmless, LONG_STUDY, folder, [sms.text]);
      await measureRoom(figures, { link, width: LINK, session, openLong, times: visits, folder: target, peerMs: peer("scrollable") });
      figures.write();
    }
    if (isMeasured("lighthouse")) {
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

/** All slices at the link's own rate would take as long as their bytes: 1 is the least there is. */
function reportHosted(figures, hosted, peer, series) {
  const seconds = (value) => (value === null ? null : value / 1000);
  const bytes = [...series.frames.values()].reduce((sum, frame) => sum + frame.bytes.length, 0);
  figures.add("hosted OHIF: first picture", seconds(hosted("first")), "s", { peer: seconds(peer("first")), goal: 30, ratioMin: 1 });
  const needed = (bytes * 8) / LINK.down;
  figures.add("hosted OHIF: all slices, of what their bytes need", hosted("whole") / needed, "times", { goal: 1.1 });
}

const folder = mkdtempSync(join(tmpdir(), "filmless-bench-viewer-"));
try {
  await measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
