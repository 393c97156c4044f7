/** Debian's Chromium, watched: keeps every error that a page logs and every request to a third party. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const PHONE = { name: "phone", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DESKTOP = { name: "desktop", viewport: { width: 1440, height: 900 } };

/**
 * Debian's Chromium without the parts that only its window needs, which take half the time; `isWhole` starts the one that
 * people have. WebGL runs on the processor; `isWithoutWebGl` turns it off. What else a page draws would take twice as long
 * by way of it.
 */
export function launch({ isWithoutWebGl = false, isWhole = false } = {}) {
  const drawing = isWithoutWebGl
    ? ["--disable-gpu", "--disable-3d-apis"]
    : ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing", "--disable-gpu-rasterization"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? (isWhole ? "/usr/bin/chromium" : "/usr/bin/chromium-headless-shell"),
    args: [
      "--no-sandbox",
      ...drawing,
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Runs in the page first: WebGL that is computed bears the name of a graphics processor, so pages draw with it as they do on most devices. */
function nameGraphics() {
  const { getParameter } = WebGL2RenderingContext.prototype;
  const UNMASKED_RENDERER = 0x9246;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === UNMASKED_RENDERER ? "a graphics processor" : getParameter.call(this, name);
  };
}

/** A visitor with a device of their own; `isWithoutGraphics` leaves WebGL the name of what computes it. */
export class Visitor {
  errors = [];
  foreignRequests = [];
  #expected = [];

  static async arrive(browser, device, origins, options = {}) {
    const { name, ...deviceOptions } = device;
    const { isWithoutGraphics = false, ...contextOptions } = options;
    const context = await browser.newContext({ ...deviceOptions, locale: "vi-VN", ...contextOptions });
    if (!isWithoutGraphics) {
      await context.addInitScript(nameGraphics);
    }
    return new Visitor(context, await context.newPage(), name, origins);
  }

  constructor(context, page, device, origins) {
    Object.assign(this, { context, page, device });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      const isExpected = this.#expected.some((status) => message.text().includes(`status of ${status}`));
      if (message.type() === "error" && !isExpected) {
        this.errors.push(message.text());
      }
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (!["data:", "blob:"].includes(protocol) && !origins.includes(origin)) {
        this.foreignRequests.push(origin);
      }
    });
  }

  /** The browser logs a refusal as an error; this one is expected. */
  expectStatus(status) {
    this.#expected.push(status);
  }

  /** The accessibility violations that axe-core finds, in words. */
  async accessibilityViolations() {
    const results = await this.page.evaluate(
      `(() => { const module = undefined; ${AXE};
        return window.axe.run(document, { runOnly: ${JSON.stringify(AXE_TAGS)} }); })()`,
    );
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
  }

  /** How much wider the page is than the screen. Phones zoom out on wide pages, so innerWidth says nothing. */
  overflowPx() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** Photographs the page for who wants to look: `SCREENSHOTS=1`. */
  async screenshot(name) {
    if (process.env.SCREENSHOTS === undefined) {
      return;
    }
    const path = fileURLToPath(new URL(`out/${this.device}-${name}.png`, import.meta.url));
    await this.page.screenshot({ path, fullPage: true });
  }

  leave() {
    return this.context.close();
  }
}
