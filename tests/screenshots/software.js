/** Pictures of the programs that studies open in: what a doctor chooses from, OHIF, and the viewer of a ZIP on a disk. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fetchMedia } from "../media/fetch.js";

/** OHIF compiles its decoders first, beside everything else on this machine. */
const PATIENCE_MS = 90_000;

/** The page of the study must be open, its visitor signed in. */
export async function shootSoftware(page, keep) {
  const choice = `${page.url()}/open-with`;
  await page.goto(choice);
  await page.locator("button[value=ohif]").waitFor();
  await keep(page, "software-open-with");
  await page.click("button[value=address]");
  await page.locator("a[href^='weasis:']").waitFor();
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await keep(page, "software-address");
  await page.goto(choice);
  await page.click("button[value=ohif]");
  await page.waitForURL("**/ohif/viewer?StudyInstanceUIDs=*");
  await page.locator("canvas.cornerstone-canvas").first().waitFor({ timeout: PATIENCE_MS });
  await page.waitForFunction(
    () => {
      const [viewport] = window.cornerstone?.getRenderingEngines()[0]?.getViewports() ?? [];
      const image = viewport?.getCurrentImageId?.();
      return image !== undefined && window.cornerstone.cache.getImage(image) !== undefined;
    },
    undefined,
    { timeout: PATIENCE_MS },
  );
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await keep(page, "software-ohif");
}

/** A study's ZIP for other software, unpacked: INDEX.HTM as a browser opens it from a stick. */
export async function shootDisc(context, link, birthDate, keep) {
  const folder = mkdtempSync(join(tmpdir(), "filmless-disc-"));
  try {
    const { zip } = await fetchMedia(link, birthDate);
    writeFileSync(join(folder, "disc.zip"), zip);
    execFileSync("python3", ["-m", "zipfile", "-e", join(folder, "disc.zip"), folder]);
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "INDEX.HTM")).href);
    await page.locator("#stage[data-quality=full]").waitFor();
    await keep(page, "software-disc");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
