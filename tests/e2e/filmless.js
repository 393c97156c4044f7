/** Filmless on this machine, started as a hospital would. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = resolve(ROOT, process.env.FILMLESS_BIN ?? "target/debug/filmless");
const DELIVERY_MS_MAX = 120_000;

/** Starts `filmless up` with a quiet period and further options, and waits for its line of JSON. */
export async function startFilmless(data, { port = 0, settle = "1s", options: more = [] } = {}) {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: build it with cargo build -p filmless, or set FILMLESS_BIN`);
  }
  const options = { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] };
  const child = spawn(BINARY, ["up", "--data", data, "--port", String(port), "--settle", settle, ...more], options);
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`filmless up ended with ${code}`))),
  ]);
  const addresses = JSON.parse(line);
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  };
  return { ...addresses, data, pid: child.pid, stop };
}

/** Uploads files and an order, as the hospital does. */
export async function send(filmless, files, order) {
  await promisify(execFile)(BINARY, ["send", files, "--order", order, "--to", filmless.s3], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: filmless.access_key_id,
      AWS_SECRET_ACCESS_KEY: filmless.secret_access_key,
    },
  });
}

/** The output of an operator's command, parsed from JSON. */
export async function command(filmless, words) {
  const { stdout } = await promisify(execFile)(BINARY, [...words, "--json", "--data", filmless.data]);
  return JSON.parse(stdout);
}

/** The first SMS whose text and number match. */
export async function awaitSms(filmless, isMeant = () => true, patienceMs = DELIVERY_MS_MAX) {
  const folder = join(filmless.data, "outbox/sms");
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
    const found = names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8"))).find(({ text, to }) => isMeant(text, to));
    if (found !== undefined) {
      return found;
    }
    await pause(100);
  }
  throw new Error("no SMS was sent");
}
