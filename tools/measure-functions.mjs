#!/usr/bin/env node
/**
 * measure-functions.mjs FOLDER OUT.json: starts each Lambda function in FOLDER under a Runtime API, without network.
 * Measures the time until it asks for its first event, the memory that it then holds, and its size; adds them to OUT.json.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
/** How the functions were built, as Cargo names it. */
const PROFILE = process.env.BENCH_PROFILE ?? "dev";
const STARTS = 15;
const INIT_MS_MAX = 30;
const MEMORY_MIB_MAX = 64;
/** A function is uploaded as a ZIP of 50 MB at most. */
const PROGRAM_MIB_MAX = 32;
const ENVIRONMENT = {
  STUDIES_BUCKET: "studies",
  DERIVED_BUCKET: "derived",
  SLIPS_BUCKET: "slips",
  AUDIT_BUCKET: "audit",
  USAGE_BUCKET: "usage",
  INDEX_TABLE: "filmless",
  INTAKE_QUEUE_URL: "https://queue.example/intake",
  SETTLE_QUEUE_URL: "https://queue.example/settle",
  DOWNLOADS_QUEUE_URL: "https://queue.example/downloads",
  RELEASE_QUEUE_URL: "https://queue.example/release",
  NOTICES_QUEUE_URL: "https://queue.example/notices",
  SEAL_KEY_ID: "key",
  PUBLIC_URL: "https://xem.benhvien.example",
  EMAIL_FROM: "khong-tra-loi@benhvien.example",
  HOSPITAL: JSON.stringify({
    name_vi: "Bệnh viện Mẫu",
    name_en: "Sample Hospital",
    name_sms: "BV Mau",
    address: "1 Đường Mẫu",
    support_email: "hotro@benhvien.example",
    hotline: "1900 0000",
    hotline_hours_vi: "7:00–20:00",
    hotline_hours_en: "7:00–20:00",
  }),
  // The same values as on Lambda.
  AWS_REGION: "ap-southeast-1",
  AWS_ACCESS_KEY_ID: "ASIA",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
  AWS_LAMBDA_FUNCTION_NAME: "measured",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
};

const [folder, out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: measure-functions.mjs FOLDER OUT.json");
  process.exit(2);
}

const figures = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : [];

function report(name, value, unit, goal) {
  const figure = { name, value: Number(value.toFixed(3)), unit, peer: null, ratio: null, goal, met: value <= goal, profile: PROFILE };
  figures.push(figure);
  console.log(`${figure.met ? "ok  " : "LATE"} ${name}: ${figure.value} ${unit} (goal ${goal})`);
}

/** Milliseconds until the function asks for an event, and the most MiB that it held until then. */
async function start(program) {
  let asked;
  const ready = new Promise((resolve) => (asked = resolve));
  // Leave the first request unanswered: the function waits for work.
  const api = createServer(() => asked(performance.now())).listen(0, "127.0.0.1");
  await once(api, "listening");
  const environment = { ...ENVIRONMENT, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}` };
  const begin = performance.now();
  const child = spawn(program, { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  try {
    const failed = ended.then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`)));
    failed.catch(() => {});
    const milliseconds = (await Promise.race([ready, failed])) - begin;
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
    return { milliseconds, mebibytes: Number(kibibytes) / 1024 };
  } finally {
    child.kill("SIGKILL");
    await ended;
    api.closeAllConnections();
    api.close();
  }
}

const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

for (const name of readdirSync(join(ROOT, "functions")).sort()) {
  const starts = [];
  for (let number = 0; number < STARTS; number++) {
    starts.push(await start(join(folder, name)));
  }
  report(`${name}: start to first event, median of ${STARTS}`, middle(starts.map((s) => s.milliseconds)), "ms", INIT_MS_MAX);
  report(`${name}: memory held then`, Math.max(...starts.map((s) => s.mebibytes)), "MiB", MEMORY_MIB_MAX);
  if (PROFILE === "release") {
    report(`${name}: the program`, statSync(join(folder, name)).size / 2 ** 20, "MiB", PROGRAM_MIB_MAX);
  }
}
writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
