/** Every page of the portal in both languages: for all eyes and ears, on the smallest phone, in the largest letters. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, PHONE, Visitor } from "./browser.js";
import { EARLIER, STUDY, writeStudy } from "./dicom.js";
import { send } from "./filmless.js";
import { keepWaiting, openLink, openPortal } from "./portal.js";
import { awaitStates } from "./staff.js";
import { StudyPage } from "./study-page.js";

const SMALLEST_PX = 320;
const LARGEST_LETTERS_PX = 36;
/** Letters that only Vietnamese uses. Names and titles come from the hospital and stay as they are. */
const VIETNAMESE = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i;
const OF_THE_HOSPITAL = /Nguyễn Thị Hoà|Chụp CLVT ngực|Tiếng Việt/g;
const HOURS = { vi: /Thứ 2.*20:00.*Thứ 7.*12:00/s, en: /Mon.*20:00.*Sat.*12:00/s };

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

/** Runs in the page: what a screen reader says about controls and pictures. */
function spokenNames() {
  const elements = document.querySelectorAll("a, button, input, select, summary, label, [aria-label], img[alt], h1, h2");
  return [...elements].map((element) => element.getAttribute("aria-label") ?? element.getAttribute("alt") ?? element.textContent);
}

class Inspector {
  seen = [];

  /** Switches to the language under test. */
  async speak() {
    if ((await this.page.locator("html").getAttribute("lang")) !== this.language) {
      await this.page.click("button.language");
    }
  }

  constructor(visitor, language) {
    Object.assign(this, { visitor, page: visitor.page, language });
  }

  async inspect(name) {
    const { visitor, page, language } = this;
    const text = `${name} in ${language}`;
    assert.equal(await page.locator("html").getAttribute("lang"), language, text);
    await visitor.screenshot(`page-${language}-${name}`);
    assert.deepEqual(await visitor.accessibilityViolations(), [], text);
    assert.match(await page.locator(".support").textContent(), HOURS[language], `${text} says when somebody helps`);
    if (language === "en") {
      const foreign = (await page.evaluate(spokenNames)).filter((spoken) => VIETNAMESE.test(spoken.replace(OF_THE_HOSPITAL, "")));
      assert.deepEqual(foreign, [], text);
    }
    await this.#fits(text);
    this.seen.push(name);
  }

  async #fits(text) {
    const { visitor, page } = this;
    assert.ok((await visitor.overflowPx()) <= 0, `${text} is wider than a phone`);
    await page.setViewportSize({ width: SMALLEST_PX, height: 568 });
    assert.ok((await visitor.overflowPx()) <= 0, `${text} is wider than the smallest phone`);
    await visitor.screenshot(`page-${this.language}-small-${this.seen.length}`);
    await page.setViewportSize(PHONE.viewport);
    await page.evaluate((px) => document.documentElement.style.setProperty("font-size", `${px}px`), LARGEST_LETTERS_PX);
    const wider = await visitor.overflowPx();
    await visitor.screenshot(`page-${this.language}-large-letters-${this.seen.length}`);
    await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
    assert.ok(wider <= 0, `${text} is ${wider} px wider than a phone in the largest letters`);
  }
}

for (const language of ["vi", "en"]) {
  describe(`in ${language}`, () => {
    it("every page can be read by all, and says who helps and when", async () => {
      const locale = language === "vi" ? "vi-VN" : "en-GB";
      const visitor = await Visitor.arrive(browser, PHONE, portal.origins, { locale });
      const inspector = new Inspector(visitor, language);
      const { page } = visitor;
      const at = (path) => new URL(path, portal.url).href;
      try {
        for (const [name, path, status] of [
          ["sign-in", "/"],
          ["guide", "/guide"],
          ["link-gone", "/x/nothing", 404],
          ["share-gone", "/s/nothing", 404],
          ["not-found", "/nowhere", 404],
        ]) {
          if (status !== undefined) {
            visitor.expectStatus(status);
          }
          await page.goto(at(path));
          await inspector.speak();
          await inspector.inspect(name);
        }
        await page.goto(portal.link);
        await inspector.speak();
        await inspector.inspect("link");
        await openLink(portal, page);
        await inspector.speak();
        const study = page.url();
        await new StudyPage(page).awaitPicture();
        assert.match(await page.locator(".general-note").first().textContent(), /chẩn đoán do bác sĩ|diagnosis is made by a doctor/);
        await page.click("#tools-toggle");
        await page.locator("[data-tool=length]").waitFor();
        await inspector.inspect("study");

        await page.goto(at("/studies"));
        await inspector.inspect("studies");
        await page.goto(`${study}/access`);
        await inspector.inspect("access");
        await page.goto(`${study}/download`);
        if ((await page.locator("main .primary[download]").count()) === 0) {
          await inspector.inspect("download");
          await page.click("main button.primary");
          await page.locator("main a.primary[download]").waitFor();
        }
        await inspector.inspect("download-ready");
        await page.goto(at("/shares"));
        await inspector.inspect("shares");
        await page.fill("#label", "BS. Minh");
        await page.locator("input[name=study]").first().check();
        await page.click("main button.primary");
        const [link, code] = [(await page.textContent("#share-link")).trim(), await page.inputValue("#share-code")];
        await inspector.inspect("share-made");
        await page.goto(at("/shares"));
        await inspector.inspect("shares-with-one");
        await guest(link, code, locale);
        assert.deepEqual(visitor.errors, [], "the console is clean");
        assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
      } finally {
        await visitor.leave();
      }
    });

    /** What a guest of a share sees. */
    async function guest(link, code, locale) {
      const visitor = await Visitor.arrive(browser, PHONE, portal.origins, { locale });
      const inspector = new Inspector(visitor, language);
      const { page } = visitor;
      try {
        await page.goto(link);
        await inspector.speak();
        await inspector.inspect("share-door");
        visitor.expectStatus(403);
        await page.fill("#code", "000000");
        await page.click("main .primary");
        await page.locator("[role=alert]").waitFor();
        await inspector.inspect("share-refused");
        await page.fill("#code", code);
        await page.click("main .primary");
        await page.waitForURL(/\/studies/);
        await inspector.speak();
        await inspector.inspect("share-opened");
        assert.deepEqual(visitor.errors, [], "the console is clean");
      } finally {
        await visitor.leave();
      }
    }
  });
}

describe("a study on its way", () => {
  it("stands in the list as being prepared, without a picture and without a way into it", async () => {
    const { files, order } = writeStudy(portal.folder, EARLIER, { declared_instances: 99, result: { status: "preliminary" } });
    await keepWaiting(portal);
    await send(portal.filmless, files, order);
    await awaitStates(portal.filmless, { [EARLIER.uid]: "receiving" });
    const visitor = await Visitor.arrive(browser, PHONE, portal.origins);
    const { page } = visitor;
    try {
      await openLink(portal, page);
      await page.goto(new URL("/studies", portal.url).href);
      const waiting = page.locator(".study-card", { hasText: "Đang chuẩn bị hình ảnh" });
      assert.equal(await waiting.count(), 1);
      assert.match(await waiting.textContent(), /20\/11\/2019/);
      assert.equal(await waiting.locator("a, img").count(), 0);
      assert.equal(await page.locator(".study-card a").count(), 1, STUDY.uid);
      assert.deepEqual(await visitor.accessibilityViolations(), []);
    } finally {
      await visitor.leave();
    }
  });
});

describe("on a phone's home screen", () => {
  it("the portal can be installed", async () => {
    const visitor = await Visitor.arrive(browser, PHONE, portal.origins);
    const { page } = visitor;
    try {
      await page.goto(portal.url);
      const manifest = await page.evaluate(async () => (await fetch("/manifest.webmanifest")).json());
      assert.equal(manifest.display, "standalone");
      assert.equal(manifest.start_url, "/studies");
      const sizes = await page.evaluate(async (icons) => {
        const bitmaps = icons.map(async ({ src }) => createImageBitmap(await (await fetch(src)).blob()));
        return (await Promise.all(bitmaps)).map(({ width, height }) => `${width}x${height}`);
      }, manifest.icons);
      assert.deepEqual(sizes, manifest.icons.map(({ sizes }) => sizes));
      assert.ok(sizes.includes("192x192") && sizes.includes("512x512"));
    } finally {
      await visitor.leave();
    }
  });
});
