/** Every tool of the viewer, and what it does to pixels and numbers, on packs with known values. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { angiography, CT, ct, nuclear, ultrasound } from "./fixtures.js";
import { servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";
import { StudyPage } from "./study-page.js";
import { ViewerPage } from "./viewer-page.js";

const [LUNG, HEART, CHEST] = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const FULL = "Chất lượng đầy đủ";
const SQUARE = { ...CT, aspect: 1 };

let browser;
let withoutWebGl;
let portal;

before(async () => {
  portal = await openPortal();
  browser = await launch();
  withoutWebGl = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await withoutWebGl?.close();
  await portal?.close();
});

/** Opens the study with our packs instead of its own. The steps get every address that was requested. */
async function view(from, device, packs, raster, steps, options = {}) {
  const visitor = await Visitor.arrive(from, device, portal.origins, options);
  try {
    const { page } = visitor;
    for (const [uid, pack] of Object.entries(packs)) {
      await servePack(page, uid, pack);
    }
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await openLink(portal, page);
    await steps(new ViewerPage(page, raster), visitor, asked);
    assert.deepEqual(visitor.errors, [], "the console is clean");
    assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
  } finally {
    await visitor.leave();
  }
}

/** What a value is shown as (PS3.3 C.11.2.1.2.1). */
function shown(value, center, width) {
  return Math.round(255 * Math.min(1, Math.max(0, (value - (center - 0.5)) / (width - 1) + 0.5)));
}

const ways = [
  { name: "on a phone", device: PHONE, from: () => browser, renderer: "webgl2" },
  { name: "on a desktop", device: DESKTOP, from: () => browser, renderer: "webgl2" },
  { name: "without WebGL", device: DESKTOP, from: () => withoutWebGl, renderer: "2d" },
];

for (const { name, device, from, renderer } of ways) {
  describe(`a CT ${name}`, () => {
    const see = (steps) => view(from(), device, { [LUNG]: ct() }, CT, steps);

    it("becomes bit-exact, says so, and is drawn as its window wants it", async () => {
      await see(async (viewer) => {
        await viewer.ready();
        const { page } = viewer;
        assert.equal(await page.locator("#quality").textContent(), FULL);
        assert.equal(await page.locator("html").getAttribute("data-renderer"), renderer);
        await viewer.awaitColour(15, 15, shown(CT.tissue, 40, 400));
        await viewer.awaitColour(40, 40, 0);
        await page.locator("#slider").fill("12");
        await viewer.awaitColour(15, 15, shown(CT.tissue + 11, 40, 400));
        await viewer.awaitFacts(/Vị trí lát cắt 55\.0 mm/);
      });
    });

    it("is measured: value, length, angle, ellipse", async () => {
      await see(async (viewer, visitor) => {
        await viewer.ready();
        await viewer.choose("probe");
        await viewer.tap(15, 20);
        assert.deepEqual(await viewer.results(), ["100 HU (cột 16, hàng 21)"]);
        await viewer.choose("length");
        await viewer.drag([30, 30], [50, 30]);
        await viewer.drag([35, 35], [35, 55]);
        const [, across, down] = await viewer.results();
        assert.ok(Math.abs(Number(/Dài ([\d.]+) mm/.exec(across)[1]) - 10) < 0.15, across);
        assert.ok(Math.abs(Number(/Dài ([\d.]+) mm/.exec(down)[1]) - 16) < 0.25, down);
        await viewer.choose("angle");
        await viewer.drag([55, 10], [40, 10]);
        await viewer.drag([40, 15], [40, 25]);
        await viewer.choose("ellipse");
        await viewer.drag([9, 9], [22, 22]);
        const [, , , angle, ellipse] = await viewer.results();
        assert.ok(Math.abs(Number(/Góc ([\d.]+)°/.exec(angle)[1]) - 90) < 3, angle);
        assert.match(ellipse, /TB 100\.0 HU · ĐLC 0\.00 · 100 đến 100/);
        await visitor.screenshot("measured");
        await viewer.page.locator("#slider").fill("2");
        await viewer.page.waitForFunction(() => document.querySelectorAll(".results li").length === 0);
        await viewer.page.locator("#slider").fill("1");
        await viewer.page.waitForFunction(() => document.querySelectorAll(".results li").length === 5);
        await viewer.do("clear");
        assert.deepEqual(await viewer.results(), []);
      });
    });

    it("changes its window by drag and by name, and is inverted", async () => {
      await see(async (viewer) => {
        await viewer.ready();
        const preset = viewer.page.locator(".choice", { hasText: "Cửa sổ" }).locator("select");
        await preset.selectOption({ label: "Phổi" });
        await viewer.awaitColour(15, 15, shown(CT.tissue, -600, 1500));
        await viewer.awaitColour(40, 40, shown(CT.air, -600, 1500));
        await viewer.do("invert");
        await viewer.awaitColour(40, 40, 255 - shown(CT.air, -600, 1500));
        await viewer.do("invert");
        await preset.selectOption({ label: "Air" });
        const sigmoid = Math.round(255 / (1 + Math.exp((-4 * (CT.tissue + 500)) / 1400)));
        await viewer.awaitColour(15, 15, sigmoid);
        await preset.selectOption({ label: "Toàn bộ giá trị" });
        await viewer.awaitColour(40, 40, 0);
        await viewer.awaitColour(15, 15, 255);
        await preset.selectOption({ label: "Theo máy chụp" });
        await viewer.choose("window");
        await viewer.awaitFacts(/WL 40 · WW 400/);
        await viewer.drag([20, 32], [44, 32]);
        const [, width] = /WL 40 · WW ([\d.]+)/.exec(await viewer.awaitFacts(/WW (?!400$)/m));
        assert.ok(Number(width) > 450, `a drag to the right makes the window wider: ${width}`);
        await viewer.awaitColour(15, 15, shown(CT.tissue, 40, Number(width)), 2);
        await viewer.do("reset");
        await viewer.awaitColour(15, 15, shown(CT.tissue, 40, 400));
      });
    });

    it("is turned and flipped, its sides with it", async () => {
      await see(async (viewer, { page }) => {
        await viewer.ready();
        await viewer.eventually(() => viewer.letters(), (letters) => letters === "RLAP", "the letters RLAP");
        const square = viewer.raster;
        await viewer.do("flip");
        await viewer.awaitColour(63 - 15, 15, shown(CT.tissue, 40, 400));
        assert.equal(await viewer.letters(), "LRAP");
        await viewer.do("flip");
        await viewer.do("rotate");
        viewer.raster = { columns: 64, rows: 64, aspect: 1 / 1.6 };
        await viewer.awaitColour(63 - 15, 15, shown(CT.tissue, 40, 400));
        assert.equal(await viewer.letters(), "PARL");
        await viewer.do("reset");
        viewer.raster = square;
        await viewer.awaitColour(15, 15, shown(CT.tissue, 40, 400));
        await viewer.do("actual");
        // The scale bar shows how wide a pixel is: 0.5 mm per screen pixel.
        const bar = () =>
          page.evaluate(() => ({
            px: Number(/h([\d.]+)/.exec(document.querySelector(".bar").getAttribute("d"))[1]) * window.devicePixelRatio,
            mm: parseFloat(document.querySelector(".bar-label").textContent) * 10,
          }));
        await viewer.eventually(bar, ({ px, mm }) => Math.abs(px * 0.5 - mm) < 0.01, "one pixel to a pixel");
        await viewer.do("fit");
        await viewer.awaitColour(15, 15, shown(CT.tissue, 40, 400));
      });
    });
  });
}

/** Runs in the page. */
function refuseWebGl() {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (name, ...rest) {
    return name === "webgl2" ? null : getContext.call(this, name, ...rest);
  };
}

describe("what a hospital uploaded", () => {
  it("comes back bit by bit: JPEG-LS slices and a large X-ray in HTJ2K", async () => {
    await view(withoutWebGl, DESKTOP, {}, { columns: 160, rows: 160, aspect: 1 }, async (viewer, { page }, asked) => {
      const study = new StudyPage(page);
      await study.choose("Lung");
      await viewer.ready();
      await page.locator("#slider").fill("1");
      await study.awaitSquareAt(0);
      await viewer.choose("probe");
      await viewer.tap(13, 80);
      await viewer.choose("length");
      await viewer.drag([40, 20], [90, 20]);
      const [value, length] = await viewer.results();
      assert.equal(value, "400 HU (cột 14, hàng 81)");
      assert.ok(Math.abs(Number(/Dài ([\d.]+) mm/.exec(length)[1]) - 50) < 0.5, length);
      await viewer.awaitColour(100, 120, shown(-60, 40, 400));

      viewer.raster = { columns: 1920, rows: 2400, aspect: 1 };
      await study.choose("Chest");
      await viewer.ready();
      await viewer.choose("probe");
      await viewer.tap(960, 1200);
      await viewer.choose("length");
      await viewer.drag([200, 400], [1200, 400]);
      const [bright, atDetector] = await viewer.results();
      assert.match(bright, /^4000 /);
      assert.match(atDetector, /Dài (149|150|151)\.\d mm \(tại đầu thu\)/);
      const codecs = asked.map((url) => /(charls|openjph).*\.wasm/.exec(url)?.[1]).filter((name) => name !== undefined);
      assert.deepEqual([...new Set(codecs)].sort(), ["charls", "openjph"]);
    });
  });

  it("is asked for at once only as far as the first picture needs it", async () => {
    await view(browser, PHONE, {}, CT, async (viewer, { page }) => {
      // Wait, so that the last requests of the visit before do not count.
      await page.locator("#stage[data-quality=full]").waitFor();
      const scripts = [];
      page.on("request", (request) => {
        scripts.push(/\/assets\/([a-z-]+)-[\w-]{8}\.(?:js|wasm)$/.exec(request.url())?.[1]);
      });
      await page.reload();
      await page.locator("#stage[data-quality=full]").waitFor();
      const asked = scripts.filter((name) => name !== undefined);
      assert.equal(asked[0], "viewer");
      assert.deepEqual(asked.filter((name) => /tools|documents|comparison|pdf|openjph/.test(name)), []);
      await viewer.ready();
      assert.ok(scripts.includes("tools"), "tools come when they are wanted");
    });
  });
});

describe("both ways of drawing", () => {
  it("have the same result, pixel by pixel", async () => {
    const drawn = [];
    for (const renderer of ["webgl2", "2d"]) {
      await view(browser, DESKTOP, { [LUNG]: ct() }, CT, async (viewer, { page }) => {
        if (renderer === "2d") {
          await page.addInitScript(refuseWebGl);
          await page.reload();
        }
        await viewer.ready();
        assert.equal(await page.locator("html").getAttribute("data-renderer"), renderer);
        const preset = viewer.page.locator(".choice", { hasText: "Cửa sổ" }).locator("select");
        await preset.selectOption({ label: "Air" });
        await page.locator("#stage .frame-facts", { hasText: "WL -500" }).waitFor();
        drawn.push(await viewer.pixels());
      });
    }
    const [gl, cpu] = drawn;
    assert.equal(gl.length, cpu.length);
    const difference = gl.reduce((most, value, place) => Math.max(most, Math.abs(value - cpu[place])), 0);
    assert.ok(difference <= 1, `they differ by ${difference}`);
  });
});

describe("WebGL that the processor computes", () => {
  it("is left alone: frames are drawn in plain code", async () => {
    const seen = async (viewer, { page }) => {
      await viewer.ready();
      assert.equal(await page.locator("html").getAttribute("data-renderer"), "2d");
      await viewer.awaitColour(15, 15, shown(CT.tissue, 40, 400));
    };
    await view(browser, DESKTOP, { [LUNG]: ct() }, CT, seen, { isWithoutGraphics: true });
  });
});

describe("the tools on a desktop", () => {
  it("are worked by keyboard alone", async () => {
    await view(withoutWebGl, DESKTOP, { [LUNG]: ct() }, CT, async (viewer, { page }) => {
      await viewer.ready();
      await page.locator("[data-tool=length]").focus();
      await page.keyboard.press("Enter");
      await page.locator("#stage").focus();
      await page.keyboard.press("Enter");
      for (let step = 0; step < 2; step++) {
        await page.keyboard.press("Shift+ArrowRight");
      }
      await page.keyboard.press("Enter");
      assert.deepEqual(await viewer.results(), ["Dài 10.00 mm"]);
      await page.locator("[data-tool=window]").focus();
      await page.keyboard.press("Enter");
      await page.locator("#stage").focus();
      await page.keyboard.press("ArrowRight");
      await viewer.awaitFacts(/WL 40 · WW 416/);
      await page.locator("[data-tool=browse]").focus();
      await page.keyboard.press("Enter");
      await page.locator("#stage").focus();
      await page.keyboard.press("ArrowRight");
      await new StudyPage(page).awaitCounter("2 / 12");
    });
  });

  it("lead to marked images and by small pictures to any", async () => {
    await view(withoutWebGl, DESKTOP, { [LUNG]: ct() }, CT, async (viewer, { page }) => {
      await viewer.ready();
      const study = new StudyPage(page);
      assert.equal(await page.locator("#key-mark").isVisible(), false);
      await viewer.do("next-key");
      await study.awaitCounter("8 / 12");
      assert.ok(await page.locator("#key-mark").isVisible());
      await page.locator(".thumbs-box summary").click();
      await page.getByRole("button", { name: "Đến ảnh 5" }).click();
      await study.awaitCounter("5 / 12");
      assert.equal(await page.locator(".thumb[aria-current]").getAttribute("data-frame"), "4");
    });
  });

  it("measure a film of ultrasound region by region, and play it at any speed", async () => {
    await view(withoutWebGl, DESKTOP, { [HEART]: ultrasound() }, SQUARE, async (viewer, { page }) => {
      const study = new StudyPage(page);
      await study.choose("Heart");
      await viewer.ready();
      await viewer.awaitColour(15, 15, [254, 0, 0], 2);
      await viewer.awaitColour(40, 15, [0, 0, 254], 2);
      await viewer.choose("length");
      await viewer.drag([30, 10], [50, 10]);
      await viewer.drag([30, 40], [50, 60]);
      await viewer.drag([5, 20], [5, 50]);
      const [centimetres, doppler, across] = await viewer.results();
      assert.ok(Math.abs(Number(/Dài ([\d.]+) mm/.exec(centimetres)[1]) - 20) < 0.3, centimetres);
      assert.match(doppler, /Dài 0\.(19|20|21) s · (39|40|41)\.\d cm\/s/);
      assert.match(across, /px \(chưa hiệu chuẩn\)/);
      await viewer.choose("browse");
      await page.getByLabel("Tốc độ").selectOption("4×");
      await viewer.do("loop");
      await page.click("#play");
      await study.awaitCounter("6 / 6");
      await page.locator("#play:not(.is-on)").waitFor();
      assert.match(await study.counter.textContent(), /6 \/ 6/, "the film stops at its end");
    });
  });

  it("take the mask of an angiography off and put it back, with its overlay", async () => {
    await view(withoutWebGl, DESKTOP, { [CHEST]: angiography() }, SQUARE, async (viewer, { page }) => {
      await new StudyPage(page).choose("Chest");
      await viewer.ready();
      // 30 in a window of 101 around 0: (30 + 0.5) / 100 + 0.5.
      await viewer.awaitColour(15, 15, Math.round(255 * 0.805));
      await viewer.awaitColour(40, 15, Math.round(255 * 0.505));
      await viewer.awaitColour(60, 60, 255);
      await viewer.do("overlays");
      await viewer.awaitColour(60, 60, Math.round(255 * 0.505));
      await viewer.do("mask");
      await viewer.awaitColour(15, 15, shown(530, 500, 1000));
      await viewer.choose("probe");
      await viewer.tap(15, 15);
      assert.match((await viewer.results())[0], /^530 /);
      await viewer.choose("length");
      await viewer.drag([30, 30], [50, 30]);
      assert.match((await viewer.results())[1], /Dài (3\.9|4\.0)\d mm \(tại đầu thu\)/);
    });
  });

  it("show counts in colours, and turn projections ten times a second", async () => {
    await view(withoutWebGl, DESKTOP, { [HEART]: nuclear() }, SQUARE, async (viewer, { page }) => {
      await new StudyPage(page).choose("Heart");
      await viewer.ready();
      await viewer.awaitColour(15, 15, 128);
      const colours = page.getByLabel("Bảng màu");
      await colours.selectOption("Hot Iron");
      await viewer.awaitColour(15, 15, [255, 0, 0]);
      await viewer.awaitColour(40, 15, [128, 0, 0]);
      await colours.selectOption("Xám đảo");
      await viewer.awaitColour(40, 15, 255 - 64);
      await viewer.choose("probe");
      await viewer.tap(15, 15);
      assert.match((await viewer.results())[0], /^0\.500 /);
      assert.ok(await page.locator("#play").isVisible(), "projections are a film");
    });
  });
});
