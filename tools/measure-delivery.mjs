#!/usr/bin/env node
/**
 * measure-delivery.mjs OUT.json: starts a fresh system, uploads a small study as a hospital does, and measures how
 * soon the patient has everything. Prints one line per figure and writes all of them to OUT.json.
 */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "..");
const FILMLESS = process.env.FILMLESS_BIN ?? join(ROOT, "target/debug/filmless");
/** How the program was built, as Cargo names it. */
const PROFILE = process.env.BENCH_PROFILE ?? "dev";
const SETTLE_SECONDS = 1;
const PATIENCE_MS = 120_000;
const PAGE_REQUESTS = 50;

const [out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: measure-delivery.mjs OUT.json");
  process.exit(2);
}

const figures = [];

/** `goal` is the largest good value. Nothing else delivers the whole way, so there is no peer to compare with. */
function report(name, value, unit, goal) {
  const figure = { name, value: Number(value.toFixed(3)), unit, peer: null, ratio: null, goal, met: value <= goal, profile: PROFILE };
  figures.push(figure);
  console.log(`${figure.met ? "ok  " : "LATE"} ${name}: ${figure.value} ${unit} (goal ${goal})`);
}

async function start(data) {
  const begin = performance.now();
  const options = { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] };
  const child = spawn(FILMLESS, ["up", "--data", data, "--port", "0", "--settle", `${SETTLE_SECONDS}s`], options);
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`filmless up ended with ${code}`)));
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return { ...JSON.parse(line), child, seconds: (performance.now() - begin) / 1000 };
}

async function filmless(data, ...args) {
  return (await promisify(execFile)(FILMLESS, [...args, "--data", data], { cwd: ROOT })).stdout;
}

async function delivered(data) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const { studies } = JSON.parse(await filmless(data, "status", "--json"));
    const [study] = studies;
    if (study?.released_at && study.notices.length > 0 && study.notices.every(({ state }) => state === "sent")) {
      return study;
    }
    await pause(100);
  }
  throw new Error("the study was not delivered in time");
}

function firstSms(data) {
  const folder = join(data, "outbox/sms");
  const [name] = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** The 95th percentile of the response times, in milliseconds. */
async function percentile95(url) {
  const times = [];
  for (let request = 0; request < PAGE_REQUESTS; request++) {
    const begin = performance.now();
    const response = await fetch(url);
    await response.arrayBuffer();
    if (!response.ok) {
      throw new Error(`a page answered ${response.status}`);
    }
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];
}

async function measure(data) {
  const system = await start(data);
  try {
    report("start of the embedded system", system.seconds, "s", 5);
    await filmless(data, "send", "local/demo/head-mr.zip", "--order", "local/demo/order.json");
    const study = await delivered(data);
    const waited = (Date.parse(study.released_at) - Date.parse(study.last_received_at)) / 1000;
    const label = `${study.instances} images of ${study.modalities.join(", ")}: last image to release, beyond the quiet period`;
    report(label, waited - SETTLE_SECONDS, "s", 3);
    const [link] = /https?:\/\/\S+\/x\/\S+/.exec(firstSms(data).text);
    report("page behind the link, 95th percentile", await percentile95(link), "ms", 100);
  } finally {
    system.child.kill("SIGTERM");
    await once(system.child, "exit");
  }
}

const data = mkdtempSync(join(tmpdir(), "filmless-measure-"));
try {
  await measure(data);
} finally {
  rmSync(data, { recursive: true, force: true });
}
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
