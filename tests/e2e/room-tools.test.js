/** The tools of the reading room, by mouse and keyboard, on packs of known values. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { makePack, servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";

const WAIT_MS_MAX = 30_000;
const SIDE = 64;
/** Text on the page differs by half a pixel of the screen; at about 12 CSS pixels to a pixel that is less than 1%. */
const TOLERANCE = 0.01;
const UIDS = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const FRAME_OF_REFERENCE = "1.2.3.4";
const SLICES = 12;

/** Values that grow with the column, and with the slice: 10 × column + 100 × slice. */
function slice(place, { rows = SIDE, orientation = [1, 0, 0, 0, 1, 0], position = [0, 0, 5 * place] } = {}) {
  const samples = new Int16Array(rows * SIDE).map((_, at) => 10 * (at % SIDE) + 100 * place);
  return {
    columns: SIDE,
    rows,
    samples,
    bits: 16,
    sampleType: "signed",
    rescale: { slope: 1, intercept: -500, unit: "HU" },
    window: { center: 0, width: 2000 },
    spacing: { row_mm: 0.5, column_mm: 0.5, source: "pixel-spacing" },
    position,
    orientation,
    slice_position: 5 * place,
    frame_of_reference_uid: FRAME_OF_REFERENCE,
  };
}

/** A stack of axial slices, one sagittal slice through its middle, and an ultrasound image with three regions. */
const PACKS = {
  axial: makePack({ modality: "CT", frames: Array.from({ length: SLICES }, (_, place) => slice(place)) }),
  sagittal: makePack({ modality: "CT", frames: [slice(0, { orientation: [0, 1, 0, 0, 0, -1], position: [16, 0, 43] })] }),
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

/** The room with one pane for each pack, side by side. */
class RoomPage {
  constructor(page) {
    this.page = page;
  }

  async run(command) {
    await this.page.click(`#room-toolbar [data-command="${command}"]`);
  }

  stage(place) {
    return this.page.locator(`.pane[data-place="${place}"] .stage`);
  }

  async ready(...places) {
    for (const place of places) {
      await this.page.locator(`.pane[data-place="${place}"] .stage[data-quality=full]`).waitFor();
    }
    await this.page.locator('[data-command="measure-cobb"]').waitFor();
  }

  /** Where a point of the fitted picture is on the screen; whole numbers are the corners of pixels. */
  async at(place, [x, y]) {
    const box = await this.stage(place).boundingBox();
    const side = Math.min(box.width, box.height) / SIDE;
    return { x: box.x + box.width / 2 + (x - SIDE / 2) * side, y: box.y + box.height / 2 + (y - SIDE / 2) * side };
  }

  async drag(place, ...points) {
    const [first, ...rest] = await Promise.all(points.map((point) => this.at(place, point)));
    const { mouse } = this.page;
    await mouse.move(first.x, first.y);
    await mouse.down();
    for (const { x, y } of rest) {
      await mouse.move(x, y, { steps: 4 });
    }
    await mouse.up();
  }

  async tap(place, point) {
    const { x, y } = await this.at(place, point);
    await this.page.mouse.click(x, y);
  }

  async write(text) {
    await this.page.locator(".mark-text input").fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** What is written beside the marks of a pane, oldest first. */
  async labels(place) {
    const texts = await this.stage(place).locator(".annotations .mark-label").evaluateAll((labels) =>
      labels.map((label) => (label.children.length === 0 ? label.textContent : [...label.children].map(({ textContent }) => textContent).join(" · "))),
    );
    return texts.filter((text) => text !== "");
  }

  counter(place) {
    return this.page.locator(`.pane[data-place="${place}"] .pane-counter`).textContent();
  }

  async eventually(read, isRight, what) {
    const end = Date.now() + WAIT_MS_MAX;
    let found = await read();
    while (!isRight(found) && Date.now() < end) {
      await pause(30);
      found = await read();
    }
    assert.ok(isRight(found), `${what}, not ${JSON.stringify(found)}`);
    return found;
  }

  /** The last label, once it fits; numbers in it are compared with `expected` within the tolerance. */
  async measures(place, pattern, expected) {
    const read = async () => (await this.labels(place)).at(-1) ?? "";
    const isRight = (text) => {
      const numbers = pattern.exec(text)?.slice(1).map(Number);
      return numbers !== undefined && expected.every((wanted, at) => Math.abs(numbers[at] - wanted) <= Math.max(0.06, TOLERANCE * Math.abs(wanted)));
    };
    await this.eventually(read, isRight, `${pattern} with ${expected}`);
  }
}

async function inRoom(steps, options = {}) {
  const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins, options);
  try {
    const [axial, sagittal, ultrasound] = UIDS;
    await servePack(visitor.page, axial, PACKS.axial);
    await servePack(visitor.page, sagittal, PACKS.sagittal);
    await servePack(visitor.page, ultrasound, PACKS.ultrasound);
    await openLink(portal, visitor.page);
    const room = new RoomPage(visitor.page);
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

describe("the room", () => {
  it("shows", async () => {
    await inRoom(async (room, visitor) => {
      await visitor.screenshot("room-tools");
    });
  });
});
