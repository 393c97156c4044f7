/** One visit with an empty cache and no open connection: when the screen showed what, and what it cost. */

import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { firstPictureOf, Screen } from "./screen.js";
import { FAR_END } from "./slow-link.js";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "vi-VN" };
/** The peer's whole series takes five minutes. */
const PATIENCE_MS = 420_000;
/** What has not come by then will not come. */
const FULL_PATIENCE_MS = 45_000;
const POLL_MS = 50;

export function launchOptions(...more) {
  return {
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      `--host-resolver-rules=MAP 127.0.0.1 ${FAR_END}`,
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
  };
}

/** As browsers do on a desktop without a graphics processor: WebGL is computed, and pages are put together without it. */
const WITHOUT_GPU = "--disable-gpu-compositing";

export function desktopOptions() {
  return launchOptions(WITHOUT_GPU);
}

/** The same without a link in between. */
export function nearOptions() {
  const { args, ...options } = desktopOptions();
  return { ...options, args: args.filter((argument) => !argument.startsWith("--host-resolver-rules")) };
}

/** Runs in the page first: records when each condition was first met, in milliseconds since navigation. */
function watch() {
  const seen = {};
  const pieces = [];
  Object.assign(window, { benchSeen: seen, benchPieces: pieces });
  // Record every byte that the page reads of a range response, whatever the chunks.
  const fetchUnwatched = window.fetch;
  window.fetch = async (...request) => {
    const response = await fetchUnwatched(...request);
    const [, start] = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "") ?? [];
    if (start !== undefined) {
      watchBody(response, Number(start));
    }
    return response;
  };
  const watchBody = (response, start) => {
    let next = start;
    const take = (length) => {
      pieces.push({ start: next, end: next + length, at: performance.now() });
      next += length;
    };
    const { body } = response;
    const arrayBuffer = response.arrayBuffer.bind(response);
    const getReader = body.getReader.bind(body);
    response.arrayBuffer = async () => {
      const bytes = await arrayBuffer();
      take(bytes.byteLength);
      return bytes;
    };
    body.getReader = (...mode) => {
      const reader = getReader(...mode);
      const read = reader.read.bind(reader);
      reader.read = async (...view) => {
        const result = await read(...view);
        take(result.value?.byteLength ?? 0);
        return result;
      };
      return reader;
    };
  };
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

/** Milliseconds since navigation until the page had read the whole range; null until then. */
function wholeAt(pieces, { offset, length }) {
  let covered = offset;
  let at = 0;
  for (const piece of pieces.sort((a, b) => a.start - b.start || a.at - b.at)) {
    if (piece.start > covered) {
      return null;
    }
    if (piece.end > covered) {
      covered = piece.end;
      at = Math.max(at, piece.at);
    }
    if (covered >= offset + length) {
      return at;
    }
  }
  return null;
}

/** Calls `attempt` until it returns something other than null. */
export async function until(what, attempt, patienceMs = PATIENCE_MS) {
  const end = Date.now() + patienceMs;
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

async function open(browser, cookies, url, use) {
  const context = await browser.newContext(PHONE);
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(watch);
    const session = await context.newCDPSession(page);
    const screen = new Screen(session);
    await screen.start();
    await page.goto(url, { waitUntil: "commit", timeout: PATIENCE_MS });
    const seen = (name) => page.evaluate((name) => window.benchSeen?.[name] ?? null, name);
    return await use({ page, screen, seen });
  } finally {
    await context.close();
  }
}

/** Visits the portal's study page. `previews` is the range of the pack with all previews. */
export function visitPortal(browser, link, { cookies, url, previews, shot }) {
  return open(browser, cookies, url, async ({ page, screen, seen }) => {
    const before = link.down.bytes;
    const pieces = () => page.evaluate(() => window.benchPieces ?? []);
    const scrollable = await until("previews", async () => wholeAt(await pieces(), previews));
    const bytes = link.down.bytes - before;
    const hasFull = (await page.locator("#quality").count()) > 0;
    const full = hasFull ? await until("full quality", () => seen("full"), FULL_PATIENCE_MS).catch(() => null) : null;
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

/** Visits the OHIF that we host, whose frames a worker answers. Waits for the whole series only if `isWhole`. */
export function visitHosted(browser, link, { url, frames, isWhole, shot }) {
  return open(browser, [], url, async ({ page, seen }) => {
    const answered = new Set();
    page.on("requestfinished", (request) => {
      if (request.url().includes("/frames/")) {
        answered.add(request.url());
      }
    });
    const began = Date.now();
    const before = link.down.bytes;
    // The page that takes the token leads to another one.
    await until("first picture", async () => (await seen("peerPainted").catch(() => null)) ?? (await seen("rendered").catch(() => null)));
    const first = Date.now() - began;
    if (shot !== undefined) {
      await page.screenshot({ path: shot });
    }
    if (!isWhole) {
      return { first, whole: null, bytes: null };
    }
    const all = until("all frames", async () => (answered.size >= frames ? true : null));
    await all.catch((error) => {
      throw new Error(`${answered.size} of ${frames} frames, ${link.down.bytes - before} bytes`, { cause: error });
    });
    return { first, whole: Date.now() - began, bytes: link.down.bytes - before };
  });
}

/** Visits OHIF. The earliest sign of its first picture counts. Waits for the whole series only if `isWhole`. */
export function visitOhif(browser, link, { url, frames, framesSent, isWhole, shot }) {
  return open(browser, [], url, async ({ page, seen }) => {
    const before = link.down.bytes;
    framesSent.clear();
    await until("first picture", async () => (await seen("peerPainted")) ?? (await seen("rendered")));
    const firstBytes = link.down.bytes - before;
    const signs = [await seen("peerPainted"), await seen("rendered")].filter((sign) => sign !== null);
    if (shot !== undefined) {
      await page.screenshot({ path: shot });
    }
    let scrollable = null;
    let bytes = null;
    if (isWhole) {
      await until("all frames", async () => (framesSent.size >= frames ? true : null));
      scrollable = await page.evaluate(() => performance.now());
      bytes = link.down.bytes - before;
    }
    return { first: Math.min(...signs), scrollable, full: Math.min(...signs), firstBytes, bytes };
  });
}
