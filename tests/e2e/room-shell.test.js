/** The reading room around its tools: panes, mouse, keys, strip, hanging, prior, second window, failures. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { EARLIER, EARLIER_MAMMOGRAPHY, MAMMOGRAPHY, STUDY, writeStudy } from "./dicom.js";
import { openLink, openPortal, sendEarlier } from "./portal.js";
import { RoomPage } from "./room-page.js";

const WIDE = { name: "wide desktop", viewport: { width: 1920, height: 1080 } };
const PATIENT = "Nguyễn Thị Hoà · 02/03/1958";
/** Of all scripts that come as a study opens, without codecs, compressed. */
const SCRIPT_BYTES_MAX = 70 * 1024;
const [LUNG, HEART] = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);

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

/** Enters the room, does something there, and checks that nothing went wrong on the way. */
async function inRoom(device, act, { prepare = async () => undefined, isClean = true } = {}) {
  const visitor = await Visitor.arrive(browser, device, portal.origins);
  try {
    await openLink(portal, visitor.page);
    await prepare(visitor);
    const room = new RoomPage(visitor.page);
    await room.open();
    await act(room, visitor);
    if (isClean) {
      assert.deepEqual(visitor.errors, [], "the console is clean");
      assert.deepEqual(visitor.foreignRequests, []);
    }
  } finally {
    await visitor.leave();
  }
}

/** The scripts that a page has asked for, compressed. */
async function scriptBytes(page) {
  const urls = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /\/assets\/.*\.js$/.test(name) && !/codec|worker/.test(name)));
  const scripts = await Promise.all(urls.map(async (url) => gzipSync(await (await page.request.get(url)).body(), { level: 9 }).length));
  return scripts.reduce((sum, bytes) => sum + bytes, 0);
}

describe("the reading room", () => {
  for (const device of [DESKTOP, WIDE]) {
    it(`gives at least 85% of a ${device.name} to images as it opens, each under its patient's name`, async () => {
      await inRoom(device, async (room, visitor) => {
        assert.equal(await room.layout(), "1x3");
        await room.awaitNames("Lung", "Heart", "Chest");
        for (const place of [0, 1, 2]) {
          assert.equal(await room.text(place, ".pane-patient"), PATIENT);
          assert.match(await room.text(place, ".pane-study"), /^Lần này 23\/11\/2020 · Chụp CLVT ngực$/);
          assert.equal(await room.text(place, ".quality"), "Chất lượng đầy đủ");
        }
        const share = await room.imageShare();
        assert.ok(share >= 0.85, `${(100 * share).toFixed(1)}% are images`);
        const bytes = await scriptBytes(room.page);
        assert.ok(bytes > 30 * 1024 && bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes of scripts`);
        assert.deepEqual(await visitor.accessibilityViolations(), []);
        assert.ok((await visitor.overflowPx()) <= 0);
        await visitor.screenshot("room");
      });
    });
  }

  it("scrolls the image under the wheel, one image a notch, and by keys", async () => {
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      await room.awaitCounter(0, "Ảnh 13 / 24");
      await page.mouse.move(...Object.values(await room.centre(0)));
      await page.mouse.wheel(0, 120);
      await room.awaitCounter(0, "Ảnh 14 / 24");
      assert.match(await room.text(1, ".pane-counter"), /Ảnh 7 \/ 12/, "the other pane stays");
      await page.mouse.click(...Object.values(await room.centre(0)));
      for (const [key, counter] of [["ArrowUp", "13"], ["ArrowDown", "14"], ["Shift+ArrowDown", "24"], ["Home", "1"], ["End", "24"]]) {
        await page.keyboard.press(key);
        await room.awaitCounter(0, `Ảnh ${counter} / 24`);
      }
    });
  });

  it("changes window, zoom and place with the mouse, and takes it back", async () => {
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      await room.awaitFacts(0, "WL 40 · WW 400");
      await room.drag(0, { x: 250, y: 0 });
      await room.awaitFacts(0, "WL 40 · WW 900");
      const windowed = await room.text(0, ".frame-facts");
      await room.drag(0, { x: 0, y: 100 }, "right");
      await page.locator(".pane[data-place='0'] .stage.is-enlarged").waitFor();
      await page.keyboard.press("Control+z");
      await page.locator(".pane[data-place='0'] .stage:not(.is-enlarged)").waitFor();
      assert.equal(await room.text(0, ".frame-facts"), windowed, "the window of before stays");
      await page.keyboard.press("Control+z");
      await room.awaitFacts(0, "WL 40 · WW 400");
      await page.keyboard.press("Control+y");
      await room.eventually(() => room.text(0, ".frame-facts"), (text) => text === windowed, "the window again");
      await page.keyboard.press("2");
      await room.awaitFacts(0, "WL -600 · WW 1500");
      await page.keyboard.press("0");
      await room.awaitFacts(0, "WL 40 · WW 400");
      await page.selectOption("#room-windows", { index: 3 });
      await room.awaitFacts(0, "WL 400 · WW 1800");
    });
  });

  it("lays out 1 × 1 to 3 × 3 panes by key and by mouse, and enlarges one by a double click", async () => {
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      for (const [key, layout] of [[1, "1x1"], [2, "1x2"], [3, "1x3"], [4, "2x2"], [5, "2x1"], [6, "2x3"], [7, "3x1"], [8, "3x2"], [9, "3x3"]]) {
        await page.keyboard.press(`Alt+${key}`);
        await room.eventually(() => room.layout(), (found) => found === layout, layout);
      }
      assert.equal(await room.panes.count(), 9);
      await room.command("layouts");
      await page.click(".layout-cells [data-rows='1'][data-columns='2']");
      assert.equal(await room.layout(), "1x2");
      assert.equal((await room.names())[0], "Lung", "the first series is still there");
      await page.mouse.dblclick(...Object.values(await room.centre(0)));
      await page.locator("#room-grid.is-enlarged").waitFor();
      assert.ok(await room.pane(1).isHidden());
      const share = await room.imageShare();
      await page.keyboard.press("Enter");
      await room.pane(1).waitFor();
      assert.ok((await room.imageShare()) <= share);
    });
  });

  it("takes a series from the strip into any pane, by mouse and by keyboard, and is empty until it comes", async () => {
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      const tile = await room.tile("Heart").boundingBox();
      const target = await room.centre(0);
      await page.route((url) => url.pathname.includes(`/${HEART}/`) && url.pathname.endsWith(".index.json"), async (route) => {
        await held;
        await route.continue();
      });
      await page.mouse.move(tile.x + 20, tile.y + 20);
      await page.mouse.down();
      await page.mouse.move(tile.x + 60, tile.y + 40, { steps: 3 });
      await page.mouse.move(target.x, target.y, { steps: 5 });
      assert.ok(await page.locator(".pane.is-target[data-place='0']").isVisible());
      await page.mouse.up();
      // The name has changed, and nothing of the lung is under it: no picture, no poster, no window, no position.
      const seen = await page.evaluate(() => {
        const pane = document.querySelector(".pane[data-place='0']");
        const pictures = [...pane.querySelectorAll(".stage > canvas, .stage > img")].filter(({ hidden }) => !hidden);
        return { name: pane.querySelector(".pane-series").textContent, pictures: pictures.map(({ tagName, src }) => src ?? tagName), facts: pane.querySelector(".frame-facts").textContent };
      });
      assert.equal(seen.name, "Heart");
      assert.ok(seen.pictures.every((picture) => picture.includes(`/${HEART}/`)), `${seen.pictures}`);
      assert.equal(seen.facts, "");
      release();
      await room.ready();
      await room.awaitNames("Heart", "Heart", "Chest");
      await room.tile("Lung").focus();
      await page.keyboard.press("2");
      await room.awaitNames("Heart", "Lung", "Chest");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await room.awaitNames("Heart", "Chest", "Chest");
      await page.keyboard.press("Control+z");
      await room.awaitNames("Heart", "Lung", "Chest");
    });
  });

  it("shows all keys, has them as in other viewers, and remembers which", async () => {
    await inRoom(DESKTOP, async (room, visitor) => {
      const { page } = room;
      await page.keyboard.press("?");
      await page.locator(".room-help").waitFor();
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await page.getByLabel("Bấm như trong").selectOption("OHIF");
      await page.locator(".room-help dt", { hasText: /^C$/ }).waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".room-help").waitFor({ state: "detached" });
      await page.reload();
      await room.ready();
      await page.locator(".pane[data-place='0'] .stage").focus();
      await page.keyboard.press("ArrowRight");
      await page.locator(".pane.is-active[data-place='1']").waitFor();
      await page.keyboard.press("PageDown");
      await room.awaitNames("Lung", "Chest", "Chest");
      await page.keyboard.press("z");
      await page.locator("[data-command=hand-zoom][aria-pressed=true]").waitFor();
    });
  });

  it("plays films in all panes at once", async () => {
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      const counters = async () => [await room.text(0, ".pane-counter"), await room.text(1, ".pane-counter")];
      const before = await counters();
      await page.keyboard.press("Shift+C");
      await room.eventually(counters, (now) => now.every((text, place) => text !== before[place]), "two films");
      await page.keyboard.press("Shift+C");
      await page.locator("[data-command=cine-all][aria-pressed=false]").waitFor();
      const stopped = await counters();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
      assert.deepEqual(await counters(), stopped);
    });
  });

  it("hides every bar and text, but never the patient's name, and finds the way back", async () => {
    await inRoom(DESKTOP, async (room, visitor) => {
      const { page } = room;
      await page.keyboard.press("o");
      await page.locator(".pane-counter").first().waitFor({ state: "hidden" });
      await page.keyboard.press("F4");
      await page.locator("#room-head").waitFor({ state: "hidden" });
      assert.ok(await page.locator("#room-series").isHidden());
      assert.ok(await room.pane(0).locator(".pane-patient").isVisible());
      assert.ok(await room.pane(0).locator(".quality").isVisible());
      assert.ok((await room.imageShare()) > 0.99);
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await page.reload();
      await room.ready();
      assert.ok(await page.locator("#room-head").isHidden(), "it is remembered");
      await page.click("#room-bars-back");
      await page.locator("#room-head").waitFor();
      assert.ok(await page.locator("#room-series").isVisible());
    });
  });

  it("fetches the prior only when asked for it, and hangs it beside its pair, under its own date", async () => {
    await inRoom(DESKTOP, async (room, visitor) => {
      const { page } = room;
      const requests = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.reload();
      await room.ready();
      assert.deepEqual(requests.filter((url) => url.includes(EARLIER.uid) || url.endsWith("/studies")), [], "nothing of it before");
      await page.click("[data-command=prior]");
      await room.eventually(() => room.layout(), (found) => found === "1x2", "two panes");
      await room.ready();
      await room.awaitNames("Lung", "Lung");
      assert.match(await room.text(0, ".pane-study"), /^Lần này 23\/11\/2020/);
      assert.match(await room.text(1, ".pane-study"), /^Lần trước 20\/11\/2019/);
      assert.equal(await room.text(1, ".pane-patient"), PATIENT);
      await room.awaitCounter(1, "/ 12");
      assert.deepEqual(await page.locator("#room-series .series-words > span").allTextContents(), ["24 ảnh", "12 ảnh", "1 ảnh", "12 ảnh"]);
      await visitor.screenshot("room-prior");
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await page.reload();
      await room.ready();
      await room.awaitNames("Lung", "Lung");
      assert.match(await room.text(1, ".pane-study"), /^Lần trước 20\/11\/2019/);
    });
  });

  it("opens a second window that shows other series and follows", async () => {
    await inRoom(DESKTOP, async (room, { page, context }) => {
      await page.keyboard.press("Alt+1");
      await room.awaitNames("Lung");
      const [opened] = await Promise.all([context.waitForEvent("page"), room.command("second-window")]);
      const second = new RoomPage(opened);
      await second.ready();
      await second.awaitNames("Heart", "Chest");
      assert.equal(await second.text(0, ".pane-patient"), PATIENT);
      await second.tile("Lung").click();
      await second.awaitNames("Lung", "Chest");
      await second.ready();
      await page.locator(".pane .stage").focus();
      await page.keyboard.press("Home");
      await second.awaitCounter(0, "Ảnh 1 / 24");
      await page.keyboard.press("ArrowDown");
      await second.awaitCounter(0, "Ảnh 2 / 24");
      await second.page.locator(".pane[data-place='0'] .stage").focus();
      await second.page.keyboard.press("End");
      await second.awaitCounter(0, "Ảnh 24 / 24");
      assert.match(await room.text(0, ".pane-counter"), /Ảnh 2 \/ 24/, "the first one leads");
    });
  });

  it("is as it was left after a reload: layout, series, images, the pane in hand", async () => {
    await inRoom(DESKTOP, async (room) => {
      const { page } = room;
      await page.keyboard.press("Alt+4");
      await page.mouse.click(...Object.values(await room.centre(3)));
      await room.tile("Lung").click();
      await room.awaitNames("Lung", "Heart", "Chest", "Lung");
      await room.ready();
      await page.locator(".pane[data-place='3'] .stage").focus();
      await page.keyboard.press("End");
      await room.awaitCounter(3, "Ảnh 24 / 24");
      await page.reload();
      await room.ready();
      assert.equal(await room.layout(), "2x2");
      await room.awaitNames("Lung", "Heart", "Chest", "Lung");
      await room.awaitCounter(3, "Ảnh 24 / 24");
      await room.awaitCounter(0, "Ảnh 13 / 24");
      await page.locator(".pane.is-active[data-place='3']").waitFor();
    });
  });

  it("says in its pane what went wrong, and goes on when that is over", async () => {
    await inRoom(DESKTOP, async (room, visitor) => {
      const { page } = room;
      for (const status of [404, 403, 401]) {
        visitor.expectStatus(status);
      }
      const isIndex = (url) => url.pathname.includes(`/${HEART}/`) && url.pathname.endsWith(".index.json");
      await page.route(isIndex, (route) => route.fulfill({ status: 404, headers: { "access-control-allow-origin": "*" }, body: "" }));
      await room.tile("Heart").click();
      const note = room.pane(0).locator(".note");
      await note.filter({ hasText: "Chưa tải được" }).or(note.filter({ hasText: "không tải được" })).or(note).first().waitFor();
      assert.ok(await room.pane(0).locator("canvas").isHidden(), "no other picture is under the name");
      await page.unroute(isIndex);
      await note.getByRole("button").click();
      await room.ready();
      await room.awaitNames("Heart", "Heart", "Chest");
      await note.waitFor({ state: "hidden" });
      const isLung = (url) => url.pathname.includes(`/${LUNG}/`);
      await page.route(isLung, (route) => route.fulfill({ status: 403, headers: { "access-control-allow-origin": "*" }, body: "" }));
      await page.route("**/grant", (route) => route.fulfill({ status: 401, body: "{}" }));
      await room.tile("Lung").click();
      await note.getByRole("link").waitFor();
      assert.ok(await room.pane(0).locator("canvas").isHidden());
    }, { isClean: false });
  });

  it("has one picture and few bars on a phone", async () => {
    await inRoom(PHONE, async (room, visitor) => {
      assert.equal(await room.layout(), "1x1");
      assert.equal(await room.panes.count(), 1);
      assert.ok(await room.page.locator("#room-series").isHidden());
      assert.equal(await room.text(0, ".pane-patient"), PATIENT);
      assert.ok((await room.imageShare()) >= 0.85);
      assert.ok((await visitor.overflowPx()) <= 0);
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await room.command("menu");
      await room.page.locator(".room-menu [data-command=strip]").click();
      await room.tile("Heart").click();
      await room.awaitNames("Heart");
      await visitor.screenshot("room");
    });
  });
});

describe("mammograms in the reading room", () => {
  it("hang right beside left, CC above MLO, and each above its own view of the year before", async () => {
    const clinic = await openPortal((folder) => writeStudy(folder, MAMMOGRAPHY, { declared_instances: undefined }));
    try {
      await sendEarlier(clinic, EARLIER_MAMMOGRAPHY);
      const visitor = await Visitor.arrive(browser, DESKTOP, clinic.origins);
      await openLink(clinic, visitor.page);
      const room = new RoomPage(visitor.page);
      await room.open();
      assert.equal(await room.layout(), "2x2");
      await room.awaitNames("R CC", "L CC", "R MLO", "L MLO");
      await room.command("prior");
      await room.eventually(() => room.layout(), (found) => found === "2x4", "priors below");
      await room.ready();
      await room.awaitNames("R CC", "L CC", "R MLO", "L MLO", "Screening", "", "Screening", "Screening");
      await visitor.screenshot("room-mammograms");
      for (const [place, view] of [[0, "Phải (R) · CC"], [1, "Trái (L) · CC"], [2, "Phải (R) · MLO"], [3, "Trái (L) · MLO"], [4, "Phải (R) · CC"], [6, "Phải (R) · MLO"], [7, "Trái (L) · MLO"]]) {
        assert.equal(await room.text(place, ".shown-view"), view);
        assert.match(await room.text(place, ".pane-study"), place < 4 ? /23\/11\/2020/ : /20\/11\/2019/);
      }
      assert.deepEqual(visitor.errors, []);
      await visitor.leave();
    } finally {
      await clinic.close();
    }
  });
});
