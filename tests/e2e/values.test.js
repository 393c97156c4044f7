/** What the tools say about a real CT, compared with pydicom and numpy. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { ORDER } from "./dicom.js";
import { openLink, openPortal } from "./portal.js";
import { ViewerPage } from "./viewer-page.js";

const PYTHON = resolve(import.meta.dirname, "../corpus/python");
const PIXELS = [
  [10, 10],
  [64, 64],
  [90, 40],
  [30, 100],
  [127, 0],
];
/** The corners of an ellipse. */
const ELLIPSE = [
  [40, 50],
  [80, 74],
];

/** Prints path, raster, spacing, pixel values, and mean and deviation within an ellipse. */
const ASK = `
import json, sys
import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_modality_lut
pixels, ((left, top), (right, bottom)) = json.loads(sys.argv[1])
path = get_testdata_file("CT_small.dcm")
ds = pydicom.dcmread(path)
values = apply_modality_lut(ds.pixel_array, ds)
rows, columns = np.mgrid[0:ds.Rows, 0:ds.Columns] + 0.5
inside = ((columns - (left + right) / 2) / ((right - left) / 2)) ** 2 + ((rows - (top + bottom) / 2) / ((bottom - top) / 2)) ** 2 <= 1
print(json.dumps({
    "path": path, "rows": ds.Rows, "columns": ds.Columns, "spacing": [float(side) for side in ds.PixelSpacing],
    "patient_id": ds.PatientID, "name": str(ds.PatientName), "study_uid": ds.StudyInstanceUID,
    "values": [float(values[row, column]) for column, row in pixels],
    "mean": float(values[inside].mean()), "deviation": float(values[inside].std()),
}))`;

let browser;
let portal;
let truth;

before(async () => {
  truth = JSON.parse(execFileSync(PYTHON, ["-c", ASK, JSON.stringify([PIXELS, ELLIPSE])], { encoding: "utf8" }));
  portal = await openPortal((folder) => {
    const files = join(folder, "study");
    mkdirSync(files);
    copyFileSync(truth.path, join(files, "ct.dcm"));
    const patient = { ...ORDER.patient, id: truth.patient_id, name: truth.name.replaceAll("^", " ") };
    const order = join(folder, "order.json");
    writeFileSync(order, JSON.stringify({ accession_number: "A20040119001", patient, service: ORDER.service }));
    return { files, order };
  });
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

for (const device of [PHONE, DESKTOP]) {
  describe(`a CT of pydicom on a ${device.name}`, () => {
    it("has the values, lengths, means and deviations that pydicom and numpy find", async () => {
      const visitor = await Visitor.arrive(browser, device, portal.origins);
      try {
        await openLink(portal, visitor.page);
        const { rows, columns, spacing } = truth;
        const viewer = new ViewerPage(visitor.page, { rows, columns, aspect: 1 });
        await viewer.ready();
        await viewer.choose("probe");
        for (const [place, [column, row]] of PIXELS.entries()) {
          await viewer.tap(column, row);
          const expected = `${truth.values[place]} HU (cột ${column + 1}, hàng ${row + 1})`;
          await viewer.eventually(() => viewer.results(), ([found]) => found === expected, expected);
        }
        await viewer.do("clear");
        await viewer.choose("length");
        await viewer.drag([20, 30], [100, 90]);
        const [length] = await viewer.results();
        const expected = Math.hypot(80 * spacing[1], 60 * spacing[0]);
        assert.ok(Math.abs(Number(/Dài ([\d.]+) mm/.exec(length)[1]) - expected) < 0.02 * expected, `${length}, not ${expected}`);
        await viewer.do("clear");
        await viewer.choose("ellipse");
        // From the outer corner of one pixel to that of another.
        await viewer.drag(...ELLIPSE.map(([column, row]) => [column - 0.5, row - 0.5]));
        const [ellipse] = await viewer.results();
        const [, mean, deviation] = /TB (-?[\d.]+) HU · ĐLC ([\d.]+)/.exec(ellipse).map(Number);
        const tolerance = 0.02 * truth.deviation;
        assert.ok(Math.abs(mean - truth.mean) < tolerance, `${ellipse}, mean ${truth.mean}`);
        assert.ok(Math.abs(deviation - truth.deviation) < tolerance, `${ellipse}, deviation ${truth.deviation}`);
        assert.deepEqual(visitor.errors, [], "the console is clean");
      } finally {
        await visitor.leave();
      }
    });
  });
}
