/** From the SMS to the image: what a patient does on a phone and on a desktop. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { openLink as answerLink, openPortal } from "./portal.js";
import { line, StudyPage } from "./study-page.js";

let browser;
let portal;

before(async () => {
  portal = await openPortal();
  // Without a graphics card, drawing without WebGL is faster.
  browser = await launch({ isWithoutWebGl: true, isWhole: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

/** Runs a walk and checks what must hold on each of its pages. */
async function walk(device, steps, options) {
  const visitor = await Visitor.arrive(browser, device, portal.origins, options);
  try {
    await steps(visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
    assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
  } finally {
    await visitor.leave();
  }
}

/** Checks that the page is accessible and no wider than the screen. */
async function check(visitor, name) {
  await visitor.screenshot(name);
  assert.deepEqual(await visitor.accessibilityViolations(), [], name);
  assert.ok((await visitor.overflowPx()) <= 0, `${name} is wider than the screen`);
}

function openLink({ page }) {
  return answerLink(portal, page);
}

async function signIn({ page }, typedPassword) {
  await page.goto(portal.url);
  await page.fill("#account", portal.account);
  await page.fill("#password", typedPassword);
  await page.click("main .primary");
}

for (const device of [PHONE, DESKTOP]) {
  describe(`on a ${device.name}`, () => {
    it("the link refuses a wrong birth date and opens with the right one", async () => {
      await walk(device, async (visitor) => {
        const { page } = visitor;
        await page.goto(portal.link);
        assert.doesNotMatch(await page.content(), /Nguyễn|N20-0317542/, "nothing is shown before the birth date");
        await check(visitor, "link");
        visitor.expectStatus(403);
        await page.fill("#birth-date", "01011990");
        await page.click("main .primary");
        assert.match(await page.locator("[role=alert]").textContent(), /Chưa đúng/);
        await check(visitor, "link-refused");
        await openLink(visitor);
        assert.match(await page.locator(".patient").textContent(), /Nguyễn Thị Hoà/);
        await new StudyPage(page).awaitPicture();
        await check(visitor, "study");
      });
    });

    it("the slider reaches the last image of every series, and each image is another one", async () => {
      await walk(device, async (visitor) => {
        await openLink(visitor);
        const study = new StudyPage(visitor.page);
        for (const { description, images } of STUDY.series.filter(({ images }) => images > 1)) {
          await study.choose(description);
          await study.slider.fill(String(images));
          await study.awaitCounter(`${images} / ${images}`);
          await study.awaitSquareAt(1);
          await study.slider.fill("1");
          await study.awaitSquareAt(0);
        }
        await study.choose("Chest");
        await study.awaitCounter("1 / 1");
        await study.awaitSquareAt(0.5);
        assert.equal(await study.slider.isVisible(), false, "a single image needs no slider");
      });
    });

    it("buttons, keys, wheel and mouse go through the images", async () => {
      await walk(device, async (visitor) => {
        const { page } = visitor;
        await openLink(visitor);
        const study = new StudyPage(page);
        await study.choose("Lung");
        await study.awaitCounter("13 / 24");
        await page.click("#next");
        await study.awaitCounter("14 / 24");
        await page.click("#previous");
        await page.keyboard.press("ArrowLeft");
        await study.awaitCounter("12 / 24");
        await page.keyboard.press("End");
        await study.awaitSquareAt(1);
        await page.keyboard.press("Home");
        await study.awaitSquareAt(0);
        await page.locator("#stage").hover();
        await page.mouse.wheel(0, 180);
        await study.awaitCounter("4 / 24");
        const box = await page.locator("#stage").boundingBox();
        await page.mouse.move(box.x + 20, box.y + 100);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width - 20, box.y + 100, { steps: 20 });
        await page.mouse.up();
        await page.waitForFunction(() => Number(document.getElementById("slider").value) >= 20);
      });
    });

    it("an image is enlarged, the viewer fills the screen and a clip plays", async () => {
      await walk(device, async (visitor) => {
        const { page } = visitor;
        await openLink(visitor);
        const study = new StudyPage(page);
        await study.choose("Chest");
        await study.awaitSquareAt(0.5);
        await page.click("#zoom-in");
        await page.click("#zoom-in");
        assert.ok(await page.locator("#stage.is-enlarged").isVisible());
        await visitor.screenshot("enlarged");
        await page.click("#large");
        const { height } = await page.locator("#viewer").boundingBox();
        assert.equal(height, device.viewport.height);
        await visitor.screenshot("full-screen");
        await page.keyboard.press("Escape");
        await study.choose("Heart");
        const before = await study.counter.textContent();
        await page.click("#play");
        await page.waitForFunction((text) => document.getElementById("counter").textContent !== text, before);
        await page.click("#play");
      });
    });

    it("account and password lead to the studies, in either language", async () => {
      await walk(device, async (visitor) => {
        const { page } = visitor;
        visitor.expectStatus(403);
        await signIn(visitor, "WRONG-WRONG");
        assert.match(await page.locator("[role=alert]").textContent(), /chưa đúng/);
        await check(visitor, "sign-in-refused");
        await signIn(visitor, portal.password.toLowerCase().replaceAll("-", " "));
        await page.waitForURL("**/studies");
        await check(visitor, "studies");
        await page.click("button.language");
        assert.equal(await page.locator("html").getAttribute("lang"), "en");
        await page.locator(".study-card a").first().click();
        await new StudyPage(page).awaitPicture();
        await check(visitor, "study-en");
        await page.locator(".tabs form button").click();
        assert.match(await page.locator("[role=status]").textContent(), /signed out/);
        await page.goto(`${new URL(portal.url).origin}/studies/${STUDY.uid}`);
        assert.equal(new URL(page.url()).pathname, "/", "a study is closed to whoever signed out");
      });
    });

    it("guide, sign-in and a dead link help", async () => {
      await walk(device, async (visitor) => {
        const { page } = visitor;
        await page.goto(portal.url);
        await check(visitor, "sign-in");
        await page.goto(new URL("/guide", portal.url).href);
        const pictures = page.locator(".steps li img");
        assert.equal(await pictures.count(), 6);
        for (const picture of await pictures.all()) {
          await picture.scrollIntoViewIfNeeded();
          await picture.evaluate((image) => image.decode());
          assert.ok((await picture.getAttribute("alt")).length > 20, "each says what it shows");
        }
        await check(visitor, "guide");
        visitor.expectStatus(404);
        await page.goto(new URL("/x/nothing", portal.url).href);
        await check(visitor, "link-gone");
        await page.goto(new URL("/nowhere", portal.url).href);
        await check(visitor, "not-found");
        assert.match(await page.locator(".support").textContent(), /1900 0000/);
      });
    });

    it("every series can be seen without scripts", async () => {
      await walk(
        device,
        async (visitor) => {
          const { page } = visitor;
          await openLink(visitor);
          assert.ok(await page.locator("#poster").isVisible());
          const sheets = page.locator(".contact-sheets img");
          assert.equal(await sheets.count(), STUDY.series.length);
          await sheets.last().scrollIntoViewIfNeeded();
          await visitor.screenshot("without-scripts");
        },
        { javaScriptEnabled: false },
      );
    });
  });
}

describe("fingers", () => {
  it("go through the images sideways, enlarge them, and leave up and down to the page", async () => {
    await walk(PHONE, async (visitor) => {
      const { page } = visitor;
      await openLink(visitor);
      const study = new StudyPage(page);
      await study.choose("Lung");
      await study.awaitCounter("13 / 24");
      await study.touch(line({ x: 40, y: 150 }, { x: 350, y: 155 }));
      await page.waitForFunction(() => Number(document.getElementById("slider").value) > 20);
      const image = await study.counter.textContent();

      await page.evaluate(() => window.scrollTo(0, 0));
      await study.touch(line({ x: 200, y: 300 }, { x: 200, y: 60 }));
      await page.waitForFunction(() => window.scrollY > 50);
      assert.equal(await study.counter.textContent(), image, "scrolling the page leaves the image alone");

      await study.touch(line({ x: 180, y: 150 }, { x: 80, y: 150 }), line({ x: 200, y: 150 }, { x: 300, y: 150 }));
      await page.locator("#stage.is-enlarged").waitFor();
      await study.touch(line({ x: 300, y: 150 }, { x: 100, y: 150 }));
      assert.equal(await study.counter.textContent(), image, "an enlarged image is moved, not changed");
      const box = await page.locator("#stage").boundingBox();
      for (let tap = 0; tap < 2; tap++) {
        await page.touchscreen.tap(box.x + 150, box.y + 150);
      }
      await page.locator("#stage:not(.is-enlarged)").waitFor();
    });
  });
});

describe("the network", () => {
  it("brings fresh URLs unseen when the old ones have run out", async () => {
    await walk(PHONE, async (visitor) => {
      const { page } = visitor;
      visitor.expectStatus(403);
      const packs = /\.pack\?/;
      let refused = 0;
      let renewed = 0;
      page.on("request", (request) => {
        renewed += request.url().endsWith("/grant") ? 1 : 0;
      });
      await page.route(packs, (route) => {
        refused += 1;
        return refused === 1
          ? route.fulfill({ status: 403, headers: { "access-control-allow-origin": "*" } })
          : route.continue();
      });
      await openLink(visitor);
      const study = new StudyPage(page);
      await study.slider.fill("24");
      await study.awaitSquareAt(1);
      assert.equal(renewed, 1);
      assert.equal(await page.locator("#note").isVisible(), false, "nothing is said");
    });
  });

  it("goes to the image that was chosen before the list of images had come", async () => {
    await walk(PHONE, async (visitor) => {
      const { page } = visitor;
      let release;
      const released = new Promise((resolve) => {
        release = resolve;
      });
      await page.route(/index[^/]*\?/, async (route) => {
        await released;
        await route.continue();
      });
      await openLink(visitor);
      const study = new StudyPage(page);
      await study.slider.fill("24");
      await page.click("#previous");
      await study.awaitCounter(/23\D+24/);
      release();
      await study.awaitSquareAt(22 / 23);
    });
  });

  it("is said to be away, and pictures go on when it is back", async () => {
    const visitor = await Visitor.arrive(browser, PHONE, portal.origins);
    const { page, context } = visitor;
    await openLink(visitor);
    const study = new StudyPage(page);
    await study.awaitSquareAt(12 / 23);
    await context.setOffline(true);
    await page.locator("button.series", { hasText: "Chest" }).click();
    await page.locator("#note", { hasText: "Mất kết nối mạng" }).waitFor();
    await visitor.screenshot("offline");
    await context.setOffline(false);
    await study.awaitSquareAt(0.5);
    await page.locator("#note").waitFor({ state: "hidden" });
    assert.deepEqual(visitor.foreignRequests, []);
    await visitor.leave();
  });
});
