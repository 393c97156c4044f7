/** The viewer in real hands: wheel, fingers and keys, on an upright and a turned phone and on a desktop. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { chest, CT, ct, thickCt } from "./fixtures.js";
import { servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";
import { line, StudyPage } from "./study-page.js";
import { ViewerPage } from "./viewer-page.js";

const [LUNG, HEART, CHEST] = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const ON_ITS_SIDE = { ...PHONE, name: "phone-on-its-side", viewport: { width: 844, height: 390 } };

let browser;
let portal;

before(async () => {
  portal = await openPortal();
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

async function view(device, packs, steps, raster = CT) {
  const visitor = await Visitor.arrive(browser, device, portal.origins);
  try {
    const { page } = visitor;
    for (const [uid, pack] of Object.entries(packs)) {
      await servePack(page, uid, pack);
    }
    await openLink(portal, page);
    await page.locator("#stage[data-quality=full]").waitFor();
    await steps(new ViewerPage(page, raster), visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
  } finally {
    await visitor.leave();
  }
}

/** Records every image that the counter names from now on. */
async function watchCounter(page) {
  await page.evaluate(() => {
    window.seen = [];
    const counter = document.getElementById("counter");
    new MutationObserver(() => window.seen.push(Number(/\d+/.exec(counter.textContent)[0]))).observe(counter, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  return () => page.evaluate(() => window.seen);
}

describe("the wheel", () => {
  for (const px of [53, 66.67, 100, 120]) {
    it(`goes on by one image for each notch of ${px} px`, async () => {
      await view(DESKTOP, { [LUNG]: ct() }, async (viewer, { page }) => {
        await viewer.ready();
        const seen = await watchCounter(page);
        const { x, y } = await viewer.at(32, 32);
        await page.mouse.move(x, y);
        for (let notch = 0; notch < 11; notch++) {
          await page.mouse.wheel(0, px);
        }
        await new StudyPage(page).awaitCounter("12 / 12");
        assert.deepEqual(await seen(), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        await page.mouse.wheel(0, -px);
        await new StudyPage(page).awaitCounter("11 / 12");
      });
    });
  }

  it("adds the small steps of a fine wheel up to a notch", async () => {
    await view(DESKTOP, { [LUNG]: ct() }, async (viewer, { page }) => {
      await viewer.ready();
      const seen = await watchCounter(page);
      const { x, y } = await viewer.at(32, 32);
      await page.mouse.move(x, y);
      for (let step = 0; step < 24; step++) {
        await page.mouse.wheel(0, 15);
      }
      await new StudyPage(page).awaitCounter("4 / 12");
      assert.deepEqual(await seen(), [2, 3, 4]);
    });
  });
});

describe("sides of the patient", () => {
  it("stand on an X-ray of a phone without any tool, and the picture says that it was flipped", async () => {
    await view(PHONE, { [CHEST]: chest() }, async (viewer, visitor) => {
      const { page } = visitor;
      await new StudyPage(page).choose("Chest");
      await viewer.eventually(() => viewer.letters(), (letters) => letters === "RLHF", "the letters RLHF");
      assert.equal(await page.locator("#tools").isVisible(), false);
      assert.equal(await page.textContent("#stage .shown-view"), "Trái (L) · PA");
      assert.equal(await page.textContent("#stage .turned"), "");
      await viewer.ready();
      await viewer.do("flip");
      await viewer.eventually(() => viewer.letters(), (letters) => letters === "LRHF", "the letters LRHF");
      assert.equal(await page.textContent("#stage .turned"), "Đã lật ngang");
      await viewer.do("rotate");
      await viewer.eventually(() => viewer.letters(), (letters) => letters === "FHLR", "the letters FHLR");
      assert.equal(await page.textContent("#stage .turned"), "Đã lật ngang · Đã xoay 90°");
      await visitor.screenshot("letters");
      await viewer.do("reset");
      await viewer.eventually(() => viewer.letters(), (letters) => letters === "RLHF", "the letters RLHF");
    });
  });
});

describe("measurements", () => {
  it("live with their image: another series, a reload, Delete and undo", async () => {
    await view(DESKTOP, { [LUNG]: ct(), [HEART]: thickCt() }, async (viewer, { page }) => {
      const study = new StudyPage(page);
      const length = ["Dài 10.00 mm"];
      const eventually = (expected) => viewer.eventually(() => viewer.results(), (found) => found.join() === expected.join(), `${expected}`);
      await viewer.ready();
      await page.locator("[data-tool=length]").click();
      await page.locator("#stage").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Enter");
      assert.deepEqual(await viewer.results(), length);
      await study.choose("Heart");
      await eventually([]);
      await study.choose("Lung");
      await study.awaitCounter("1 / 12");
      await eventually(length);
      await page.reload();
      await viewer.ready();
      await eventually(length);
      await viewer.choose("angle");
      await viewer.drag([45, 10], [30, 10]);
      assert.deepEqual(await viewer.results(), length, "half an angle is no row");
      await page.locator("#slider").fill("2");
      await page.locator("#slider").fill("1");
      await eventually(length);
      assert.equal(await page.locator("#stage polyline.mark").count(), 1, "nothing of it is left");
      await page.locator("#stage").focus();
      await page.keyboard.press("Delete");
      await eventually([]);
      await page.keyboard.press("Control+z");
      await eventually(length);
      await viewer.do("clear");
      await eventually([]);
      await viewer.do("undo");
      await eventually(length);
    });
  });
});

describe("a comparison under two hands", () => {
  it("does the same on the other side, once, and has tools for each", async () => {
    await view(DESKTOP, { [LUNG]: ct(), [HEART]: thickCt() }, async (viewer, { page }) => {
      await viewer.ready();
      await page.getByRole("button", { name: "So sánh", exact: true }).click();
      const other = page.locator(".other");
      await other.locator(".stage[data-quality=full]").waitFor();
      const letters = async (at) => (await page.locator(`${at} .edge`).allTextContents()).join("");
      const both = (expected) =>
        viewer.eventually(async () => [await letters("#stage"), await letters(".other .stage")], (found) => found.join() === expected.join(), `${expected}`);
      await both(["RLAP", "RLAP"]);
      await page.click(".tools [data-do=flip]");
      await both(["LRAP", "LRAP"]);
      await page.click(".tools [data-do=rotate]");
      await both(["PALR", "PALR"]);
      await page.click(".pane-bar-other [data-pane-do=rotate]");
      await both(["RLPA", "RLPA"]);
      await page.getByLabel("Sáng/tương phản và phóng to cùng nhau").uncheck();
      await page.click(".pane-bar-other [data-pane-do=flip]");
      await both(["RLPA", "LRPA"]);
      // The right button changes the window of the picture under it, and of no other.
      const box = await other.locator(".stage").boundingBox();
      await page.mouse.move(box.x + 60, box.y + 60);
      await page.mouse.down({ button: "right" });
      await page.mouse.move(box.x + 160, box.y + 60, { steps: 4 });
      await page.mouse.up({ button: "right" });
      const facts = await other.locator(".frame-facts").textContent();
      assert.ok(Number(/WW ([\d.]+)/.exec(facts)[1]) > 450, facts);
      await viewer.awaitFacts(/WL 40 · WW 400/);
    });
  });
});

describe("two pictures on one screen", () => {
  for (const [device, least] of [
    [PHONE, { width: 390, height: 250 }],
    [ON_ITS_SIDE, { width: 370, height: 260 }],
    [DESKTOP, { width: 350, height: 300 }],
  ]) {
    it(`are both seen, each with its name, follow fingers and wheel, and in large have it for themselves: ${device.name}`, async () => {
      await view(device, { [LUNG]: ct(), [HEART]: thickCt() }, async (viewer, { page }) => {
        await viewer.ready();
        await page.getByRole("button", { name: "So sánh", exact: true }).click();
        await page.locator(".other .stage[data-quality=full]").waitFor();
        const both = () => Promise.all(["#stage", ".other .stage"].map((stage) => onScreen(page, stage)));
        for (const { width, height } of await both()) {
          assert.ok(width >= least.width && height >= least.height, `${width} × ${height} px`);
        }
        for (const seen of [".pane-bar-main .pane-name", ".pane-bar-other .pane-name", "#slider", "#stage .stage-name", ".other .stage-name"]) {
          await onScreen(page, seen);
        }
        // Linked by position: slices are 5 mm and 10 mm apart, so two images here are one there.
        const [main] = await both();
        await page.mouse.move(main.x + main.width / 2, main.y + main.height / 2);
        await page.mouse.wheel(0, 100);
        await new StudyPage(page).awaitCounter("2 / 12");
        const other = page.locator(".other-counter");
        await page.locator("#slider").fill("5");
        await other.filter({ hasText: "2 / 5" }).waitFor();
        // It works the other way round, too: both show the same place, whichever is moved.
        await page.locator(".other .slider").fill("4");
        await new StudyPage(page).awaitCounter("9 / 12");
        await other.filter({ hasText: "4 / 5" }).waitFor();
        await page.locator("#slider").fill("5");
        await other.filter({ hasText: "2 / 5" }).waitFor();
        // The page may have scrolled to the second slider.
        await page.evaluate(() => document.getElementById("viewer").scrollIntoView());
        if (device !== DESKTOP) {
          const y = main.height / 2;
          await new StudyPage(page).touch(line({ x: 30, y }, { x: main.width - 30, y }));
          await other.filter({ hasText: "5 / 5" }).waitFor();
        }
        await page.screenshot({ path: `out/${device.name}-two.png` });
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0);

        await page.click("#large");
        await page.mouse.move(5, 5);
        await page.locator("#viewer.is-quiet").waitFor();
        const { width, height } = page.viewportSize();
        const area = (await both()).reduce((sum, box) => sum + box.width * box.height, 0);
        assert.ok(area > 0.9 * width * height, `${Math.round((100 * area) / width / height)}% of the screen`);
        await onScreen(page, ".pane-bar-other .pane-name");
        await onScreen(page, ".stage-name");
        await page.screenshot({ path: `out/${device.name}-two-large.png` });
        const [, second] = await both();
        if (device === DESKTOP) {
          await page.mouse.move(300, 300);
        } else {
          await page.touchscreen.tap(second.x + second.width / 2, second.y + second.height / 2);
        }
        await page.locator("#viewer:not(.is-quiet)").waitFor();
        await page.locator("#controls").waitFor();
      });
    });
  }
});

/** The box of an element, which must lie fully on the screen. */
async function onScreen(page, selector) {
  const box = await page.locator(selector).first().boundingBox();
  const { width, height } = page.viewportSize();
  assert.ok(box.x >= -1 && box.y >= -1 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1, `${selector} is at ${JSON.stringify(box)}`);
  return box;
}

describe("tools on a phone", () => {
  for (const device of [PHONE, ON_ITS_SIDE]) {
    it(`open where they are seen, beside a picture that stays in view: ${device.name}`, async () => {
      await view(device, { [LUNG]: ct() }, async (viewer, visitor) => {
        const { page } = visitor;
        await page.locator("#tools-toggle").scrollIntoViewIfNeeded();
        await page.tap("#tools-toggle");
        await page.locator("[data-tool=browse]").waitFor();
        await onScreen(page, "[data-tool=browse]");
        const stage = await onScreen(page, "#stage");
        const strip = await page.locator(".tool-strip").boundingBox();
        const isBeside = strip.y + strip.height <= stage.y + 1 || strip.x + strip.width <= stage.x + 1;
        assert.ok(isBeside, `the strip ${JSON.stringify(strip)} covers nothing of ${JSON.stringify(stage)}`);
        await page.screenshot({ path: `out/${device.name}-tool-strip.png` });
        await page.tap("[data-tool=length]");
        await viewer.drag([20, 20], [40, 20]);
        assert.match((await viewer.results())[0], /Dài (9|10)\.\d+ mm/);
        await onScreen(page, ".results li");
        await page.screenshot({ path: `out/${device.name}-measured.png` });
        assert.deepEqual(await visitor.accessibilityViolations(), []);
        assert.ok((await visitor.overflowPx()) <= 0);
      });
    });
  }

  it("on its side the picture has the height of the screen, and the patient's name", async () => {
    await view(ON_ITS_SIDE, { [LUNG]: ct() }, async (_, { page }) => {
      const stage = await onScreen(page, "#stage");
      assert.ok(stage.height >= 389 && stage.width > 500, JSON.stringify(stage));
      assert.match(await page.locator(".stage-name").textContent(), /Nguyễn Thị Hoà|NGUYỄN THỊ HOÀ/i);
      assert.ok(await page.locator(".stage-name").isVisible());
      await page.screenshot({ path: "out/phone-on-its-side-study.png" });
    });
  });

  for (const device of [PHONE, ON_ITS_SIDE, DESKTOP]) {
    it(`"large" fills the screen, keeps the name and hides its bars: ${device.name}`, async () => {
      await view(device, { [LUNG]: ct() }, async (_, { page }) => {
        await page.click("#large");
        await page.waitForFunction(() => document.fullscreenElement !== null);
        await page.mouse.move(5, 5);
        await page.locator("#viewer.is-quiet").waitFor();
        const { width, height } = page.viewportSize();
        const stage = await page.locator("#stage").boundingBox();
        assert.ok(stage.width >= width - 1 && stage.height >= height - 1, JSON.stringify(stage));
        assert.ok(await page.locator(".stage-name").isVisible());
        assert.equal(await page.locator("#controls").isVisible(), false);
        await page.screenshot({ path: `out/${device.name}-large-quiet.png` });
        if (device === DESKTOP) {
          await page.mouse.move(300, 300);
        } else {
          await page.touchscreen.tap(width / 3, height / 3);
        }
        await page.locator("#controls").waitFor();
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => document.fullscreenElement === null && !document.body.classList.contains("large"));
      });
    });
  }
});
