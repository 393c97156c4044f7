/** What others drew, in the reading room: objects of highdicom and pydicom lie where they belong (`oracle/objects.py`). */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { ORDER } from "./dicom.js";
import { openLink, openPortal } from "./portal.js";

const STUDY = "1.2.826.0.1.3680043.10.1234.20.1";
/** The CT of `objects.py`. */
const CT = { columns: 64, rows: 64, aspect: 1.6 };
/** In picture pixels: lines are drawn between those of the screen. */
const SLACK = 0.3;

let portal;
let browser;
let visitor;
let page;

function write(folder) {
  const files = join(folder, "files");
  mkdirSync(files);
  execFileSync("tar", ["-xzf", join(import.meta.dirname, "oracle/objects.tar.gz"), "-C", files]);
  const order = join(folder, "order.json");
  const declared = readdirSync(files).length;
  writeFileSync(order, JSON.stringify({ ...ORDER, accession_number: "A20260131001", declared_instances: declared }));
  return { files, order };
}

before(async () => {
  portal = await openPortal(write);
  browser = await launch();
  visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
  page = visitor.page;
  await openLink(portal, page);
  await page.goto(`${portal.url}/studies/${STUDY}/read`);
  await page.locator(".stage[data-quality=full]").first().waitFor();
  await page.click("[data-command=objects]");
  await object("structures").waitFor();
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

function object(kind, place = 0) {
  return page.locator(`.room-object[data-kind=${kind}]`).nth(place);
}

/** The boxes around what is drawn on the active pane, in picture pixels, while the picture is fitted and upright. */
function drawnBoxes() {
  return page.evaluate(({ columns, rows, aspect }) => {
    const stage = document.querySelector(".pane.is-active .stage");
    const { clientWidth: width, clientHeight: height } = stage;
    const side = Math.min(width / columns, height / (rows * aspect));
    const toPicture = ({ x, y }) => [(x - width / 2) / side + columns / 2, (y - height / 2) / (side * aspect) + rows / 2];
    return [...stage.querySelectorAll(".objects path[stroke]:not([stroke='#000'])")].map((path) => {
      const { x, y, width: wide, height: high } = path.getBBox();
      return { colour: path.getAttribute("stroke"), box: [...toPicture({ x, y }), ...toPicture({ x: x + wide, y: y + high })] };
    });
  }, CT);
}

/** Waits until exactly these boxes are drawn. */
async function awaitBoxes(expected) {
  const isThere = (found) => found.length === expected.length && found.every(({ box }, at) => box.every((value, side) => Math.abs(value - expected[at][side]) < SLACK));
  const end = Date.now() + 20_000;
  let found = [];
  while (Date.now() < end && !isThere((found = await drawnBoxes()))) {
    await page.waitForTimeout(50);
  }
  assert.ok(isThere(found), `drawn is ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  return found;
}

function labels() {
  return page.locator(".pane.is-active .objects text").evaluateAll((all) => all.map((text) => [...text.children].map((line) => line.textContent).join("|")));
}

/** The colour of a pixel of the active pane's canvas, from 0 to 1 of its width and height. */
function colourAt(x, y) {
  return page.evaluate(([x, y]) => {
    const canvas = document.querySelector(".pane.is-active canvas");
    return [...canvas.getContext("2d").getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data.slice(0, 3)];
  }, [x, y]);
}

describe("what others drew", { concurrency: false }, () => {
  it("is not shown until it is chosen", async () => {
    assert.deepEqual(await page.locator(".objects > *").count(), 0);
  });

  it("measurements lie in their pixels, with name and values", async () => {
    await object("measurements").locator("li button").first().click();
    await awaitBoxes([[20, 20, 40, 36]]);
    assert.deepEqual(await labels(), ["Nodule 1 · Nodule|Đường kính: 9.5 mm|Diện tích: 81.25 mm²"]);
  });

  it("measurements lie at their place in the patient", async () => {
    await object("measurements").locator("li input").first().uncheck();
    await object("measurements").locator("li input").nth(1).check();
    await object("measurements").locator("li button").nth(1).click();
    await awaitBoxes([[12.5, 13, 40.5, 33]]);
    await object("measurements").locator("li input").nth(1).uncheck();
    await awaitBoxes([]);
  });

  it("structures lie on their slice in their colours", async () => {
    await object("structures").locator("input").first().check();
    await object("structures").locator("li button").nth(1).click();
    const drawn = await awaitBoxes([[20.5, 15.5, 40.5, 30.5], [24.5, 15.5, 44.5, 30.5]]);
    assert.deepEqual(drawn.map(({ colour }) => colour), ["rgb(255 0 128)", "rgb(0 255 0)"]);
    await object("structures").locator("input").first().uncheck();
  });

  it("segments lie where their bits are", async () => {
    await object("segmentation").locator("li input").nth(1).check();
    await object("segmentation").locator("li button").nth(1).click();
    await awaitBoxes([[12, 40, 20, 44]]);
    assert.deepEqual(await labels(), ["Lesion"]);
    await object("segmentation").locator("li input").nth(1).uncheck();
  });

  it("a presentation state gives window, turn and polarity, and takes them back", async () => {
    await object("state").locator("button").first().click();
    await page.locator(".pane.is-active .objects text", { hasText: "Here" }).waitFor();
    await page.waitForFunction(() => document.querySelector(".pane.is-active .frame-facts")?.textContent.includes("-200"));
    await object("state").locator("input").first().uncheck();
    await awaitBoxes([]);
    await page.waitForFunction(() => document.querySelector(".pane.is-active .frame-facts")?.textContent.includes("40"));
  });

  it("attributes are found by a part of their name", async () => {
    await page.click("[data-command=attributes]");
    await page.locator(".room-attributes tbody tr").first().waitFor();
    await page.fill(".room-attributes input", "pixel spacing");
    await page.locator(".room-attributes tbody tr", { hasText: "0.8 \\ 0.5" }).waitFor();
    assert.equal(await page.locator(".room-attributes tbody tr").count(), 1);
  });

  it("a PET lies over the CT in colour, with the factor of SUV", async () => {
    const grey = await colourAt(0.5, 0.5);
    assert.equal(new Set(grey).size, 1, "the CT alone is grey");
    await page.click("[data-command=fusion]");
    const status = page.locator(".room-fusion [role=status][data-suv]");
    await status.waitFor({ state: "attached" });
    // 70 kg over what is left of 370 MBq after an hour, half-life 6586.2 s.
    assert.ok(Math.abs(Number(await status.getAttribute("data-suv")) - 0.00027633668) < 1e-10);
    await page.waitForFunction(() => {
      const canvas = document.querySelector(".pane.is-active canvas");
      const [red, green] = canvas.getContext("2d").getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data;
      return red > green + 20;
    });
  });

  for (const [how, change, expected] of [
    ["in SUVbw where its files allow it", (text) => text, null],
    ["in the unit of its files without a weight, and says why", (text) => text.replaceAll(/"00101030":\{"vr":"DS","Value":\[[\d.]+\]\},?/g, ""), "Không tính được SUV: thiếu cân nặng người bệnh. Cửa sổ và giá trị theo đơn vị của tệp: Bq/ml."],
    ["in the unit of its files where the injection comes after the scan, and says why", (text) => text.replaceAll('"090000"', '"110000"'), "Không tính được SUV: giờ tiêm và giờ chụp mâu thuẫn nhau. Cửa sổ và giá trị theo đơn vị của tệp: Bq/ml."],
  ]) {
    it(`the window of a PET is ${how}`, async () => {
      const other = await Visitor.arrive(browser, DESKTOP, portal.origins);
      try {
        await other.page.route((url) => url.pathname.endsWith(".metadata.json"), async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, body: change(await response.text()) });
        });
        await openLink(portal, other.page);
        await other.page.goto(`${portal.url}/studies/${STUDY}/read`);
        await other.page.locator(".stage[data-quality=full]").first().waitFor();
        await other.page.locator('.pane[data-place="0"] .stage').focus();
        await other.page.locator("#room-series .series", { hasText: "PET" }).click();
        const pane = other.page.locator('.pane[data-place="0"]');
        // 0 to 40,000 Bq/ml; 0.000276 g/ml each.
        await pane.locator(".frame-facts", { hasText: expected === null ? /WL 5\.5 · WW 11\.1 SUVbw/ : /WL 20000 · WW 40000 Bq\/ml/ }).waitFor();
        if (expected === null) {
          assert.equal(await pane.locator(".pane-scale").count(), 0);
        } else {
          await pane.locator(".pane-scale", { hasText: expected }).waitFor();
          assert.deepEqual(await other.accessibilityViolations(), []);
          await other.screenshot("room-pet");
          await other.page.locator('#room-series .series[data-modality="CT"]').first().click();
          await pane.locator(".pane-scale").waitFor({ state: "detached" });
        }
      } finally {
        await other.leave();
      }
    });
  }

  it("has a clean console, no third party, and nothing that axe finds", async () => {
    assert.deepEqual([visitor.errors, visitor.foreignRequests], [[], []]);
    assert.deepEqual(await visitor.accessibilityViolations(), []);
  });
});
