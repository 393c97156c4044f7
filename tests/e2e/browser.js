/** Debian's Chromium, watched: keeps every error that a page logs and every request to a third party. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const PHONE = { name: "phone", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DESKTOP = { name: "desktop", viewport: { width: 1440, height: 900 } };

/** WebGL runs on the processor; `isWithoutWebGl` turns it off. */
export function launch({ isWithoutWebGl = false } = {}) {
  const drawing = isWithoutWebGl
    ? ["--disable-gpu", "--disable-3d-apis"]
    : ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
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

/** A visitor with a device of their own. */
export class Visitor {
  errors = [];
  foreignRequests = [];
  #expected = [];

  static async arrive(browser, device, origins, options = {}) {
    const { name, ...deviceOptions } = device;
    const context = await browser.newContext({ ...deviceOptions, locale: "vi-VN", ...options });
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

  async screenshot(name) {
    const path = fileURLToPath(new URL(`out/${this.device}-${name}.png`, import.meta.url));
    await this.page.screenshot({ path, fullPage: true });
  }

  leave() {
    return this.context.close();
  }
}
