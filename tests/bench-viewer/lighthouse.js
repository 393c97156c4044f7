/** Lighthouse as a phone: on our slow link, like the one it would simulate, with a quarter of the CPU speed. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { median } from "./figures.js";
import { launchOptions } from "./visit.js";

const GOALS = { accessibility: 100, "best-practices": 100, performance: 90 };
/** Performance varies, so the median of these runs counts. */
const RUNS = 3;
const NO_NETWORK_THROTTLING = { requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 };

/** Audits pages given as name and URL, with `cookies` set, and adds a figure per category and page. */
export async function audit(figures, { pages, cookies, port, folder }) {
  const profile = mkdtempSync(join(tmpdir(), "filmless-lighthouse-"));
  const context = await chromium.launchPersistentContext(profile, launchOptions(`--remote-debugging-port=${port}`));
  try {
    for (const [name, url] of Object.entries(pages)) {
      await context.clearCookies();
      await context.addCookies(name === "study" ? cookies : []);
      const results = [];
      for (let run = 0; run < RUNS; run++) {
        results.push(await auditOnce(url, port));
      }
      results.forEach((result, run) => {
        writeFileSync(join(folder, `lighthouse-${name}-${run + 1}.json`), JSON.stringify(result, null, 2));
      });
      for (const [category, goal] of Object.entries(GOALS)) {
        const scores = results.map(({ categories }) => Math.round(categories[category].score * 100));
        figures.add(`Lighthouse, ${name} page: ${category}`, median(scores), "", { goal, isMoreBetter: true });
      }
    }
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Chromium sometimes records no navigation, and Lighthouse asks to be run again. */
async function auditOnce(url, port, tries = 3) {
  const { lhr } = await lighthouse(url, {
    port,
    logLevel: "error",
    formFactor: "mobile",
    onlyCategories: Object.keys(GOALS),
    throttlingMethod: "devtools",
    throttling: { ...NO_NETWORK_THROTTLING, cpuSlowdownMultiplier: 4 },
  });
  if (lhr.runtimeError?.code === "NO_NAVSTART" && tries > 1) {
    return auditOnce(url, port, tries - 1);
  }
  if (lhr.runtimeError !== undefined || lhr.finalDisplayedUrl !== url) {
    throw new Error(`Lighthouse saw ${lhr.finalDisplayedUrl}: ${lhr.runtimeError?.message ?? "another page"}`);
  }
  return lhr;
}
