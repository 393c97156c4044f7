/** An earlier study of the same patient beside the current one. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { openLink, openPortal, sendEarlier } from "./portal.js";
import { StudyPage } from "./study-page.js";

let browser;
let portal;

before(async () => {
  portal = await openPortal();
  await sendEarlier(portal);
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

for (const device of [PHONE, DESKTOP]) {
  describe(`an earlier study on a ${device.name}`, () => {
    it("is chosen from the patient's list and stays as far behind as the reader put it", async () => {
      const visitor = await Visitor.arrive(browser, device, portal.origins);
      const { page } = visitor;
      try {
        await openLink(portal, page);
        const study = new StudyPage(page);
        await study.choose("Lung");
        await page.locator("#stage[data-quality=full]").waitFor();
        if (device === PHONE) {
          await page.click("#tools-toggle");
        }
        await page.getByRole("button", { name: "So sánh", exact: true }).click();
        const other = page.locator(".other");
        const studies = page.getByLabel("So sánh với lần chụp");
        await studies.locator("option", { hasText: "20/11/2019" }).waitFor({ state: "attached" });
        // It starts with the latest earlier study of the same kind, and each picture names its study.
        await page.locator(".pane-bar-other .pane-name", { hasText: "Lần trước 20/11/2019" }).waitFor();
        assert.match(await page.locator(".pane-bar-main .pane-name").textContent(), /^Lần này 23\/11\/2020 .*Lung$/);
        assert.equal(await studies.evaluate((list) => list.selectedIndex), 1);
        await studies.selectOption({ index: 1 });
        await other.locator(".stage[data-quality=full]").waitFor();
        await other.locator(".other-counter", { hasText: "/ 12" }).waitFor();
        // Two visits to the scanner share no position, so the images scroll on together from where they are.
        await page.locator(".link-note", { hasText: "số thứ tự ảnh" }).waitFor();
        const together = page.getByLabel("Cuộn cùng nhau");
        await together.uncheck();
        await study.slider.fill("5");
        await other.locator(".slider").fill("3");
        await other.locator(".other-counter", { hasText: "3 / 12" }).waitFor();
        await together.check();
        await study.slider.fill("9");
        await other.locator(".other-counter", { hasText: "7 / 12" }).waitFor();
        // It works whichever of the two is moved.
        await other.locator(".slider").fill("4");
        await study.counter.filter({ hasText: "6 / 24" }).waitFor();
        await study.slider.fill("24");
        await other.locator(".other-counter", { hasText: "12 / 12" }).waitFor();
        const [left, right] = await Promise.all([page.locator("#stage").boundingBox(), other.locator(".stage").boundingBox()]);
        const isStacked = right.y >= left.y + left.height - 1;
        assert.equal(isStacked, device === PHONE, "stacked on a phone, side by side on a desktop");
        assert.ok(Math.abs(left.width - right.width) < 2 && Math.abs(left.height - right.height) < 2, "both are alike");
        await visitor.screenshot("prior");
        assert.deepEqual(await visitor.accessibilityViolations(), []);
        assert.ok((await visitor.overflowPx()) <= 0);
        assert.deepEqual(visitor.errors, [], "the console is clean");
      } finally {
        await visitor.leave();
      }
    });
  });
}
