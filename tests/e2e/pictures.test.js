/** Pictures of every shape and size: inverted, tall, deep, huge, long, many. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { deflateRawSync, gunzipSync } from "node:zlib";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { makePack, servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";
import { StudyPage } from "./study-page.js";
import { ViewerPage } from "./viewer-page.js";

const [LUNG, , CHEST] = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const WINDOW = { center: 500, width: 1001 };
const MEGABYTE = 1 << 20;

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

async function view(device, packs, raster, steps) {
  const visitor = await Visitor.arrive(browser, device, portal.origins);
  try {
    for (const [uid, pack] of Object.entries(packs)) {
      await servePack(visitor.page, uid, pack);
    }
    await openLink(portal, visitor.page);
    await steps(new ViewerPage(visitor.page, raster), visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
  } finally {
    await visitor.leave();
  }
}

/** A frame whose left half is one value and whose right half is another. */
function halves(columns, rows, [left, right], type = Uint16Array) {
  return type.from({ length: columns * rows }, (_, place) => (place % columns < columns / 2 ? left : right));
}

const SHAPES = [
  {
    name: "MONOCHROME1: its lowest value is white, and its values stay as they are",
    frame: { columns: 64, rows: 64, samples: halves(64, 64, [0, 1000]), bits: 12, photometric_interpretation: "MONOCHROME1", window: WINDOW },
    colours: [255, 0],
    value: "1000",
  },
  {
    name: "signed 8 bit values",
    frame: { columns: 64, rows: 64, samples: halves(64, 64, [-100, 100], Int8Array), bits: 8, sampleType: "signed", window: { center: 0, width: 201 } },
    colours: [0, 255],
    value: "100",
  },
  {
    name: "a strip twenty times as high as it is wide",
    frame: { columns: 16, rows: 320, samples: halves(16, 320, [0, 1000]), bits: 12, window: WINDOW },
    colours: [0, 255],
    value: "1000",
  },
  {
    name: "pixels three times as wide as they are high",
    frame: { columns: 64, rows: 64, aspect: 1 / 3, samples: halves(64, 64, [0, 1000]), bits: 12, window: WINDOW },
    colours: [0, 255],
    value: "1000",
  },
  {
    name: "a single pixel",
    frame: { columns: 1, rows: 1, samples: Uint16Array.of(1000), bits: 12, window: WINDOW },
    colours: [255, 255],
    value: "1000",
  },
  {
    name: "values without a window, from 32 bits",
    frame: { columns: 64, rows: 64, samples: halves(64, 64, [70_000, 90_000], Uint32Array), bits: 32 },
    colours: [0, 255],
    value: "90000",
  },
];

for (const device of [PHONE, DESKTOP]) {
  describe(`on a ${device.name}`, () => {
    for (const { name, frame, colours, value } of SHAPES) {
      it(`draws and measures ${name}`, async () => {
        const { columns, rows, aspect = 1 } = frame;
        const pack = makePack({ modality: "OT", frames: [frame] });
        await view(device, { [LUNG]: pack }, { columns, rows, aspect }, async (viewer) => {
          await viewer.ready();
          const [left, right] = [Math.floor(columns / 4), Math.floor((3 * columns) / 4)];
          await viewer.awaitColour(left, Math.floor(rows / 2), colours[0]);
          await viewer.awaitColour(right, Math.floor(rows / 2), colours[1]);
          await viewer.choose("probe");
          await viewer.tap(right, Math.floor(rows / 2));
          const expected = `${value} (cột ${right + 1}, hàng ${Math.floor(rows / 2) + 1})`;
          await viewer.eventually(() => viewer.results(), ([found]) => found === expected, expected);
          if (columns > 16) {
            await viewer.choose("length");
            await viewer.drag([10, 32], [50, 32]);
            const [, length] = await viewer.results();
            const unit = frame.aspect === undefined ? "px" : "bề rộng điểm ảnh";
            assert.match(length, new RegExp(`Dài (39|40)\\.\\d ${unit} \\(chưa hiệu chuẩn\\)`), "what is not calibrated is said to be");
          }
        });
      });
    }
  });
}

/** Serves a pack, but sends a frame of several resolutions only up to one of them until it is released. */
async function holdBack(page, uid) {
  const folder = join(portal.data, "buckets/derived", STUDY.uid, uid);
  const name = (ending) => join(folder, readdirSync(folder).find((file) => file.endsWith(ending)));
  const pack = readFileSync(name(".pack"));
  const stored = readFileSync(name(".index.json"));
  const index = JSON.parse(stored[0] === 0x1f ? gunzipSync(stored) : stored);
  const { offset, length, resolutions } = index.frames[0].diagnostic;
  const enough = resolutions.find(({ width }) => width >= 384).length;
  let letGo;
  const isLetGo = new Promise((resolve) => {
    letGo = resolve;
  });
  const server = createServer((request, response) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "range" };
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    response.writeHead(first === undefined ? 204 : 206, headers);
    const [start, end] = [Number(first), Number(last) + 1];
    if (first === undefined || start < offset || start >= offset + length) {
      response.end(first === undefined ? undefined : pack.subarray(start, end));
      return;
    }
    response.write(pack.subarray(start, offset + enough));
    void isLetGo.then(() => response.end(pack.subarray(Math.max(start, offset + enough), end)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  await page.route((asked) => asked.pathname.includes(`/${uid}/`) && asked.pathname.endsWith(".pack"), (route) => route.continue({ url }));
  return {
    letGo,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a large X-ray", () => {
  it("can be inverted and windowed from its beginning on, and is full quality only when all of it is there", async () => {
    const raster = { columns: 1920, rows: 2400, aspect: 1 };
    const visitor = await Visitor.arrive(browser, PHONE, portal.origins);
    const { page } = visitor;
    const held = await holdBack(page, CHEST);
    try {
      await openLink(portal, page);
      const viewer = new ViewerPage(page, raster);
      await new StudyPage(page).choose("Chest");
      await page.click("#tools-toggle");
      await page.locator("[data-do=invert]").click();
      await viewer.awaitColour(960, 1200, 255 - Math.round((255 * 4000) / 4095), 2);
      await viewer.awaitColour(200, 400, 255 - Math.round((255 * 1000) / 4095), 2);
      assert.equal(await page.locator("#stage").getAttribute("data-quality"), "preview");
      assert.match(await page.locator("#quality").textContent(), /Hình xem nhanh/);
      await viewer.choose("probe");
      assert.match(await page.locator(".tool-hint").textContent(), /cần ảnh chất lượng đầy đủ/, "nothing is measured yet");
      await viewer.tap(960, 1200);
      assert.match((await viewer.results())[0], /^không có giá trị/);
      held.letGo();
      await page.locator("#stage[data-quality=full]").waitFor();
      assert.equal(await page.locator("#quality").textContent(), "Chất lượng đầy đủ");
      await viewer.eventually(() => viewer.results(), ([found]) => /^4000 /.test(found), "the value is measured");
      await viewer.awaitColour(960, 1200, 255 - Math.round((255 * 4000) / 4095));
      assert.deepEqual(visitor.errors, [], "the console is clean");
    } finally {
      held.close();
      await visitor.leave();
    }
  });
});

/** A film of this many small frames. */
function film(frames, frameTimeMs) {
  const [columns, rows] = [32, 32];
  const encoded = [0, 1].map((shade) => ({
    bytes: deflateRawSync(Buffer.alloc(columns * rows, 100 + 100 * shade)),
    media_type: "application/octet-stream",
  }));
  return makePack({
    modality: "US",
    frames: Array.from({ length: frames }, (_, frame) => ({
      columns,
      rows,
      encoded: encoded[frame % 2],
      sop_instance_uid: "1.2.3.11",
      frame: frame + 1,
      frame_time_ms: frameTimeMs,
    })),
  });
}

/** The median time for which each of the next frames is shown, in milliseconds. */
function frameTime(page, frames) {
  return page.evaluate(
    (frames) =>
      new Promise((resolve) => {
        const times = [];
        const watch = new MutationObserver(() => {
          times.push(performance.now());
          if (times.length > frames) {
            watch.disconnect();
            const gaps = times.slice(1).map((time, place) => time - times[place]);
            resolve(gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]);
          }
        });
        watch.observe(document.getElementById("counter"), { childList: true, characterData: true, subtree: true });
      }),
    frames,
  );
}

describe("a film of a thousand frames", () => {
  it("plays as fast as it was recorded, twice as fast when asked, silently, and from its end on again", async () => {
    await view(PHONE, { [LUNG]: film(1000, 100) }, { columns: 32, rows: 32, aspect: 1 }, async (viewer, { page }) => {
      await viewer.ready();
      const counter = page.locator("#counter");
      await page.click("#play");
      assert.equal(await counter.getAttribute("aria-live"), "off", "frames of a film are not read out");
      const recorded = await frameTime(page, 15);
      assert.ok(Math.abs(recorded - 100) < 20, `a frame stays for ${recorded} ms`);
      await page.getByLabel("Tốc độ").selectOption("2×");
      const fast = await frameTime(page, 15);
      assert.ok(Math.abs(fast - 50) < 18, `a frame stays for ${fast} ms`);
      await page.click("#play");
      assert.equal(await counter.getAttribute("aria-live"), "polite");
      await page.locator("#slider").fill("998");
      await page.click("#play");
      await page.locator("#counter", { hasText: /^Ảnh [1-9] \/ 1000$/ }).waitFor();
      await page.click("#play");
    });
  });
});

describe("on a line so slow that no picture comes", () => {
  it("none stands under the number of another, and nothing is measured on it", async () => {
    const raster = { columns: 32, rows: 32, aspect: 1 };
    const frames = Array.from({ length: 40 }, (_, at) => ({
      ...raster,
      samples: halves(32, 32, [0, 25 * at]),
      bits: 12,
      window: WINDOW,
      slice_position: 3 * at,
    }));
    const { index, pack } = makePack({ modality: "CT", frames });
    const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
    const { page } = visitor;
    try {
      await servePack(page, LUNG, { index, pack });
      let letGo;
      const isLetGo = new Promise((resolve) => {
        letGo = resolve;
      });
      await page.route((url) => url.pathname.includes(`/${LUNG}/`) && url.pathname.endsWith(".pack"), async (route) => {
        await isLetGo;
        await route.fallback();
      });
      await openLink(portal, page);
      await page.locator("#poster:not([hidden])").waitFor();
      await page.locator("#counter", { hasText: "Ảnh 1 / 40" }).waitFor();
      await page.locator("#stage").focus();
      await page.keyboard.press("End");
      await page.locator("#counter", { hasText: "Ảnh 40 / 40" }).waitFor();
      await page.locator("#poster").waitFor({ state: "hidden" });
      assert.ok(await page.locator("#picture").isHidden());
      assert.equal(await page.locator("#quality").textContent(), "Đang tải…");
      assert.equal(await page.locator("#stage").getAttribute("data-quality"), null);
      letGo();
      await page.locator("#stage[data-quality=full]").waitFor();
      await new ViewerPage(page, raster).awaitColour(24, 16, Math.round((255 * 975) / 1000), 2);
      assert.deepEqual(visitor.errors, [], "the console is clean");
    } finally {
      await visitor.leave();
    }
  });
});

describe("a stack that lacks a slice", () => {
  it("says so at the gap and below the picture, and what its images are told apart by", async () => {
    const raster = { columns: 32, rows: 32, aspect: 1 };
    const frames = [0, 3, 6, 9, 15, 18, 21].map((slice_position) => ({
      ...raster,
      samples: halves(32, 32, [0, 1000]),
      bits: 12,
      window: WINDOW,
      slice_position,
      place: { plane: 1, slice: 1, volume: 1 },
      dimensions: { b_value: slice_position < 9 ? 0 : 1000 },
    }));
    await view(PHONE, { [LUNG]: makePack({ modality: "MR", frames }) }, raster, async (viewer, { page }) => {
      await viewer.ready();
      const corner = async (image) => {
        await page.locator("#slider").fill(String(image));
        await page.locator("#counter", { hasText: `Ảnh ${image} / 7` }).waitFor();
        return page.locator(".corner").innerText();
      };
      assert.equal((await corner(3)).trim(), "b 0");
      assert.match(await corner(4), /^b 1000\s+Ảnh sau cách 6\.0 mm \(bình thường 3\.0 mm\), có thể thiếu ảnh$/);
      assert.match(await corner(5), /Ảnh trước cách 6\.0 mm/);
      assert.equal((await corner(6)).trim(), "b 1000");
      assert.match(await page.locator("#documents").innerText(), /lớn hơn bình thường sau ảnh 4: có thể thiếu ảnh/);
    });
  });
});

describe("a CT of 2,000 slices", () => {
  it("is gone through from end to end in bounded memory", async (test) => {
    const [columns, rows, slices] = [512, 512, 2000];
    const encoded = [100, 900].map((value) => ({
      bytes: deflateRawSync(Buffer.from(new Uint16Array(columns * rows).fill(value).buffer)),
      media_type: "application/octet-stream",
    }));
    const grey = Buffer.alloc(columns * rows, 90);
    const frames = Array.from({ length: slices }, (_, slice) => ({
      columns,
      rows,
      grey,
      encoded: encoded[slice % 2],
      bits: 16,
      window: WINDOW,
      slice_position: slice,
    }));
    await view(PHONE, { [LUNG]: makePack({ modality: "CT", frames }) }, { columns, rows, aspect: 1 }, async (viewer, { page }) => {
      await viewer.ready();
      const session = await page.context().newCDPSession(page);
      let most = 0;
      for (let slice = 0; slice < slices; slice += 25) {
        await page.locator("#slider").fill(String(slice + 1));
        await viewer.awaitColour(256, 256, slice % 2 === 0 ? Math.round(25.5) : Math.round(229.5), 1);
        const { backingStorageSize = 0 } = await session.send("Runtime.getHeapUsage");
        most = Math.max(most, backingStorageSize);
      }
      await page.locator("#slider").fill("1");
      await viewer.awaitColour(256, 256, Math.round(25.5), 1);
      test.diagnostic(`at most ${Math.round(most / MEGABYTE)} MB of samples, pictures and bytes`);
      assert.ok(most > 0 && most < 200 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
    });
  });
});
