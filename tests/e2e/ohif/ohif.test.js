/** OHIF as a doctor elsewhere opens it: by the button of the portal, with every kind of image, its frames out of the packs. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, Visitor } from "../browser.js";
import { writeStudy } from "../dicom.js";
import { command, send } from "../filmless.js";
import { openLink, openPortal } from "../portal.js";
import { KINDS, level, OTHER, STUDY } from "./study.js";

const FOLDER = resolve(import.meta.dirname, "../../..", process.env.CARGO_TARGET_DIR ?? "target", "ohif");
const PATIENCE_MS = 90_000;
const FRAME = /\/frames\/\d+$/;
/** OHIF makes room for a PDF before it has one, and the browser refuses to fill it with the page itself. */
const OWN_ERRORS = /^Loading plugin data from '' violates/;

let browser;
let portal;

before(async () => {
  assert.ok(existsSync(FOLDER), `${FOLDER} is missing: make ohif`);
  // The other study comes first, so that whoever could list it would.
  portal = await openPortal((folder) => writeStudy(folder, STUDY, { declared_instances: undefined }));
  const other = writeStudy(portal.folder, OTHER, { declared_instances: undefined });
  await send(portal.filmless, other.files, other.order);
  await eventually(async () => (await command(portal.filmless, ["status"])).studies.filter(({ state }) => state === "released").length === 2, "both studies are released");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

async function eventually(isSo, what) {
  const end = Date.now() + PATIENCE_MS;
  let last;
  do {
    last = await isSo();
    if (last) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < end);
  throw new Error(`waited in vain: ${what}`);
}

/** A doctor at a desk, whose requests are kept: those that reached a server, and what its own worker answered. */
async function arrive() {
  const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
  const asked = [];
  visitor.context.on("request", (request) => {
    // What the worker asks for, and what the page asks for where the worker lets it pass.
    const isAnsweredByWorker = request.serviceWorker() === null;
    asked.push({ url: new URL(request.url()), range: request.headers()["range"] ?? null, isAnsweredByWorker });
  });
  return { visitor, page: visitor.page, asked };
}

/** Opens the study with the button of the portal. */
async function openOhif({ visitor, page }) {
  await openLink(portal, page);
  await page.goto(new URL(`/studies/${STUDY.uid}/open-with`, portal.url).href);
  await page.click("button[value=ohif]");
  await page.waitForURL("**/ohif/viewer?StudyInstanceUIDs=*");
  await page.locator("canvas.cornerstone-canvas").first().waitFor({ timeout: PATIENCE_MS });
  visitor.errors.length = 0;
}

const thumbnail = (page, description) => page.locator("[data-cy^=study-browser-thumbnail]", { hasText: description });

/** Shows a series and waits until one of its images is in the viewport. OHIF takes a double click only once it is ready for it. */
async function show(page, { number, description }) {
  const isShown = (series) => {
    const [viewport] = window.cornerstone?.getRenderingEngines()[0]?.getViewports() ?? [];
    const image = viewport?.getCurrentImageId?.();
    return image?.includes(`/series/${series}/`) === true && window.cornerstone.cache.getImage(image) !== undefined;
  };
  await eventually(async () => {
    await thumbnail(page, description).first().dblclick();
    return page.waitForFunction(isShown, `${STUDY.uid}.${number}`, { timeout: 10_000 }).catch(() => null);
  }, `${description} is shown`);
}

/** The picture's own values, as OHIF holds them: what the window and the screen make of them is OHIF's business. */
function valuesOf(page) {
  return page.evaluate(() => {
    const { cornerstone } = window;
    const viewport = cornerstone.getRenderingEngines()[0].getViewports()[0];
    const image = cornerstone.cache.getImage(viewport.getCurrentImageId?.());
    const values = image.voxelManager?.getScalarData() ?? image.getPixelData();
    return { values: [...values], columns: image.columns, rows: image.rows, slope: image.slope, intercept: image.intercept };
  });
}

describe("OHIF", () => {
  it("shows every kind of image with its exact values, out of the packs, and asks nobody else", async () => {
    const doctor = await arrive();
    const { page, visitor, asked } = doctor;
    await openOhif(doctor);
    for (const { description } of KINDS) {
      await thumbnail(page, description).first().waitFor({ timeout: PATIENCE_MS });
    }
    for (const { number, description, modality, images } of KINDS.filter(({ images }) => images > 0)) {
      await show(page, { number, description });
      const { values, rows, columns } = await valuesOf(page);
      assert.deepEqual([rows, columns], [64, 64], description);
      assert.ok(isExact(modality, values, images), `${description} has exactly the values that were uploaded`);
    }
    await thumbnail(page, "PDF report").first().dblclick();
    const pdf = page.locator("object[type='application/pdf']");
    await pdf.waitFor({ timeout: PATIENCE_MS });
    const shown = await pdf.getAttribute("data");
    const bytes = await page.evaluate(async (url) => (await (await fetch(url)).text()).slice(0, 8), shown);
    assert.equal(bytes, "%PDF-1.4");

    const toServer = asked.filter(({ url, isAnsweredByWorker }) => FRAME.test(url.pathname) && !isAnsweredByWorker);
    assert.deepEqual(toServer.map(({ url }) => url.pathname), [], "no frame was asked of the server");
    assert.ok(asked.some(({ url, range }) => url.pathname.endsWith(".pack") && range !== null), "they came out of the packs");
    assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
    assert.deepEqual(visitor.errors.filter((error) => !OWN_ERRORS.test(error)), [], "the console is clean");
    await visitor.leave();
  });

  it("lists nothing else of the patient", async () => {
    const doctor = await arrive();
    const { page, visitor } = doctor;
    await openOhif(doctor);
    for (const { description } of KINDS) {
      await thumbnail(page, description).first().waitFor({ timeout: PATIENCE_MS });
    }
    assert.equal(await page.locator("[data-cy^=study-browser-thumbnail]").count(), KINDS.length);
    assert.equal((await page.locator("body").innerText()).includes("11-Jun-2021"), false);
    await visitor.leave();
  });

  it("keeps the token out of every address that is seen, and opens again after a reload", async () => {
    const doctor = await arrive();
    const { page, visitor, asked } = doctor;
    await openOhif(doctor);
    const token = asked.map(({ url }) => /^\/dicomweb\/([0-9A-Za-z]+)\//.exec(url.pathname)?.[1]).find((found) => found !== undefined);
    assert.ok(!page.url().includes(token));
    await page.reload();
    await page.locator("canvas.cornerstone-canvas").first().waitFor({ timeout: PATIENCE_MS });
    const history = await page.evaluate(() => performance.getEntriesByType("navigation").map(({ name }) => name));
    assert.ok(history.every((address) => !address.includes(token)));
    await visitor.leave();
  });

  it("says plainly when there is nothing to open, and when access has ended", async () => {
    const stranger = await arrive();
    await stranger.page.goto(new URL(`/ohif/viewer?StudyInstanceUIDs=${STUDY.uid}`, portal.url).href);
    await stranger.page.getByText("There is nothing to open here").waitFor();
    assert.deepEqual(stranger.asked.filter(({ url }) => url.pathname.startsWith("/dicomweb")), []);
    await stranger.visitor.leave();

    const doctor = await arrive();
    const { page, visitor } = doctor;
    await openOhif(doctor);
    // Whoever signs out ends what they opened with software.
    await page.evaluate(() => fetch("/sign-out", { method: "POST" }));
    await page.reload();
    await page.getByText("Access to these images has ended").waitFor({ timeout: PATIENCE_MS });
    await page.getByText("Quyền xem hình bằng phần mềm đã hết").waitFor();
    await visitor.leave();
  });
});

/** Whether a picture of this kind is one of those that were uploaded, value by value. */
function isExact(modality, values, images) {
  const place = (at) => [Math.floor(at / 64), at % 64];
  const grey = (of) => (image) => (at) => of(level(...place(at), image));
  const expected = {
    // With the rescale that OHIF applies beforehand, or without.
    CT: [grey((sample) => 2 * sample - 160), grey((sample) => 1024 - 160 + 2 * sample)],
    MR: [grey((sample) => 5 * sample)],
    NM: [grey((sample) => sample)],
    US: [
      (image) => (at) => [4 * place(Math.floor(at / 3))[0], 4 * place(Math.floor(at / 3))[1], 16 * image][at % 3],
      (image) => (at) => [4 * place(Math.floor(at / 4))[0], 4 * place(Math.floor(at / 4))[1], 16 * image, 255][at % 4],
    ],
    OT: [
      () => (at) => [level(...place(Math.floor(at / 3)), 0), 255 - level(...place(Math.floor(at / 3)), 0), 40][at % 3],
      () => (at) => [level(...place(Math.floor(at / 4)), 0), 255 - level(...place(Math.floor(at / 4)), 0), 40, 255][at % 4],
    ],
  }[modality];
  const pictures = Array.from({ length: images }, (_, image) => image);
  return expected.some((form) => pictures.some((image) => values.every((value, at) => value === form(image)(at))));
}
