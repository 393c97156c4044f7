/** The ZIP for other software, unpacked: INDEX.HTM opened from a folder, as from a USB stick. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { fetchMedia } from "../media/fetch.js";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { openPortal } from "./portal.js";
import { StudyPage } from "./study-page.js";

/** The origin of every file, for a browser. */
const DISK = ["null"];

let browser;
let portal;
let disc;

before(async () => {
  portal = await openPortal();
  const { zip } = await fetchMedia(portal.link, "02/03/1958");
  disc = join(portal.folder, "disc");
  writeFileSync(`${disc}.zip`, zip);
  execFileSync("python3", ["-m", "zipfile", "-e", `${disc}.zip`, disc]);
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

async function open(device, folder, steps) {
  const visitor = await Visitor.arrive(browser, device, DISK);
  const asked = [];
  visitor.page.on("request", (request) => asked.push(request.url()));
  try {
    await visitor.page.goto(pathToFileURL(join(folder, "INDEX.HTM")).href);
    await steps(new StudyPage(visitor.page), visitor.page);
    assert.deepEqual(asked.filter((url) => !/^(file|blob|data):/.test(url)), [], "no network is needed");
    return visitor.errors;
  } finally {
    await visitor.leave();
  }
}

describe("the viewer on a disk", () => {
  for (const device of [PHONE, DESKTOP]) {
    it(`shows every series in full quality on a ${device.name}`, async () => {
      const errors = await open(device, disc, async (study, page) => {
        assert.match(await page.locator("#patient").textContent(), /Nguyễn Thị Hoà/i);
        assert.match(await page.locator("#facts").textContent(), /02\/03\/1958.*N20-0317542/);
        await study.choose("Lung");
        for (const [slice, square] of [[1, 0], [24, 1], [12, 11 / 23]]) {
          await study.slider.fill(String(slice));
          await study.awaitCounter(`${slice} / 24`);
          await study.awaitSquareAt(square);
        }
        for (const name of ["Lung", "Heart", "Chest"]) {
          await study.choose(name);
          await page.locator("#stage[data-quality=full]").waitFor();
        }
        await page.click("#zoom-in");
        await page.click("#language");
        await page.locator("#tools-toggle", { hasText: "Tools" }).waitFor();
        await study.awaitPicture();
      });
      assert.deepEqual(errors, [], "the console is clean");
    });
  }

  it("says what is missing where INDEX.HTM was copied alone", async () => {
    const alone = join(portal.folder, "alone");
    mkdirSync(alone);
    copyFileSync(join(disc, "INDEX.HTM"), join(alone, "INDEX.HTM"));
    await open(DESKTOP, alone, async (_, page) => {
      assert.match(await page.locator("#title").textContent(), /IHE_PDI/);
    });
  });
});
