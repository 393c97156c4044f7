/** A consultation in the reading room: a driver at a desk, a follower on a phone, a late comer on a slow line. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DESKTOP, launch, PHONE } from "./browser.js";
import { Attendee, comeIn, MEMBERS, startConsultation } from "./consultation.js";
import { ORDER, STUDY } from "./dicom.js";
import { awaitSms, send } from "./filmless.js";
import { openPortal, sendEarlier } from "./portal.js";

/** How long the driver rests before all screens have to agree. */
const REST_MS = 1_000;
const NUMBERS = /-?\d+(\.\d+)?/g;
/** A line as in a district hospital: 1.6 Mbit/s, 150 ms. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 200_000 };
/** A CT, a PET and what others drew on them (`oracle/objects.py`). */
const DRAWN = "1.2.826.0.1.3680043.10.1234.20.1";
const [AN, BINH, CHI] = MEMBERS.map(({ name }) => name);

let browser;
let portal;
let invitations;
let chair;
let phone;

before(async () => {
  portal = await openPortal();
  const before = await sendEarlier(portal);
  const drawn = writeDrawn();
  await send(portal.filmless, drawn.files, drawn.order);
  await awaitSms(portal.filmless, (text) => !text.includes(portal.link) && text !== before);
  browser = await launch();
  invitations = await startConsultation(portal, browser);
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

function writeDrawn() {
  const [files, order] = [join(portal.folder, "drawn"), join(portal.folder, "drawn.json")];
  mkdirSync(files);
  execFileSync("tar", ["-xzf", join(import.meta.dirname, "oracle/objects.tar.gz"), "-C", files]);
  writeFileSync(order, JSON.stringify({ ...ORDER, accession_number: "A20260131001", declared_instances: readdirSync(files).length }));
  return { files, order };
}

const come = async (device, name) => new Attendee(await comeIn(portal, browser, device, invitations[name]));

/** All that is seen, on screens of one size to the last pixel. */
async function agree(driver, follower, what) {
  await pause(REST_MS);
  assert.deepEqual(await follower.panes(), await driver.panes(), what);
  assert.deepEqual(await follower.pixels(), await driver.pixels(), `pixels: ${what}`);
}

/** On a phone: the driver's image, and at least what the driver sees of it, around the same point. */
async function agreeOnPhone(driver, place, follower, what) {
  const [shown] = await follower.panes();
  assert.deepEqual(shown, (await driver.panes())[place], what);
  const [here, there] = [await driver.marked(place, ".annotations:not(.foreign-marks)"), await follower.marked(0, ".foreign-marks")];
  assert.equal(there.ends.length, 2, "the mark is there");
  const scale = (there.ends[1].x - there.ends[0].x) / (here.ends[1].x - here.ends[0].x);
  const onPhone = ({ x, y }) => ({ x: there.ends[0].x + scale * (x - here.ends[0].x), y: there.ends[0].y + scale * (y - here.ends[0].y) });
  const middle = onPhone({ x: here.width / 2, y: here.height / 2 });
  assert.ok(Math.hypot(middle.x - there.width / 2, middle.y - there.height / 2) < 1, `${what}: the same point in the middle, ${JSON.stringify(middle)}`);
  const corner = onPhone({ x: 0, y: 0 });
  const isWidthSeen = corner.x >= -1;
  const isHeightSeen = corner.y >= -1;
  // A side that is wider than the image ends where the image does.
  assert.ok(isWidthSeen || isHeightSeen, `${what}: ${JSON.stringify(corner)}`);
}

describe("a consultation", () => {
  it("lets nobody in before the chair does, who sees who waits", async () => {
    chair = await come(DESKTOP, AN);
    await chair.enter();
    await chair.room.ready();
    phone = await come(PHONE, BINH);
    await phone.page.locator("main h1", { hasText: "Xin chờ chủ tọa" }).waitFor();
    assert.equal(await phone.page.locator("a.primary").count(), 0);
    const request = chair.page.locator(".consultation-requests li", { hasText: BINH });
    await request.locator("button", { hasText: "Cho vào" }).click();
    await request.waitFor({ state: "detached" });
    await phone.page.locator("a.primary").first().waitFor();
    await phone.enter();
    await phone.room.ready();
    assert.equal(await chair.page.locator(".consultation-driver").textContent(), "Ông/Bà đang trình bày");
    assert.equal(await phone.page.locator(".consultation-driver").textContent(), `Người trình bày: ${AN}`);
  });

  it("shows the phone the driver's image and mark, with its author, and where the driver points", async () => {
    await chair.room.command("measure-length");
    await chair.room.drag(0, { x: 60, y: 40 });
    await phone.page.locator(".foreign-marks .author", { hasText: AN }).waitFor();
    await chair.room.command("hand-browse");
    const { x, y } = await chair.room.centre(0);
    await chair.page.mouse.move(x + 20, y);
    await chair.page.mouse.move(x + 30, y + 10);
    await phone.page.locator(".pointer-name", { hasText: AN }).waitFor();
    await pause(REST_MS);
    await agreeOnPhone(chair, 0, phone, "fitted");
    for (const [what, button, by] of [["window", "left", { x: 40, y: 30 }], ["zoom", "right", { x: 0, y: 90 }], ["pan", "middle", { x: 30, y: 40 }]]) {
      await chair.room.drag(0, by, button);
      await pause(REST_MS);
      await agreeOnPhone(chair, 0, phone, what);
    }
    assert.equal(await chair.page.locator(".foreign-marks circle").count(), 0, "one's own mark is one's own");
  });

  it("a finger on the phone points, without scrolling, where all see it", async () => {
    const before = await phone.panes();
    await phone.act("point").tap();
    const { x, y } = await phone.room.centre(0);
    const cdp = await phone.visitor.context.newCDPSession(phone.page);
    const touch = (type, ...touchPoints) => cdp.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", { x, y });
    await touch("touchMove", { x: x + 60, y });
    await touch("touchMove", { x: x + 80, y: y + 40 });
    await touch("touchEnd");
    // It stays after the finger has gone.
    await chair.page.locator(".pointer-name", { hasText: BINH }).waitFor();
    assert.deepEqual(await phone.panes(), before);
    assert.equal(await phone.isFollowing(), true);
    await phone.act("point").tap();
  });

  it("a late comer on a slow line sees everything: images, marks, chat; the others see that the line is slow", async () => {
    await chair.write("Xin xem nốt ở thùy trên");
    await phone.page.locator("#consultation-bar [data-act=chat]", { hasText: "1 tin mới" }).waitFor();
    await chair.page.click(".panel-close");
    const late = await come(DESKTOP, CHI);
    await chair.page.locator(".consultation-requests li", { hasText: CHI }).locator("button", { hasText: "Cho vào" }).click();
    await late.page.locator("a.primary").first().waitFor();
    const cdp = await late.visitor.context.newCDPSession(late.page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", SLOW);
    // An address of images that has run out is renewed.
    late.visitor.expectStatus(403);
    await late.enter();
    await late.room.ready();
    await agree(chair, late, "everything");
    assert.deepEqual(await late.page.locator(".foreign-marks .author").allTextContents(), [AN]);
    await late.act("chat").click();
    assert.deepEqual(await late.chat(), ["Xin xem nốt ở thùy trên"]);
    await late.page.click(".panel-close");
    chair.late = late;
  });

  it("all screens of one size agree to the pixel one second after the driver rests", async () => {
    const { late } = chair;
    const steps = [
      ["another image", async () => { await chair.room.pane(0).hover(); for (let turn = 0; turn < 5; turn++) { await chair.page.mouse.wheel(0, 100); } }],
      ["a turn", () => chair.room.command("rotate-right")],
      ["inverted", () => chair.room.command("invert")],
      ["one pane over all", () => chair.page.keyboard.press("Enter")],
      ["all panes again", () => chair.page.keyboard.press("Enter")],
      ["another layout", () => chair.page.keyboard.press("Alt+2")],
      ["another series", () => chair.room.tile("Heart").click()],
      ["the prior", async () => { await chair.room.tile("Lung").first().click(); await chair.room.command("prior"); await chair.room.awaitNames("Lung", "Lung"); await chair.room.ready(); await late.room.awaitNames("Lung", "Lung"); await late.room.ready(); }],
      ["planes", async () => { await chair.room.command("planes"); await chair.room.ready(); await late.page.locator(".pane.has-content").nth(2).waitFor(); await late.room.ready(); }],
      ["images again", () => chair.page.keyboard.press("Control+z")],
    ];
    for (const [what, step] of steps) {
      await step();
      await late.room.ready();
      await agree(chair, late, what);
    }
  });

  it("what lies over the images is the same for all: outlines, a state, a fused series; key images say who marked them", async () => {
    const { late } = chair;
    await chair.page.goto(new URL(`/studies/${DRAWN}/read${new URL(chair.page.url()).search}`, portal.url).href);
    await chair.awaitMood("Đã kết nối");
    await chair.room.tile("Chest").first().click();
    await chair.page.keyboard.press("Alt+1");
    await chair.room.awaitNames("Chest");
    await chair.room.ready();
    await chair.room.command("objects");
    for (const kind of ["state", "segmentation", "structures"]) {
      await chair.page.locator(`.room-object[data-kind=${kind}] input`).first().check();
    }
    await chair.page.locator(".room-object[data-kind=state] button").first().click();
    await chair.room.command("fusion");
    await chair.page.locator(".room-fusion select").nth(1).selectOption({ index: 2 });
    await chair.page.locator(".fusion-scale:not([hidden])").waitFor();
    await chair.page.click(".panel-close");
    await chair.room.command("key-image");
    await late.room.awaitNames("Chest");
    await late.room.ready();
    await late.page.locator(".key-star-names", { hasText: AN }).waitFor();
    await agree(chair, late, "layers");
    const layers = ({ page }) => page.locator(".pane:not([hidden])").evaluateAll((panes) => panes.map((pane) => [".objects", ".shutters", ".fusion-name", ".fusion-scale"].map((part) => pane.querySelector(part).innerHTML)));
    const drawn = await layers(chair);
    assert.ok(drawn[0].every((part) => part !== ""), JSON.stringify(drawn));
    const [here, there] = [drawn.flat().join("|"), (await layers(late)).flat().join("|")];
    assert.equal(there.replace(NUMBERS, "#"), here.replace(NUMBERS, "#"), "shapes, colours, names");
    const away = (here.match(NUMBERS) ?? []).map((number, place) => Math.abs(number - (there.match(NUMBERS) ?? [])[place]));
    assert.ok(Math.max(...away) < 0.02, `at the same place, but for the last digit that is written: ${Math.max(...away)}`);
    assert.equal(await late.page.locator(".pane-unfollowed.is-less").count(), 0);
    assert.equal(await phone.page.locator(".fusion-scale").textContent(), drawn[0][3]);
  });

  it("whoever looks around stays there until they choose to follow again", async () => {
    const { late } = chair;
    await late.room.pane(0).hover();
    await late.page.mouse.wheel(0, 300);
    await late.page.locator('[data-act="follow"][aria-pressed="false"]').waitFor();
    const isSharp = (panes) => panes.every(({ quality }) => quality === "full");
    const alone = await late.room.eventually(() => late.panes(), isSharp, "full quality");
    await chair.room.pane(0).hover();
    await chair.page.mouse.wheel(0, -200);
    await pause(REST_MS);
    assert.deepEqual(await late.panes(), alone);
    await late.act("follow").click();
    await agree(chair, late, "back");
  });

  it("hands the images over to whoever asks, and back to the chair", async () => {
    await phone.act("ask").click();
    await chair.page.locator(".consultation-requests li", { hasText: BINH }).locator("button", { hasText: "Trao quyền" }).click();
    await phone.page.locator(".consultation-driver", { hasText: "Ông/Bà đang trình bày" }).waitFor();
    await chair.room.awaitCounter(0, /./);
    assert.equal(await chair.room.layout(), "1x1", "the desk follows the phone");
    await chair.act("take-over").click();
    await phone.page.locator(".consultation-driver", { hasText: `Người trình bày: ${AN}` }).waitFor();
  });

  it("goes on by itself after the line was cut, and says so", async () => {
    await phone.visitor.context.setOffline(true);
    await phone.page.evaluate(() => dispatchEvent(new Event("offline")));
    await phone.awaitMood("Mất kết nối");
    await chair.room.pane(0).hover();
    await chair.page.mouse.wheel(0, 100);
    // More than the server takes in a second: none of it is lost.
    const written = Array.from({ length: 14 }, (_, place) => `mất mạng ${place + 1}`);
    await phone.act("chat").click();
    for (const text of written) {
      await phone.page.fill("#chat-text", text);
      await phone.page.keyboard.press("Enter");
    }
    await phone.visitor.context.setOffline(false);
    await phone.awaitMood("Đã kết nối");
    await chair.act("chat").click();
    for (const reader of [chair, phone]) {
      const said = async () => (await reader.chat()).filter((text) => text.startsWith("mất mạng"));
      await reader.room.eventually(said, (found) => found.join() === written.join(), "what was written meanwhile");
      await reader.page.click(".panel-close");
    }
    assert.deepEqual((await phone.panes())[0], (await chair.panes())[0]);
  });

  it("can be used with a keyboard and a screen reader, and fits a phone", async () => {
    await chair.act("people").click();
    await phone.act("people").click();
    for (const { visitor } of [chair, phone]) {
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      assert.ok((await visitor.overflowPx()) <= 0);
    }
    await chair.visitor.screenshot("consultation");
    await phone.visitor.screenshot("consultation");
    await phone.page.click(".panel-close");
  });

  it("clears the screen of a removed member at once, and says why, in every tab of their browser", async () => {
    const consultation = new URL(phone.page.url()).searchParams.get("consultation");
    const tabs = [];
    for (const path of [`/studies/${STUDY.uid}`, `/studies/${STUDY.uid}/read`, `/consultations/${consultation}`, `/studies/${STUDY.uid}?kept`]) {
      const tab = await phone.visitor.context.newPage();
      await tab.goto(new URL(path, portal.url).href);
      tabs.push(tab);
    }
    for (const tab of tabs.slice(0, 2)) {
      // A browser that was in the reading room opens studies there.
      await tab.locator(".pane .stage[data-quality=full]").waitFor();
    }
    // One that the browser keeps in its memory, as behind the back button.
    const kept = tabs.pop();
    const turn = (type) => kept.evaluate((name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type);
    await turn("pagehide");
    assert.equal(await kept.locator("main").isVisible(), false, "nothing is seen before it is asked for");
    await turn("pageshow");
    await kept.locator("main").waitFor();
    await turn("pagehide");
    await phone.page.bringToFront();
    await chair.page.locator(`.consultation-people li`, { hasText: BINH }).locator("button", { hasText: "Mời ra" }).click();
    await chair.page.click(".room-confirm .is-grave");
    await phone.page.locator("#consultation-ended", { hasText: "Chủ tọa đã mời Ông/Bà ra khỏi hội chẩn." }).waitFor();
    assert.equal(await phone.page.locator("canvas").count(), 0);
    await phone.page.keyboard.press("PageDown");
    assert.equal(await phone.page.locator("canvas").count(), 0);
    const why = { hasText: "Chủ tọa đã mời Ông/Bà ra khỏi hội chẩn" };
    // Another tab may have told it before: then it is on its way already, and this finds no page to tell.
    await turn("pageshow").catch(() => undefined);
    for (const tab of [...tabs, kept]) {
      await tab.locator(".notice", why).waitFor();
      assert.equal(await tab.locator("canvas, #poster").count(), 0);
    }
    await phone.page.reload();
    await phone.page.locator(".notice", why).waitFor();
    await Promise.all([...tabs, kept].map((tab) => tab.close()));
  });

  it("clears every screen when the chair ends it, and can be played again", async () => {
    const { late } = chair;
    await chair.act("end").click();
    await chair.page.click(".room-confirm .is-grave");
    for (const { page } of [chair, late]) {
      await page.locator("#consultation-ended", { hasText: "Chủ tọa đã kết thúc hội chẩn." }).waitFor();
      assert.equal(await page.locator("canvas").count(), 0);
    }
    await late.page.click("#consultation-ended a");
    await late.page.locator("a.primary", { hasText: "Xem lại" }).first().click();
    await late.page.locator(".replay-controls").waitFor();
    await late.room.ready();
    await late.act("chat").click();
    assert.deepEqual(await late.chat(), []);
    await late.page.locator(".replay-controls input").press("End");
    await late.page.locator(".chat-text", { hasText: "Xin xem nốt ở thùy trên" }).waitFor();
    assert.deepEqual(late.visitor.errors, []);
  });
});
