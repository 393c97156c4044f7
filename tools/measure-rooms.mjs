#!/usr/bin/env -S node --experimental-websocket --no-warnings
/**
 * measure-rooms.mjs OUT.json [--quick]: holds consultations over WebSockets, without pictures. Ten members on one room, each behind a
 * slow link of their own; then a hundred rooms of five on this machine. Adds its figures to OUT.json.
 */

import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SlowLink } from "../tests/bench-viewer/slow-link.js";
import { ORDER, STUDY, writeStudy } from "../tests/e2e/dicom.js";
import { awaitSms, send, startFilmless } from "../tests/e2e/filmless.js";

const PROFILE = process.env.BENCH_PROFILE ?? "dev";
const LINK = { down: 1600, up: 1600, bufferBytes: 64 * 1024, roundTripMs: 150 };
const STATES_PER_SECOND = 10;
/** Images of each study: the room refuses others. */
const IMAGES = 4;
const [out, ...flags] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: measure-rooms.mjs OUT.json [--quick]");
  process.exit(2);
}
const isQuick = flags.includes("--quick");
const SECONDS = isQuick ? 5 : 30;
/** Most that one share opens at a time. */
const ROOMS_OF_SHARE = 3;
const ROOMS = isQuick ? 20 : 100;
/** Whoever enters codes waits most of the time. Each has a patient of its own. */
const OPENED_AT_ONCE = 5;

const figures = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : [];

function report(name, value, unit, goal = null) {
  const met = goal === null ? null : value <= goal;
  const figure = { name, value: Number(value.toFixed(3)), unit, peer: null, ratio: null, goal, met, profile: PROFILE };
  figures.push(figure);
  const words = { true: "ok  ", false: "LATE", null: "    " }[met];
  console.log(`${words} ${name}: ${figure.value} ${unit}${goal === null ? "" : ` (goal ${goal})`}`);
}

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];
const cookieOf = (response) => response.headers.getSetCookie().find((line) => line.includes("filmless_session"))?.split(";")[0];

async function form(url, fields, cookie) {
  const headers = cookie === undefined ? {} : { cookie };
  const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" });
  return { response, page: await response.text() };
}

/** As a form says it: the hospital is seven hours ahead of UTC. */
const hospitalNow = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 16);

/** Messages that were read. */
const told = new Set();

/** A patient with a released study, and a doctor whom they gave the right to start consultations. */
class Patient {
  static async of(filmless, folder, number) {
    const patientId = `N20-000010${number}`;
    const study = {
      ...STUDY,
      uid: `${STUDY.uid}.${100 + number}`,
      accessionNumber: `A202011231${number}`,
      patientId,
      series: [{ ...STUDY.series[0], images: IMAGES }],
    };
    const patient = { ...ORDER.patient, id: patientId, phone: `0903${123_100 + number}`, email: null };
    const written = writeStudy(folder, study, { patient, declared_instances: undefined });
    await send(filmless, written.files, written.order);
    const { text } = await awaitSms(filmless, (text) => !told.has(text));
    told.add(text);
    const [link] = /https?:\/\/\S+\/x\/\S+/.exec(text);
    const opened = await form(link, { answer: "02031958" });
    const shared = await form(`${filmless.portal}/shares`, [
      ["label", "BS. Minh"], ["relation", "doctor"], ["study", study.uid], ["days", "7"], ["may_consult", "yes"],
    ], cookieOf(opened.response));
    const [, token] = /\/s\/([\w-]+)/.exec(shared.page);
    const [, code] = /id="share-code"[^>]*value="([\d ]+)"/.exec(shared.page);
    const entered = await form(`${filmless.portal}/s/${token}`, { code });
    return Object.assign(new Patient(), { filmless, study, doctor: cookieOf(entered.response) });
  }

  /** A consultation whose members have all entered, and were admitted. */
  async consult(members) {
    const { portal } = this.filmless;
    const person = (place) => [[`name_${place}`, `BS. ${place}`], [`facility_${place}`, "BV"], [`licence_${place}`, `${place}`]];
    const first = Array.from({ length: Math.min(members, 5) }, (_, place) => person(place)).flat();
    const started = await form(`${portal}/consultations`, [
      ["study", this.study.uid], ["question", "?"], ["days", "1"], ["consent_by", "ĐD. Lan"], ["consent_form", "written"],
      ["consent_at", hospitalNow()], ["chair", "0"], ...first,
    ], this.doctor);
    const [, id] = /\/consultations\/([0-9a-f]{32})/.exec(started.page);
    const pages = [started.page];
    for (let place = 5; place < members; place++) {
      const fields = person(place).map(([name, value]) => [name.split("_")[0], value]);
      pages.push((await form(`${portal}/consultations/${id}/members`, fields, this.doctor)).page);
    }
    const secrets = pages.flatMap((page) => [...page.matchAll(/\/c\/([\w-]+)<[\s\S]*?secret digits">([\d ]+)</g)]);
    const seated = [];
    for (const [, token, code] of secrets) {
      const entered = await form(`${portal}/c/${token}`, { code });
      seated.push(cookieOf(entered.response));
    }
    const page = await (await fetch(`${portal}/consultations/${id}`, { headers: { cookie: seated[0] } })).text();
    for (const [, member] of page.matchAll(/members\/([0-9a-f]{8})\/admit/g)) {
      await form(`${portal}/consultations/${id}/members/${member}/admit`, {}, seated[0]);
    }
    return { id, cookies: seated };
  }
}

/** A member's connection. */
class Line {
  static async of(filmless, { id }, cookie, { host = "127.0.0.1", from = host } = {}) {
    const headers = { cookie, "content-type": "application/json" };
    const answer = await fetch(`${filmless.portal}/consultations/${id}/ticket`, { method: "POST", headers, body: "{}" });
    const { ticket, url } = await answer.json();
    const { port } = new URL(filmless.portal);
    const socket = new WebSocket(`ws://${host}:${port}${url}`, { headers: { "x-forwarded-for": from } });
    const line = Object.assign(new Line(), { socket });
    socket.addEventListener("message", ({ data }) => line.#hear(data));
    const refused = once(socket, "error").then(() => Promise.reject(new Error("a WebSocket was refused")));
    await Promise.race([once(socket, "open"), refused]);
    line.say({ type: "join", ticket });
    await line.welcomed;
    return line;
  }

  #welcome;
  welcomed = new Promise((resolve) => {
    this.#welcome = resolve;
  });
  onState = () => {};
  bytes = 0;

  #hear(data) {
    const message = JSON.parse(data);
    this.bytes += data.length;
    if (message.type === "welcome") {
      this.#welcome(message);
    } else if (message.type === "state" || message.type === "scroll") {
      this.onState(message);
    } else if (message.type === "refused") {
      console.error("refused:", data);
    }
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  close() {
    this.socket.close();
  }
}

function firstState(study) {
  const half = { x: 0.5, y: 0.5 };
  const view = { centre: half, extent: { x: 1, y: 1 }, turn: { a: 1, b: 0, c: 0, d: 1 } };
  const pane = {
    study_instance_uid: study.uid, series_instance_uid: `${study.uid}.1`, frame: 0, window: { center: 40, width: 400, function: "LINEAR" },
    is_inverted: false, colours: null, has_overlays: true, is_masked: null, view, plane: null, cine: null,
  };
  return { grid: { rows: 1, columns: 1 }, active: 0, enlarged: null, panes: [pane], sent_at: Date.now() };
}

/** Scrolls for so many seconds, and notes when each sequence was sent. */
async function scroll(driver, study, seconds, sent) {
  sent.set(1, performance.now());
  driver.say({ type: "state", sequence: 1, state: firstState(study) });
  const begin = performance.now();
  for (let step = 1; step <= seconds * STATES_PER_SECOND; step++) {
    await pause(Math.max(0, begin + (step * 1000) / STATES_PER_SECOND - performance.now()));
    sent.set(step + 1, performance.now());
    driver.say({ type: "scroll", sequence: step + 1, frames: [[0, step % IMAGES]] });
  }
}

/** Notes how long after it was sent each state came to a line, in milliseconds. */
function watch(line, sent, delays) {
  line.onState = ({ sequence }) => delays.push(performance.now() - sent.get(sequence));
}

async function onSlowLines(filmless, patient) {
  const meeting = await patient.consult(10);
  const { port } = new URL(filmless.portal);
  const links = [];
  const lines = [];
  for (const [place, cookie] of meeting.cookies.entries()) {
    const link = new SlowLink(LINK);
    const host = `127.0.0.${2 + place}`;
    await link.open(Number(port), host);
    links.push(link);
    lines.push(await Line.of(filmless, meeting, cookie, { host }));
  }
  await pause(1000);
  const before = links.map((link) => link.down.bytes);
  const delays = [];
  const sent = new Map();
  const [driver, ...followers] = lines;
  followers.forEach((line) => watch(line, sent, delays));
  await scroll(driver, patient.study, SECONDS, sent);
  await pause(1000);
  const perMember = followers.map((_, place) => (links[place + 1].down.bytes - before[place + 1]) / 1000 / SECONDS);
  report("room of ten: state on their screens, 95th percentile", percentile(delays, 0.95), "ms", LINK.roundTripMs + 60);
  report("room of ten: states that came, of those sent", (100 * delays.length) / (sent.size * followers.length), "%");
  report("room of ten: to each member while scrolling at 10 a second", percentile(perMember, 1), "kB/s", 3);
  lines.forEach((line) => line.close());
  links.forEach((link) => link.close());
  await record(filmless, meeting, sent.size);
}

/** What the record takes. */
async function record(filmless, { id, cookies }, states) {
  await form(`${filmless.portal}/consultations/${id}/end`, {}, cookies[0]);
  const answer = await fetch(`${filmless.portal}/consultations/${id}/record`, { headers: { cookie: cookies[0] } });
  const lines = (await answer.text()).trimEnd().split("\n");
  const scrolls = lines.filter((line) => line.includes('"scroll"'));
  const bytes = scrolls.reduce((sum, line) => sum + line.length + 1, 0) / scrolls.length;
  report(`record: lines of ${states} states`, lines.length, "lines");
  report("record: an hour, a third of it scrolled at 10 a second", (bytes * STATES_PER_SECOND * 1200) / 1000, "kB");
}

/** Processor time of a process, in seconds, and its memory in MB. */
function used(pid) {
  const times = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return { seconds: (Number(times[11]) + Number(times[12])) / 100, megabytes: Number(kilobytes) / 1000 };
}

/** A hundred rooms of five. Every driver scrolls for two of ten seconds, at ten a second. */
async function manyRooms(filmless, patients) {
  const rooms = [];
  const open = async (number) => {
    const patient = patients[number % patients.length];
    const meeting = await patient.consult(5);
    const lines = [];
    for (const cookie of meeting.cookies) {
      lines.push(await Line.of(filmless, meeting, cookie, { from: `198.51.100.${number}` }));
    }
    return { patient, lines };
  };
  while (rooms.length < ROOMS) {
    const next = Array.from({ length: Math.min(OPENED_AT_ONCE, ROOMS - rooms.length) }, (_, place) => open(rooms.length + place));
    rooms.push(...(await Promise.all(next)));
  }
  await pause(2000);
  const before = used(filmless.pid);
  const began = performance.now();
  const delays = [];
  const driven = rooms.map(async ({ patient, lines: [driver, ...followers] }, number) => {
    let sequence = 1;
    const sent = new Map();
    followers.forEach((line) => watch(line, sent, delays));
    const say = (message) => {
      sent.set(sequence, performance.now());
      driver.say({ ...message, sequence });
      sequence += 1;
    };
    await pause((number * 10_000) / rooms.length);
    say({ type: "state", state: firstState(patient.study) });
    for (let round = 0; round < SECONDS / 10; round++) {
      const start = performance.now();
      for (let step = 0; step < 2 * STATES_PER_SECOND; step++) {
        await pause(Math.max(0, start + (step * 1000) / STATES_PER_SECOND - performance.now()));
        say({ type: "scroll", frames: [[0, step % IMAGES]] });
      }
      await pause(Math.max(0, start + 10_000 - performance.now()));
    }
  });
  await Promise.all(driven);
  const after = used(filmless.pid);
  const elapsed = (performance.now() - began) / 1000;
  const cores = availableParallelism();
  const name = `${ROOMS} rooms of five, each scrolled a fifth of the time, on ${cores} cores`;
  report(`${name}: processor`, (100 * (after.seconds - before.seconds)) / elapsed, "% of one core");
  report(`${name}: memory of the whole system, at most`, after.megabytes, "MB");
  report(`${name}: state on their screens, 95th percentile`, percentile(delays, 0.95), "ms");
  rooms.forEach(({ lines }) => lines.forEach((line) => line.close()));
}

const folder = mkdtempSync(join(tmpdir(), "filmless-rooms-"));
// One address may hold so many connections only: each room comes from one of its own.
const filmless = await startFilmless(join(folder, "data"), { options: ["--trusted-proxies", "127.0.0.1"] });
try {
  const patients = [];
  for (let number = 0; number < Math.ceil(ROOMS / ROOMS_OF_SHARE) + 1; number++) {
    patients.push(await Patient.of(filmless, folder, number));
  }
  const [first, ...others] = patients;
  await onSlowLines(filmless, first);
  await manyRooms(filmless, others);
} finally {
  await filmless.stop();
  rmSync(folder, { recursive: true, force: true });
}
writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
process.exit(0);
