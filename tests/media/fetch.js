#!/usr/bin/env node
/**
 * Has Filmless make the ZIP for other software of studies: fetch.js OUT NAME FILES ORDER [NAME FILES ORDER]…
 * Uploads each study, opens it as its patient, asks for the ZIP as the page does, and writes OUT/NAME.zip.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { awaitSms, send, startFilmless } from "../e2e/filmless.js";

const MADE_MS_MAX = 60_000;

/** The ZIP of the study behind a link, and what the page said while it was made. `answer` is the birth date. */
export async function fetchMedia(link, answer) {
  const { origin } = new URL(link);
  const post = (url, body, headers = {}) => fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(body), headers: { origin, ...headers } });
  const opened = await post(link, { answer });
  const cookie = opened.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const study = new URL(opened.headers.get("location"), link);
  const asked = await post(`${study}/download?kind=media`, {}, { cookie });
  if (asked.status !== 303) {
    throw new Error(`asking for the ZIP was answered with ${asked.status}`);
  }
  const words = new Set();
  for (const end = Date.now() + MADE_MS_MAX; Date.now() < end; await pause(50)) {
    const html = await (await fetch(new URL(asked.headers.get("location"), link), { headers: { cookie } })).text();
    const url = /href="([^"]*\.media\.zip[^"]*)"/.exec(html)?.[1].replaceAll("&amp;", "&").replaceAll("&#38;", "&");
    if (url !== undefined) {
      return { zip: Buffer.from(await (await fetch(url)).arrayBuffer()), words: [...words] };
    }
    words.add(/role="status">(.*?)<\/p>/s.exec(html)?.[1]);
  }
  throw new Error("the ZIP was not made");
}

if (process.argv[1] === import.meta.filename) {
  const [out, ...studies] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "filmless-media-"));
  const filmless = await startFilmless(join(folder, "data"));
  const seen = new Set();
  try {
    mkdirSync(out, { recursive: true });
    for (let place = 0; place < studies.length; place += 3) {
      const [name, files, order] = studies.slice(place, place + 3);
      await send(filmless, files, order);
      const { text } = await awaitSms(filmless, (text) => !seen.has(text));
      seen.add(text);
      const birthDate = JSON.parse(readFileSync(order, "utf8")).patient.birth_date.split("-").reverse().join("/");
      writeFileSync(join(out, `${name}.zip`), (await fetchMedia(/https?:\/\/\S+\/x\/\S+/.exec(text)[0], birthDate)).zip);
    }
  } finally {
    await filmless.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
