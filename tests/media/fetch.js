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

export async function fetchMedia(filmless, files, orderPath) {
  const { accession_number: accession, patient } = JSON.parse(readFileSync(orderPath, "utf8"));
  await send(filmless, files, orderPath);
  const [year, month, day] = patient.birth_date.split("-");
  const { text } = await awaitSms(filmless, (text) => !seen.has(text));
  seen.add(text);
  const [link] = /https?:\/\/\S+\/x\/\S+/.exec(text);
  const origin = new URL(link).origin;
  const form = (body) => ({ method: "POST", redirect: "manual", body: new URLSearchParams(body), headers: { origin } });
  const opened = await fetch(link, form({ answer: `${day}/${month}/${year}` }));
  const cookie = opened.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const study = new URL(opened.headers.get("location"), link);
  const page = new URL(`${study.pathname}/download`, link);
  const asked = await fetch(`${page}?kind=media`, { method: "POST", redirect: "manual", headers: { origin, cookie } });
  if (asked.status !== 303) {
    throw new Error(`${accession}: asking for the ZIP was answered with ${asked.status}`);
  }
  const words = new Set();
  for (const end = Date.now() + MADE_MS_MAX; Date.now() < end; await pause(100)) {
    const html = await (await fetch(new URL(asked.headers.get("location"), link), { headers: { cookie } })).text();
    const url = /href="([^"]*\.media\.zip[^"]*)"/.exec(html)?.[1].replaceAll("&amp;", "&").replaceAll("&#38;", "&");
    if (url !== undefined) {
      return { zip: Buffer.from(await (await fetch(url)).arrayBuffer()), words };
    }
    words.add(/role="status">(.*?)<\/p>/s.exec(html)?.[1]);
  }
  throw new Error(`${accession}: the ZIP was not made`);
}

const seen = new Set();

if (process.argv[1] === import.meta.filename) {
  const [out, ...studies] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "filmless-media-"));
  const filmless = await startFilmless(join(folder, "data"));
  try {
    mkdirSync(out, { recursive: true });
    for (let place = 0; place < studies.length; place += 3) {
      const [name, files, order] = studies.slice(place, place + 3);
      writeFileSync(join(out, `${name}.zip`), (await fetchMedia(filmless, files, order)).zip);
    }
  } finally {
    await filmless.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
