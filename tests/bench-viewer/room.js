/**
 * The reading room on a desktop: how soon planes of a CT are seen on a slow link, how the room answers wheel and mouse, and what a
 * CT of 2,000 slices costs. What happens in the page is timed in the page, by its own frames.
 */

import { setTimeout as pause } from "node:timers/promises";
import { median } from "./figures.js";
import { Memory } from "./memory.js";
import { firstPictureOf, Screen } from "./screen.js";
import { until } from "./visit.js";

const DESKTOP = { viewport: { width: 1440, height: 900 }, locale: "vi-VN" };
/** Which pane the command for three planes in a row puts the coronal one into. */
const CORONAL_PLACE = 1;
const FRAME_MS = 1000 / 60;
const NOTCH_PX = 120;
const DRAG_MOVES = 300;
/** Not as often as the screen shows a frame: each movement comes at another time of a frame, as a hand's does. */
const DRAG_PERIOD_MS = 17.5;
const REST_MS = 1_500;
const CODECS = /\/(codec-|decode-worker-)/;

/** Opens the room in a browser that has nothing of it; `use` gets the page. */
async function inRoom(browser, { cookies, url }, scripts, use) {
  const context = await browser.newContext(DESKTOP);
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    for (const [script, argument] of scripts) {
      await page.addInitScript(script, argument);
    }
    const session = await context.newCDPSession(page);
    const screen = new Screen(session);
    const open = () => page.goto(`${url}/read`, { waitUntil: "commit" });
    const stage = (place = 0) => page.locator(`.pane[data-place="${place}"] .stage`);
    return await use({ context, page, session, screen, open, stage });
  } finally {
    await context.close();
  }
}

/** When the page set a mark, in milliseconds since navigation; waits for it. */
function marked(page, name) {
  return until(name, () => page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? null, name).catch(() => null));
}

/** Runs in the page first: presses the button of a command as soon as it can be pressed. */
function pressOnce(name) {
  const look = () => {
    const button = document.querySelector(`#room-toolbar [data-command="${name}"][aria-disabled=false]`);
    if (button === null) {
      requestAnimationFrame(look);
    } else {
      performance.mark("bench:pressed");
      button.click();
    }
  };
  requestAnimationFrame(look);
}

/** Runs in the page first: notes for each frame of the screen what the active pane shows, and how long ago the oldest movement came that it answers. */
function watchFrames() {
  const bench = { frames: [], answers: [] };
  window.bench = bench;
  let moved = null;
  let isDrawn = false;
  addEventListener("pointermove", ({ timeStamp }) => (moved ??= timeStamp), true);
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (...how) {
    isDrawn ||= this.canvas.closest?.(".stage") != null;
    return drawImage.apply(this, how);
  };
  const { port1, port2 } = new MessageChannel();
  // What is posted at the beginning of a frame arrives when the page is done with it.
  port1.onmessage = () => {
    const at = performance.now();
    if (moved !== null && isDrawn) {
      bench.answers.push(at - moved);
      moved = null;
    }
    const pane = document.querySelector(".pane.is-active");
    const canvas = pane?.querySelector(".stage > canvas");
    const quality = canvas == null || canvas.hidden ? null : (pane.querySelector(".stage").dataset.quality ?? null);
    bench.frames.push({ at, isDrawn, quality, counter: pane?.querySelector(".pane-counter")?.textContent });
    isDrawn = false;
  };
  const look = () => {
    port2.postMessage(null);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const forgetFrames = (page) => page.evaluate(() => Object.assign(window.bench, { frames: [], answers: [] }));
const seenFrames = (page) => page.evaluate(() => window.bench);

/** Calls `act` again and again, without waiting for what it does. */
async function every(periodMs, times, act) {
  const begun = performance.now();
  const done = [];
  for (let time = 0; time < times; time++) {
    await pause(Math.max(0, begun + time * periodMs - performance.now()));
    done.push(act(time));
  }
  await Promise.all(done);
}

async function centreOf(stage) {
  const { x, y, width, height } = await stage.boundingBox();
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}

/** Turns the wheel over a stage by one notch a frame. */
function turnWheel(session, { x, y }, notches) {
  return every(FRAME_MS, notches, () => session.send("Input.dispatchMouseEvent", { type: "mouseWheel", x, y, deltaX: 0, deltaY: NOTCH_PX }));
}

/** The room is opened on a link, and planes are asked for as soon as there is a button for them. */
export function visitPlanes(browser, link, session, shot) {
  return inRoom(browser, session, [[pressOnce, "planes"]], async ({ context, page, screen, open, stage }) => {
    const before = link.down.bytes;
    await screen.start();
    await open();
    const pressed = await marked(page, "bench:pressed");
    const thinned = await marked(page, "filmless:planes-thinned");
    const quick = await marked(page, "filmless:planes-quick");
    const bytes = link.down.bytes - before;
    const frames = await screen.stop();
    const origin = await page.evaluate(() => performance.timeOrigin);
    // The page says when every eighth slice was drawn; then the screen must show it.
    const shown = frames.filter(({ at }) => at >= origin + thinned);
    const first = (await firstPictureOf(context, shown, await stage(CORONAL_PLACE).boundingBox())) - origin;
    await page.screenshot({ path: shot });
    return { pressed, first, quick, bytes };
  });
}

/** On this machine: goes through all slices by wheel, then drags the window. */
export function visitByHand(browser, session, slices) {
  return inRoom(browser, session, [[watchFrames]], async ({ page, session: devtools, open, stage }) => {
    await open();
    await marked(page, "filmless:scrollable");
    await stage().and(page.locator("[data-quality=full]")).waitFor();
    const scripts = await page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js")).map(({ name, encodedBodySize }) => [name, encodedBodySize]));
    const at = await centreOf(stage());
    await page.mouse.move(at.x, at.y);
    await stage().focus();
    await page.keyboard.press("Home");
    await pause(REST_MS);
    await forgetFrames(page);
    await turnWheel(devtools, at, slices - 1);
    await until("the last slice", async () => (await stage().locator("..").locator(".pane-counter").textContent()).includes(`${slices}`) || null);
    const scrolled = scrolling(await seenFrames(page));
    await pause(REST_MS);
    await forgetFrames(page);
    const mouse = (type, by) => devtools.send("Input.dispatchMouseEvent", { type, x: at.x + by, y: at.y + by, button: "left", buttons: type === "mouseReleased" ? 0 : 1, clickCount: 1 });
    await mouse("mousePressed", 0);
    await every(DRAG_PERIOD_MS, DRAG_MOVES, (time) => mouse("mouseMoved", Math.round(120 * Math.sin(time / 20))));
    await mouse("mouseReleased", 0);
    const { answers } = await seenFrames(page);
    return { ...scrolled, answers: answers.length, median: median(answers), p95: share(answers, 0.95), scriptBytes: scripts.filter(([name]) => !CODECS.test(name)).reduce((sum, [, bytes]) => sum + bytes, 0) };
  });
}

/** Frames a second from the first to the last change of the image, and in how many of them there was no picture. */
function scrolling({ frames }) {
  const changes = frames.map(({ counter }, place) => (counter === frames[place - 1]?.counter ? -1 : place)).filter((place) => place > 0);
  const moved = frames.slice(changes[0], changes.at(-1) + 1);
  const seconds = (moved.at(-1).at - moved[0].at) / 1000;
  return { rate: (moved.length - 1) / seconds, images: changes.length, blank: moved.filter(({ quality }) => quality === null).length };
}

function share(values, part) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? null;
}

/** On this machine: opens a long series, goes through it, and shows planes of all of it; what memory that takes. */
export function visitLong(browser, session, shot) {
  return inRoom(browser, session, [[watchFrames]], async ({ context, page, session: devtools, open, stage }) => {
    const memory = await Memory.watch(browser);
    let isDead = false;
    page.on("crash", () => (isDead = true));
    await open();
    const opened = await marked(page, "filmless:lossless");
    const at = await centreOf(stage());
    await turnWheel(devtools, at, 300);
    const scrolled = scrolling(await seenFrames(page));
    await page.locator('#room-toolbar [data-command="planes"][aria-disabled=false]').click();
    const asked = await page.evaluate(() => performance.now());
    const quick = await marked(page, "filmless:planes-quick");
    const whole = await marked(page, "filmless:planes-whole");
    await turnWheel(devtools, await centreOf(stage(CORONAL_PLACE)), 30);
    await pause(REST_MS);
    await page.screenshot({ path: shot });
    const peak = await memory.stop();
    return { opened, ...scrolled, quick: quick - asked, whole: whole - asked, ...peak, isAlive: !isDead && context.pages().length > 0 };
  });
}
