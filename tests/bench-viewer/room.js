/**
 * The reading room on a desktop: how soon planes of the CT are seen on a slow link, how it answers wheel and mouse on this
 * machine, and what a CT of 2,000 slices costs. What happens in the page is timed in the page, by its own frames.
 */

import { readFileSync } from "node:fs";
import { median } from "./figures.js";
import { firstPictureOf, Screen } from "./screen.js";
import { until } from "./visit.js";

const DESKTOP = { viewport: { width: 1440, height: 900 }, locale: "vi-VN" };
/** Which pane the command for three planes in a row puts the coronal one into. */
const CORONAL_PLACE = 1;
const FRAME_MS = 1000 / 60;
const DRAG_MOVES = 240;
/** Everything is quiet once nothing was asked for or drawn for this long. */
const MEBIBYTE = 1024 * 1024;

/** Opens the room in a browser that has nothing of it; `use` gets the page. */
async function inRoom(browser, { cookies, url }, use) {
  const context = await browser.newContext(DESKTOP);
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(watchFrames);
    const session = await context.newCDPSession(page);
    const screen = new Screen(session);
    const open = () => page.goto(`${url}/read`, { waitUntil: "commit" });
    return await use({ context, page, session, screen, open });
  } finally {
    await context.close();
  }
}

/** When the page set a mark, in milliseconds since navigation; waits for it. */
function marked(page, name) {
  return until(name, () => page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? null, `filmless:${name}`).catch(() => null));
}

function command(page, name) {
  return page.locator(`#room-toolbar [data-command="${name}"]:not([aria-disabled=true])`);
}

/** The room is opened on a link, and planes are asked for as soon as there is a button for them. */
export function visitPlanes(browser, link, session, { shot, isWhole = false } = {}) {
  return inRoom(browser, session, async ({ context, page, screen, open }) => {
    const before = link.down.bytes;
    await screen.start();
    await open();
    await command(page, "planes").click();
    const asked = await page.evaluate(() => performance.now());
    const thinned = await marked(page, "planes-thinned");
    const quick = await marked(page, "planes-quick");
    const bytes = link.down.bytes - before;
    const frames = await screen.stop();
    const origin = await page.evaluate(() => performance.timeOrigin);
    const stage = await page.locator(`.pane[data-place="${CORONAL_PLACE}"] .stage`).boundingBox();
    // The mark says that every eighth slice is drawn; the screen must have shown it.
    const shown = frames.filter(({ at }) => at >= origin + thinned);
    const first = (await firstPictureOf(context, shown, stage)) - origin;
    if (shot !== undefined) {
      await page.screenshot({ path: shot });
    }
    return { asked, thinned, first, quick, bytes };
  });
}

/**
 * Runs in the page first: for each frame of the screen, when it began and ended, which image was on the stage, and how long ago
 * the oldest movement came that it answers.
 */
function watchFrames() {
  const bench = { frames: [], answers: [] };
  window.bench = bench;
  let moved = null;
  let isDrawn = false;
  addEventListener("pointermove", ({ timeStamp }) => (moved ??= timeStamp), true);
  const drawImage = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...how) {
    isDrawn ||= this.canvas.closest?.(".stage") != null;
    return drawImage.apply(this, how);
  };
  const { port1, port2 } = new MessageChannel();
  let began = 0;
  // What is posted within a frame arrives once the frame was drawn.
  port1.onmessage = () => {
    const at = performance.now();
    if (moved !== null && isDrawn) {
      bench.answers.push(at - moved);
      moved = null;
    }
    const stage = document.querySelector(".pane.is-active .stage");
    const canvas = stage?.querySelector(":scope > canvas");
    const isBlank = canvas == null || canvas.hidden || stage.dataset.quality === undefined;
    bench.frames.push({ began, ms: at - began, isDrawn, isBlank, quality: stage?.dataset.quality, text: document.querySelector(".pane.is-active .pane-counter")?.textContent });
    isDrawn = false;
  };
  const look = (at) => {
    began = at;
    port2.postMessage(null);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
