/** One visit with an empty cache and no open connection: what was on the screen when, and what it cost. */

import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { firstPictureOf, Screen } from "./screen.js";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "vi-VN" };
const PATIENCE_MS = 600_000;
const POLL_MS = 50;

export function launch(...more) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
      ...more,
    ],
  });
}

/** Runs in the page before anything else: notes when something was first so, in milliseconds since navigation. */
function watch() {
  const seen = {};
  window.benchSeen = seen;
  const note = (name) => {
    seen[name] ??= performance.now();
  };
  addEventListener("CORNERSTONE_IMAGE_RENDERED", () => note("rendered"), true);
  addEventListener("CORNERSTONE_STACK_NEW_IMAGE", () => note("newImage"), true);
  const isPainted = (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, place) => place % 4 === 0 && value > 40);
  };
  const look = () => {
    const peer = document.querySelector("canvas.cornerstone-canvas");
    if (!("peerPainted" in seen) && peer !== null && peer.width > 0 && isPainted(peer)) {
      note("peerPainted");
    }
    if (document.querySelector("[data-quality=full]") !== null) {
      note("full");
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** When each byte of a range of an object has come in, told by the browser's own record of the network. */
class Arrivals {
  #requests = new Map();
  #events = [];
  /** Of the record's clock, in seconds. */
  startedAt = null;

  constructor(session, isWanted) {
    session.on("Network.requestWillBeSent", ({ requestId, request, timestamp, type }) => {
      this.startedAt ??= type === "Document" ? timestamp : null;
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers["Range"] ?? "") ?? [];
      if (isWanted(request.url) && start !== undefined) {
        this.#requests.set(requestId, { next: Number(start), last: Number(end) });
      }
    });
    session.on("Network.dataReceived", ({ requestId, dataLength, timestamp }) => {
      const request = this.#requests.get(requestId);
      if (request !== undefined) {
        this.#events.push({ start: request.next, end: request.next + dataLength, timestamp });
        request.next += dataLength;
      }
    });
  }

  /** Milliseconds since navigation until the whole range was there; null when it is not. */
  whole({ offset, length }) {
    const pieces = this.#events
      .map(({ start, end, timestamp }) => ({
        start: Math.max(start, offset),
        end: Math.min(end, offset + length),
        timestamp,
      }))
      .filter(({ start, end }) => start < end)
      .sort((a, b) => a.start - b.start || a.timestamp - b.timestamp);
    let covered = offset;
    let at = 0;
    for (const { start, end, timestamp } of pieces) {
      if (start > covered) {
        return null;
      }
      if (end > covered) {
        covered = end;
        at = Math.max(at, timestamp);
      }
    }
    return covered < offset + length ? null : (at - this.startedAt) * 1000;
  }
}

/** Calls `attempt` until it answers something else than null. */
export async function until(what, attempt) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await attempt();
    if (value !== null) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: waited in vain`);
    }
    await pause(POLL_MS);
  }
}

async function open(browser, cookies, url, isWanted, use) {
  const context = await browser.newContext(PHONE);
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(watch);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const arrivals = new Arrivals(session, isWanted);
    const screen = new Screen(session);
    await screen.start();
    await page.goto(url, { waitUntil: "commit", timeout: PATIENCE_MS });
    const seen = (name) => page.evaluate((name) => window.benchSeen?.[name] ?? null, name);
    return await use({ page, screen, arrivals, seen });
  } finally {
    await context.close();
  }
}

/** The study page of the portal. `previews` is the range of the pack that holds them all. */
export function visitPortal(browser, link, { cookies, url, previews, shot }) {
  return open(browser, cookies, url, (wanted) => wanted.includes(".pack?"), async (visit) => {
    const { page, screen, arrivals, seen } = visit;
    const before = link.down.bytes;
    const scrollable = await until("previews", async () => arrivals.whole(previews));
    const bytes = link.down.bytes - before;
    const hasFull = (await page.locator("#quality").count()) > 0;
    const full = hasFull ? await until("full quality", () => seen("full")) : null;
    const frames = await screen.stop();
    const origin = await page.evaluate(() => performance.timeOrigin);
    const stage = await page.locator("#stage").boundingBox();
    const first = await firstPictureOf(page.context(), frames, stage);
    if (shot !== undefined) {
      await page.screenshot({ path: shot });
    }
    return { first: first - origin, scrollable, full, bytes };
  });
}

/** OHIF. Of all signs of its first picture the earliest counts. Waits for the whole series only when told to. */
export function visitOhif(browser, link, { url, frames, framesSent, isWhole, shot }) {
  return open(browser, [], url, () => false, async ({ page, seen }) => {
    const before = link.down.bytes;
    framesSent.clear();
    await until("first picture", async () => (await seen("peerPainted")) ?? (await seen("rendered")));
    const bytes = link.down.bytes - before;
    const signs = [await seen("peerPainted"), await seen("rendered")].filter((sign) => sign !== null);
    if (shot !== undefined) {
      await page.screenshot({ path: shot });
    }
    let scrollable = null;
    if (isWhole) {
      await until("all frames", async () => (framesSent.size >= frames ? true : null));
      scrollable = await page.evaluate(() => performance.now());
    }
    return { first: Math.min(...signs), scrollable, full: Math.min(...signs), bytes };
  });
}
