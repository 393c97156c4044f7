/** Planes through volumes in a real browser, compared with scipy's resampling of the same series. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { buildPage, serve } from "./planes/build.js";

const PYTHON = resolve(import.meta.dirname, "../corpus/python");
const VOLUMES = resolve(import.meta.dirname, "planes/volumes.py");
const SERIES = ["plain", "offset", "uneven", "tilted", "reversed", "oblique", "pet", "padded"];
/** Modality values, in HU or in units of a PET whose window is 1,800 wide. */
const VALUE_DIFFERENCE_MAX = 1;
const GREY_DIFFERENCE_MAX = 1;

const angle = 0.7;
const turned = { right: [Math.cos(angle), Math.sin(angle), 0], down: [0, 0, -1] };
/** Perpendicular to no axis at all. */
const leaning = { right: [0.8, 0.6, 0], down: [-0.36, 0.48, -0.8] };
const upright = {
  axial: { right: [1, 0, 0], down: [0, 1, 0] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1] },
};
const plane = (name, basis, moved = [0, 0, 0], mode = "mean", slabMm = 0) => ({ name, basis, moved, mode, slabMm });
const PLANES = [
  plane("axial", upright.axial),
  plane("axial between two slices", upright.axial, [0, 0, 1.1]),
  plane("coronal", upright.coronal, [0, 3.3, 0]),
  plane("sagittal", upright.sagittal, [-4.2, 0, 0]),
  plane("turned around the axis of the patient", turned),
  plane("leaning", leaning, [2, 1, 5]),
  plane("average of 10 mm", upright.coronal, [0, 0, 0], "mean", 10),
  plane("maximum of 12 mm", upright.axial, [0, 0, 0.4], "maximum", 12),
  plane("minimum of 7 mm", leaning, [0, 0, 0], "minimum", 7),
];

let folder;
let scripts;
let server;
let browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "filmless-volumes-"));
  execFileSync(PYTHON, [VOLUMES, "make", folder]);
  scripts = await buildPage();
  server = await serve(scripts, folder);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
  for (const path of [folder, scripts]) {
    rmSync(path, { recursive: true, force: true });
  }
});

async function openVolume(series) {
  const visitor = await Visitor.arrive(browser, DESKTOP, [new URL(server.url).origin]);
  await visitor.page.goto(`${server.url}?${series}`);
  await visitor.page.evaluate(() => window.test.open());
  assert.equal(await visitor.page.evaluate(() => window.test.openVolume()), null);
  await visitor.page.evaluate(() => window.test.whole());
  return visitor;
}

describe("planes", () => {
  it("show what scipy computes, within one unit and one grey level", async () => {
    const drawn = [];
    for (const series of SERIES) {
      const visitor = await openVolume(series);
      for (const asked of PLANES) {
        const { values, grey, ...facts } = await visitor.page.evaluate((one) => window.test.plane(one), asked);
        const names = { values: `${drawn.length}.values`, grey: `${drawn.length}.grey` };
        writeFileSync(join(folder, names.values), Buffer.from(values, "base64"));
        writeFileSync(join(folder, names.grey), Buffer.from(grey, "base64"));
        drawn.push({ series, name: asked.name, ...facts, ...names });
      }
      assert.deepEqual(visitor.errors, []);
      await visitor.leave();
    }
    writeFileSync(join(folder, "drawn.json"), JSON.stringify(drawn));
    const differences = JSON.parse(execFileSync(PYTHON, [VOLUMES, "compare", folder], { encoding: "utf8" }));
    assert.equal(differences.length, SERIES.length * PLANES.length);
    for (const { series, plane: name, pixels, unsure, contrast, value, grey, holes } of differences) {
      const what = `${series}, ${name}: `;
      assert.ok(pixels > 1000 && contrast > 20, `${what}${pixels} pixels with a deviation of ${contrast} say enough`);
      assert.ok(unsure < 0.06, `${what}${unsure} of the pixels lie at an edge`);
      assert.ok(value <= VALUE_DIFFERENCE_MAX, `${what}values differ by up to ${value}`);
      assert.ok(grey <= GREY_DIFFERENCE_MAX, `${what}greys differ by up to ${grey}`);
      assert.equal(holes, 0, `${what}the same pixels are empty`);
    }
  });
});
