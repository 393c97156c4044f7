/** The tools of the reading room, by mouse and keyboard, on packs of known values. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { makePack, servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";
import { RoomHands, SIDE } from "./room-hands.js";

const UIDS = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const FRAME_OF_REFERENCE = "1.2.3.4";
const SLICES = 12;

/** Values that grow with the column, and with the slice: 10 × column + 100 × slice. */
function slice(place, { rows = SIDE, orientation = [1, 0, 0, 0, 1, 0], position = [0, 0, 5 * place], millimetres = 0.5 } = {}) {
  const samples = new Int16Array(rows * SIDE).map((_, at) => 10 * (at % SIDE) + 100 * place);
  return {
    columns: SIDE,
    rows,
    samples,
    bits: 16,
    sampleType: "signed",
    rescale: { slope: 1, intercept: -500, unit: "HU" },
    window: { center: 0, width: 2000 },
    spacing: { row_mm: millimetres, column_mm: millimetres, source: "pixel-spacing" },
    position,
    orientation,
    slice_position: 5 * place,
    frame_of_reference_uid: FRAME_OF_REFERENCE,
  };
}

/** A stack of axial slices, one sagittal slice through its middle, and an ultrasound image with three regions. */
const PACKS = {
  axial: makePack({ modality: "CT", frames: Array.from({ length: SLICES }, (_, place) => slice(place)) }),
  sagittal: makePack({ modality: "CT", frames: [slice(0, { orientation: [0, 1, 0, 0, 0, -1], position: [16, 0, 20] })] }),
  thick: makePack({ modality: "CT", frames: [0, 2, 4, 6, 8, 10].map((place) => slice(place, { millimetres: 1 })) }),
  /** Two films of one instance each, at 20 and at 12.5 images a second. */
  echo: makePack({ modality: "US", frames: Array.from({ length: 8 }, (_, place) => ({ ...slice(place), sop_instance_uid: "1.2.3.8", frame: place + 1, frame_time_ms: 50 })) }),
  angiography: makePack({ modality: "XA", frames: Array.from({ length: 8 }, (_, place) => ({ ...slice(place), sop_instance_uid: "1.2.3.9", frame: place + 1, frame_time_ms: 80 })) }),
  ultrasound: makePack({
    modality: "US",
    frames: [
      {
        columns: SIDE,
        rows: SIDE,
        samples: new Uint8Array(SIDE * SIDE).fill(80),
        bits: 8,
        regions: [
          { x0: 0, y0: 0, x1: 63, y1: 29, unit_x: 3, unit_y: 3, delta_x: 0.1, delta_y: 0.1 },
          { x0: 0, y0: 32, x1: 63, y1: 63, unit_x: 4, unit_y: 7, delta_x: 0.02, delta_y: -5, reference_y: 16 },
        ],
      },
    ],
  }),
};

let browser;
let portal;

before(async () => {
  mkdirSync(new URL("out", import.meta.url), { recursive: true });
  portal = await openPortal();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

async function inRoom(packs, steps) {
  const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins, { acceptDownloads: true });
  try {
    for (const [place, name] of packs.entries()) {
      await servePack(visitor.page, UIDS[place], PACKS[name]);
    }
    await openLink(portal, visitor.page);
    const room = new RoomHands(visitor.page);
    const { pathname } = new URL(visitor.page.url());
    await visitor.page.goto(new URL(`${pathname}/read`, visitor.page.url()).href);
    await visitor.page.locator(".pane .stage[data-quality]").first().waitFor();
    await visitor.page.keyboard.press("Alt+3");
    for (const place of [0, 1, 2]) {
      const series = visitor.page.locator(`[data-series="${UIDS[place]}"]`).first();
      await series.dragTo(room.stage(place));
    }
    await room.ready(0, 1, 2);
    await steps(room, visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
    assert.deepEqual(visitor.foreignRequests, [], "no third party");
  } finally {
    await visitor.leave();
  }
}

/** Strokes of the hand on the stack, and the numbers that they mean. A pixel is 0.5 mm, its value 10 × column - 500 HU. */
const MEASUREMENTS = [
  { tool: "probe", strokes: [[[20.5, 30.5]]], says: /^(-?\d+) HU$/, expected: [-300] },
  { tool: "length", strokes: [[[10, 10], [50, 40]]], says: /^Dài ([\d.]+) mm$/, expected: [25] },
  { tool: "angle", strokes: [[[50, 12], [12, 12]], [[12, 50]]], says: /^Góc ([\d.]+)°$/, expected: [90] },
  { tool: "bidirectional", strokes: [[[10, 50], [50, 50]], [[30, 40], [34, 58]]], says: /^([\d.]+) × ([\d.]+) mm$/, expected: [20, 9] },
  {
    tool: "ellipse",
    strokes: [[[20, 20], [40, 40]]],
    says: /^TB (-?[\d.]+) HU · ĐLC ([\d.]+) · (-?\d+) đến (-?\d+) · ([\d.]+) mm²$/,
    expected: [-205, 50, -300, -110, 78.5],
  },
  {
    tool: "rectangle",
    strokes: [[[10, 10], [30, 20]]],
    says: /^TB (-?[\d.]+) HU · ĐLC ([\d.]+) · (-?\d+) đến (-?\d+) · ([\d.]+) mm²$/,
    expected: [-305, 57.7, -400, -210, 50],
  },
  {
    tool: "freehand",
    strokes: [[[10, 10], [40, 10], [40, 40], [10, 40], [10, 12]]],
    says: /^TB (-?[\d.]+) HU · ĐLC ([\d.]+) · (-?\d+) đến (-?\d+) · ([\d.]+) mm²$/,
    expected: [-255, 86.6, -400, -110, 225],
  },
  { tool: "cobb", strokes: [[[10, 20], [50, 10]], [[50, 50], [10, 40]]], says: /^Góc Cobb ([\d.]+)°$/, expected: [28.07] },
  {
    tool: "cardiothoracic",
    strokes: [[[20, 30], [40, 30]], [[10, 45], [50, 48]]],
    says: /^Chỉ số tim – lồng ngực ([\d.]+) · Tim ([\d.]+) mm · Lồng ngực ([\d.]+) mm$/,
    expected: [0.5, 10, 20],
  },
];

describe("measuring in the room", () => {
  it("gives with every tool the number that the values mean", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, { page }) => {
      for (const { tool, strokes, says, expected } of MEASUREMENTS) {
        await room.run(`measure-${tool}`);
        for (const stroke of strokes) {
          await (stroke.length === 1 ? room.tap(0, stroke[0]) : room.drag(0, ...stroke));
        }
        await room.measures(0, says, expected);
        await page.keyboard.press("Delete");
        await room.eventually(() => room.labels(0), (labels) => labels.length === 0, `${tool} is gone`);
      }
      await page.keyboard.press("Control+z");
      await room.measures(0, MEASUREMENTS.at(-1).says, MEASUREMENTS.at(-1).expected);
      await page.keyboard.press("Control+Shift+z");
      await room.eventually(() => room.labels(0), (labels) => labels.length === 0, "it is gone again");
    });
  });

  it("writes texts, names vertebrae one by one, and says by whom it was calibrated", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, visitor) => {
      const { page } = visitor;
      await room.run("measure-arrow");
      await room.drag(0, [40, 20], [52, 8]);
      await room.write("nốt");
      await room.run("measure-text");
      await room.tap(0, [4, 60]);
      await page.keyboard.press("Enter");
      assert.equal(await page.locator(".mark-obstacle").textContent(), "Xin viết vài chữ.");
      await room.write("phổi");
      await room.run("measure-spine");
      await room.tap(0, [20, 10]);
      await room.write("l4");
      await room.tap(0, [20, 20]);
      await room.tap(0, [20, 30]);
      const names = ["nốt", "phổi", "L4", "L5", "S1"];
      await room.eventually(() => room.labels(0), (labels) => names.every((name) => labels.includes(name)), String(names));
      await room.run("measure-length");
      await room.drag(0, [30, 40], [60, 40]);
      await room.measures(0, /^Dài ([\d.]+) mm$/, [15]);
      await room.run("measure-calibrate");
      await room.drag(0, [10, 56], [50, 56]);
      await room.write("4 cm");
      const labels = () => room.labels(0);
      await room.eventually(labels, (found) => found.some((text) => /^Dài (29|30)\.\d mm \(hiệu chuẩn bằng tay\)$/.test(text)), "twice as long, by hand");
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await visitor.screenshot("room-labels");
    });
  });

  it("has in an ultrasound image the units of each region, and counts velocities from its zero", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, visitor) => {
      await room.run("measure-length");
      await room.drag(2, [10, 10], [30, 10]);
      await room.measures(2, /^Dài ([\d.]+) mm$/, [20]);
      await room.run("measure-velocity");
      await room.tap(2, [40, 38.5]);
      await room.measures(2, /^Vận tốc ([\d.]+) cm\/s$/, [50]);
      await room.run("measure-slope");
      await room.drag(2, [10, 48.5], [30, 40.5]);
      await room.measures(2, /^Δt ([\d.]+) s · Δ ([\d.]+) cm\/s · ([\d.]+) cm\/s²$/, [0.4, 40, 100]);
      await visitor.screenshot("room-ultrasound");
    });
  });
});

describe("the room's pictures", () => {
  it("turn, flip, invert and grow under a lens", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, { page }) => {
      const letters = async () => (await room.stage(0).locator(".edge").allTextContents()).join("");
      await room.tap(0, [30, 30]);
      assert.equal(await letters(), "RLAP");
      for (const [command, expected] of [["rotate-right", "PARL"], ["rotate-left", "RLAP"], ["flip-horizontal", "LRAP"], ["flip-vertical", "LRPA"], ["flip-vertical", "LRAP"], ["flip-horizontal", "RLAP"]]) {
        await room.run(command);
        await room.eventually(letters, (found) => found === expected, `${command}: ${expected}`);
      }
      const shade = (selector) => page.locator(selector).evaluate((canvas) => canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[0]);
      const picture = '.pane[data-place="0"] .stage > canvas';
      // Column 32 is -180 HU; the window goes from -1000 to 1000.
      await room.eventually(() => shade(picture), (grey) => Math.abs(grey - 104) <= 3, "about 104");
      await room.run("invert");
      await room.eventually(() => shade(picture), (grey) => Math.abs(grey - 151) <= 3, "about 151");
      await room.run("magnifier");
      const { x, y } = await room.at(0, [32, 32]);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await room.eventually(() => shade(".lens"), (grey) => Math.abs(grey - 151) <= 3, "the same in the lens");
      await page.mouse.up();
      await page.locator(".lens").waitFor({ state: "detached" });
    });
  });

  it("play all at once, each at the rate of its file, and go faster and slower together", async () => {
    await inRoom(["axial", "echo", "angiography"], async (room, { page }) => {
      const counters = () => Promise.all([0, 1, 2].map((place) => room.counter(place)));
      const pace = (place, key, expected) => room.stage(place).focus().then(() => page.keyboard.press(key)).then(() => room.eventually(() => page.locator("#room-status").textContent(), (text) => text === expected, expected));
      const before = await counters();
      await page.keyboard.press("Shift+C");
      await room.eventually(counters, (now) => now.every((text, place) => text !== before[place]), "three films");
      await pace(0, ".", "Phim 1,25× · 12,5 ảnh/giây");
      await pace(1, ".", "Phim 1,56× · 31,3 ảnh/giây");
      await pace(2, ",", "Phim 1,25× · 15,6 ảnh/giây");
      await room.run("cine-slower");
      await room.eventually(() => page.locator("#room-status").textContent(), (text) => text === "Phim 1× · 12,5 ảnh/giây", "the pace of the file");
      await room.run("cine-all");
      await page.locator("[data-command=cine-all][aria-pressed=false]").waitFor();
      // What stands still has a pace of its own.
      await pace(1, ".", "Phim 1,25× · 25 ảnh/giây");
      await pace(0, ".", "Phim 1,25× · 12,5 ảnh/giây");
    });
  });

  it("show each other where they are", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, visitor) => {
      const { page } = visitor;
      await room.tap(0, [30, 30]);
      await room.run("reference-lines");
      const line = room.stage(1).locator(".reference-line");
      const height = async () => Number(await line.getAttribute("y1")) + (await room.stage(1).boundingBox()).y;
      // Slice 1 lies at 0 mm, the first row of the sagittal picture at 20 mm: row 40, whose middle is 40.5.
      const first = (await room.at(1, [0, 40.5])).y;
      await room.eventually(height, (found) => Math.abs(found - first) < 1, `the line at ${first}`);
      await page.keyboard.press("ArrowDown");
      const second = (await room.at(1, [0, 30.5])).y;
      await room.eventually(height, (found) => Math.abs(found - second) < 1, `the line at ${second}`);
      await room.run("cursor-3d");
      await room.tap(1, [30, 20.5]);
      await room.eventually(() => room.counter(0), (text) => text.startsWith("Ảnh 3/") || / 3 /.test(text), "the third image");
      await room.stage(0).locator(".reference-cross").waitFor({ state: "attached" });
      await visitor.screenshot("room-places");
    });
  });

  it("are gone through by marked ones alone", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, { page }) => {
      await room.tap(0, [30, 30]);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await room.run("key-image");
      await room.stage(0).locator(".key-star:not([hidden])").waitFor();
      const marked = await room.counter(0);
      await page.keyboard.press("ArrowDown");
      await room.eventually(() => room.counter(0), (text) => text !== marked, "the next one");
      await room.run("key-images-only");
      await room.eventually(() => room.counter(0), (text) => text === marked, "the marked one");
      await page.keyboard.press("ArrowDown");
      await pause(200);
      assert.equal(await room.counter(0), marked, "there is no other");
    });
  });

  it("move together in the body, in their windows and in millimetres", async () => {
    await inRoom(["axial", "sagittal", "thick"], async (room, { page }) => {
      await room.tap(0, [30, 30]);
      for (const link of ["scroll", "window", "zoom"]) {
        await room.run(`link-${link}`);
      }
      for (let step = 0; step < 4; step++) {
        await page.keyboard.press("ArrowDown");
      }
      // Slice 5 lies at 20 mm, as the third of the thick ones.
      await room.eventually(() => room.counter(2), (text) => /\b3\b/.test(text), "the third image");
      await room.run("invert");
      const shade = () => page.locator('.pane[data-place="2"] .stage > canvas').evaluate((canvas) => canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[0]);
      // The middle of the first picture lies 16 mm from its edge, as column 16 of slice 4: 160 + 400 - 500 = 60 HU; 120 inverted.
      await room.eventually(shade, (grey) => Math.abs(grey - 120) <= 3, "inverted as well, at the same place of the body");
      const bar = async (place) => {
        const [, length] = /h([\d.]+)v/.exec(await room.stage(place).locator(".bar").getAttribute("d"));
        const text = await room.stage(place).locator(".bar-label").textContent();
        return Number(length) / (Number.parseFloat(text) * (text.endsWith("cm") ? 10 : 1));
      };
      await room.eventually(async () => [await bar(0), await bar(2)], ([one, other]) => Math.abs(one / other - 1) < 0.001, "a millimetre is as long");
    });
  });

  it("are saved as they are seen, with or without names, and printed with them", async () => {
    await inRoom(["axial", "sagittal", "ultrasound"], async (room, visitor) => {
      const { page } = visitor;
      await room.run("measure-length");
      await room.drag(0, [10, 30], [50, 30]);
      await room.measures(0, /^Dài ([\d.]+) mm$/, [20]);
      const save = async (press) => {
        const [download] = await Promise.all([page.waitForEvent("download"), press()]);
        assert.match(download.suggestedFilename(), /^filmless-ct-1\.png$/);
        return readFileSync(await download.path());
      };
      const named = await save(() => room.run("export"));
      const nameless = await save(async () => {
        await room.run("menu");
        await page.click('.room-menu [data-command="export-nameless"]');
      });
      const { names, marks, size } = await page.evaluate(compare, { named: named.toString("base64"), nameless: nameless.toString("base64") });
      const box = await room.stage(0).boundingBox();
      assert.deepEqual(size, [Math.round(box.width), Math.round(box.height)]);
      assert.ok(names.with > 100 && names.without === 0, `letters over the head of the picture: ${JSON.stringify(names)}`);
      assert.ok(marks.with > 100 && marks.with === marks.without, `yellow marks: ${JSON.stringify(marks)}`);
      for (const [command, pictures, says] of [["print", 3, true], ["print-pane", 1, true], ["print-nameless", 1, false]]) {
        await page.evaluate(() => void (window.print = () => document.body.setAttribute("data-printed", "now")));
        await (command === "print" ? room.run(command) : room.run("menu").then(() => page.click(`.room-menu [data-command="${command}"]`)));
        await page.locator("body[data-printed]").waitFor();
        assert.equal(await page.locator("#room-print canvas").count(), pictures, command);
        // The page that the printer gets: one sheet, with the name of the patient or without any.
        const path = join(import.meta.dirname, `out/${command}.pdf`);
        await page.pdf({ path, preferCSSPageSize: true, printBackground: true });
        const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
        const info = execFileSync("pdfinfo", [path], { encoding: "utf8" });
        assert.match(info, /^Pages: +1$/m, command);
        assert.match(info, /^Page size: +84[12]\S* x 59[45]/m, "A4 on its side");
        assert.equal(text.includes("Nguyễn Thị Hoà"), says, text);
        assert.equal(/In lúc/.test(text), says, text);
        assert.match(text, /Bản in màn hình, không thay ảnh gốc\./);
        assert.doesNotMatch(text, /xem nhanh/, "all is in full quality");
        await page.evaluate(() => {
          dispatchEvent(new Event("afterprint"));
          document.body.removeAttribute("data-printed");
        });
        assert.equal(await page.locator("#room-print").count(), 0);
      }
    });
  });
});

/** Runs in the page: what two pictures have in the place of the patient's name, and how many pixels of marks. */
async function compare(files) {
  const stage = document.querySelector('.pane[data-place="0"] .stage');
  const [frame, name] = [stage, stage.querySelector(".pane-patient")].map((element) => element.getBoundingClientRect());
  const read = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = (x, y, width, height) => {
      const { data } = context.getImageData(x, y, width, height);
      return Array.from({ length: data.length / 4 }, (_, place) => [...data.slice(4 * place, 4 * place + 3)]);
    };
    const letters = pixels(name.left - frame.left, name.top - frame.top, name.width, name.height).filter((rgb) => Math.min(...rgb) > 180).length;
    // The head has yellow letters of its own.
    const yellow = pixels(0, canvas.height / 4, canvas.width, canvas.height / 2).filter(([red, green, blue]) => red > 200 && green > 180 && blue < 120).length;
    return { letters, yellow, size: [canvas.width, canvas.height] };
  };
  const [named, nameless] = [await read(files.named), await read(files.nameless)];
  return { names: { with: named.letters, without: nameless.letters }, marks: { with: named.yellow, without: nameless.yellow }, size: named.size };
}
