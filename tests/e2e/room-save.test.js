/** Marks of a doctor with whom a study was shared: saved as DICOM, and seen by the patient. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { openLink, openPortal } from "./portal.js";
import { RoomHands } from "./room-hands.js";
import { RoomPage } from "./room-page.js";

/** Of the slices of the lung: a pixel is a millimetre. */
const SIDE = 160;
const ROOM = `/studies/${STUDY.uid}/read`;
const AUTHOR = "BS. Trần Văn A";
const FACILITY = "BV Chợ Rẫy";

let browser;
let portal;
let patient;

before(async () => {
  portal = await openPortal();
  browser = await launch({ isWithoutWebGl: true });
  patient = await Visitor.arrive(browser, DESKTOP, portal.origins);
  await openLink(portal, patient.page);
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

/** Shares the study, with the right to annotate or without it. */
async function share(label, mayAnnotate) {
  const { page } = patient;
  await page.goto(new URL("/shares", portal.url).href);
  await page.fill("#label", label);
  await page.locator("input[name=study]").first().check();
  await page.locator("input[name=may_annotate]").setChecked(mayAnnotate);
  await page.click("main button.primary");
  return { link: (await page.textContent("#share-link")).trim(), code: await page.inputValue("#share-code") };
}

/** Enters the room as the guest of a share. */
async function enter({ link, code }) {
  const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
  const { page } = visitor;
  await page.goto(link);
  await page.fill("#code", code);
  await page.click("main .primary");
  await page.waitForURL(/\/studies/);
  await page.goto(new URL(ROOM, portal.url).href);
  const room = new RoomPage(page);
  await room.ready();
  return { visitor, page, room, hands: new RoomHands(page, SIDE) };
}

/** Whether the browser asks before it leaves; the answer is to stay. */
async function isAskedOnLeaving(page) {
  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.dismiss();
    return dialog.type() === "beforeunload";
  });
  const left = page.waitForEvent("load").then(() => false);
  // Only one of the two comes.
  [asked, left].forEach((one) => one.catch(() => undefined));
  await page.evaluate(() => setTimeout(() => location.reload()));
  return Promise.race([asked, left]);
}

describe("marks in the reading room", { concurrency: false }, () => {
  it("cannot be saved by the patient, nor by a guest without the right", async () => {
    await patient.page.goto(new URL(ROOM, portal.url).href);
    await new RoomPage(patient.page).ready();
    assert.equal(await patient.page.locator("[data-command=save-marks]").count(), 0);
    const { visitor, page } = await enter(await share("BS. Minh", false));
    assert.equal(await page.locator("[data-command=save-marks]").count(), 0);
    await visitor.leave();
  });

  it("are saved by a doctor who may annotate, once, also if the first answer is lost", async () => {
    const { visitor, page, room, hands } = await enter(await share("BS. A", true));
    await page.keyboard.press("Control+s");
    await page.locator("#room-status", { hasText: "Chưa có số đo" }).waitFor();
    await hands.run("measure-length");
    await hands.drag(0, [20, 20], [60, 50]);
    await hands.measures(0, /^Dài ([\d.]+) mm$/, [50]);
    await hands.run("measure-rectangle");
    await hands.drag(0, [100, 20], [120, 40]);
    await hands.run("measure-text");
    await hands.tap(0, [30, 120]);
    await hands.write("nốt");
    await hands.run("key-image");
    await page.keyboard.press("2");
    await room.awaitFacts(0, "WL -600 · WW 1500");
    assert.ok(await isAskedOnLeaving(page), "what is not saved is asked about");

    await page.keyboard.press("Control+s");
    const dialog = page.locator(".room-save");
    const what = dialog.locator(".save-what");
    await what.waitFor();
    assert.deepEqual(await what.locator("li").allTextContents(), ["Ảnh đánh dấu: 1", "Số đo: 2", "Mũi tên, chữ và hình vẽ: 1", "Ảnh kèm cửa sổ, chiều xoay lật: 1"]);
    assert.deepEqual(await visitor.accessibilityViolations(), []);
    await page.keyboard.press("Enter");
    await dialog.locator("#save-name-error", { hasText: "Xin điền ô này." }).waitFor();
    await page.fill("#save-name", AUTHOR);
    await page.fill("#save-facility", FACILITY);
    await page.fill("#save-description", "Hội chẩn phổi");
    await visitor.screenshot("room-save");

    // The portal saves, but its answer does not arrive.
    await page.route("**/marks", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.keyboard.press("Enter");
    await dialog.locator(".save-trouble", { hasText: "không bị lưu hai lần" }).waitFor();
    await page.unroute("**/marks");
    await page.click(".save-submit");
    await dialog.locator(".save-status", { hasText: "Đã lưu." }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
    await page.locator("#room-status", { hasText: "Chưa có số đo" }).waitFor();
    await page.click("[data-command=objects]");
    for (const kind of ["selection", "state", "measurements"]) {
      await page.locator(`.room-object[data-kind=${kind}]`).waitFor();
      assert.equal(await page.locator(`.room-object[data-kind=${kind}]`).count(), 1, `one ${kind}`);
    }
    assert.ok(!(await isAskedOnLeaving(page)), "nothing is left to ask about");
    assert.deepEqual([visitor.errors.filter((error) => !error.includes("ERR_FAILED")), visitor.foreignRequests], [[], []]);
    await visitor.leave();
  });

  it("are seen by the patient: who wrote them, the numbers, the window, the marked image", async () => {
    const { page } = patient;
    await page.goto(new URL(ROOM, portal.url).href);
    const room = new RoomPage(page);
    await room.ready();
    // The strip says what each new series is, and not that a doctor's report lacks something.
    for (const [modality, what] of [["SR", "Số đo của người đọc, không phải bản kết quả"], ["KO", "Ảnh đánh dấu của người đọc"], ["PR", "Hình vẽ, cửa sổ của người đọc"]]) {
      const lines = page.locator(`#room-series [data-modality="${modality}"] .series-words > *`);
      await room.eventually(() => lines.allTextContents(), ([title, kind, saved = ""]) => title === "Hội chẩn phổi" && kind === what && saved.startsWith(`${AUTHOR} · ${FACILITY} lưu lúc `), what);
    }
    const counter = await room.text(0, ".pane-counter");
    await page.click("[data-command=objects]");
    const object = (kind) => page.locator(`.room-object[data-kind=${kind}]`);
    for (const kind of ["selection", "state", "measurements"]) {
      await object(kind).getByText(`${AUTHOR} · ${FACILITY}`).waitFor();
      await object(kind).getByText("Hội chẩn phổi").first().waitFor();
    }
    await object("measurements").locator("li button").first().click();
    const labels = page.locator(".pane.is-active .objects text");
    // A mouse points at whole pixels of the screen.
    await labels.filter({ hasText: /Chiều dài: (49\.[5-9]|50)/ }).waitFor();
    await object("state").locator("button").first().click();
    await labels.filter({ hasText: "nốt" }).waitFor();
    await room.awaitFacts(0, "WL -600 · WW 1500");
    await patient.screenshot("room-saved");
    await page.keyboard.press("End");
    await room.awaitCounter(0, "24 / 24");
    await page.click("[data-command=key-images-only]");
    await room.eventually(() => room.text(0, ".pane-counter"), (text) => text.includes(counter.replace(/^★ ?/, "")), "the marked image");
    assert.deepEqual([patient.errors, patient.foreignRequests], [[], []]);
    assert.deepEqual(await patient.accessibilityViolations(), []);
  });
});
