/** The staff console: each role walks through its pages, on a phone and on a desktop. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { command } from "./filmless.js";
import { awaitStates, HELD, makeAccount, openConsole, signIn, UNREACHED } from "./staff.js";

let browser;
let desk;
const accounts = {};

before(async () => {
  desk = await openConsole();
  for (const role of ["hotline", "records", "finance", "admin"]) {
    accounts[role] = await makeAccount(desk, `test-${role}`, [role]);
  }
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await desk?.close();
});

/** Signs somebody in, and checks what must hold on every page they visit. */
async function walk(device, role, steps) {
  const visitor = await Visitor.arrive(browser, device, desk.origins);
  try {
    await signIn(desk, visitor.page, accounts[role]);
    await steps(visitor);
    assert.deepEqual(visitor.errors, [], "the console of the browser is clean");
    assert.deepEqual(visitor.foreignRequests, [], "nobody else is asked for anything, not even for images");
  } finally {
    await visitor.leave();
  }
}

/** Checks that the page is accessible and no wider than the screen. */
async function check(visitor, name) {
  await visitor.screenshot(`console-${name}`);
  assert.deepEqual(await visitor.accessibilityViolations(), [], name);
  assert.ok((await visitor.overflowPx()) <= 0, `${name} is wider than the screen`);
}

async function open(visitor, path) {
  await visitor.page.goto(`${desk.url}${path}`);
}

/** Finds a patient by search, as the hotline does during a call. */
async function findPatient(visitor, words) {
  await open(visitor, "/staff");
  await visitor.page.fill("#query", words);
  await visitor.page.keyboard.press("Enter");
  await visitor.page.locator(".rows a").first().click();
  await visitor.page.waitForURL("**/staff/patients/*");
}

/** Unfolds a form, fills it in and sends it. */
async function act(page, action, fields) {
  const form = page.locator(`form[method="post"][action$="/${action}"]`);
  const folded = page.locator("details", { has: form });
  if ((await folded.count()) > 0 && (await folded.getAttribute("open")) === null) {
    await folded.locator("summary").click();
  }
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    await (name === "channels" ? field.selectOption(value) : field.fill(value));
  }
  await form.locator("button").click();
}

const study = (uid) => `/staff/studies/${uid}`;
const refused = async (visitor, path) => {
  visitor.expectStatus(403);
  await open(visitor, path);
  assert.match(await visitor.page.locator("h1").textContent(), /Không thuộc quyền/);
};

for (const device of [PHONE, DESKTOP]) {
  describe(`on a ${device.name}`, () => {
    it("whoever is not signed in sees the sign-in and nothing else", async () => {
      const visitor = await Visitor.arrive(browser, device, desk.origins);
      await open(visitor, study(STUDY.uid));
      await visitor.page.waitForURL("**/staff/sign-in");
      assert.doesNotMatch(await visitor.page.content(), /Nguyễn|N20-0317542/);
      await check(visitor, "sign-in");
      await visitor.page.click("main .primary");
      await check(visitor, "identity");
      visitor.expectStatus(403);
      await visitor.page.fill("#account", "test-hotline");
      await visitor.page.fill("#password", "wrong");
      await visitor.page.click("main .primary");
      assert.match(await visitor.page.locator("[role=alert]").textContent(), /chưa đúng/);
      await check(visitor, "identity-refused");
      await visitor.leave();
    });

    it("the hotline finds a patient without accents and sends a new slip", async () => {
      await walk(device, "hotline", async (visitor) => {
        const { page } = visitor;
        await check(visitor, "home");
        await page.fill("#query", "hoa nguyen");
        await page.keyboard.press("Enter");
        await page.locator("#results").waitFor();
        assert.equal(new URL(page.url()).search, "", "the name is in no address");
        await check(visitor, "search");
        await findPatient(visitor, "0903 123 456");
        assert.match(await page.locator("h1").textContent(), /Nguyễn Thị Hoà/);
        await check(visitor, "patient");
        assert.equal(await page.locator('a[href$="/merge"], a[href$="/erase"]').count(), 0);
        await page.locator(`a[href="${study(STUDY.uid)}"]`).click();
        await page.locator(".timeline").waitFor();
        assert.match(await page.locator(".timeline").textContent(), /Nhận ảnh.*Chuẩn bị xong ảnh.*SMS đã gửi/s);
        assert.equal(await page.locator("main img, main canvas, main video").count(), 0, "no image is shown");
        await act(page, "reissue", { channels: "none", reason: "mất phiếu" });
        assert.match(await page.locator("[role=status]").textContent(), /Đã cấp phiếu mới/);
        await check(visitor, "study-reissued");
        await refused(visitor, `${study(STUDY.uid)}/recall`);
        await check(visitor, "forbidden");
        await refused(visitor, "/staff/audit");
        await open(visitor, "/staff/unreached");
        assert.match(await page.locator(".rows").textContent(), /Phạm Thị Mai/);
        await check(visitor, "unreached");
        await open(visitor, "/staff/failed");
        await check(visitor, "failed");
      });
    });

    it("the slip is a PDF of the newest link", async () => {
      await walk(device, "hotline", async ({ page, context }) => {
        await page.goto(`${desk.url}${study(STUDY.uid)}`);
        const answered = context.waitForEvent("response", (response) => response.url().endsWith("/slip"));
        await page.locator('form[action$="/slip"] button').click();
        const response = await answered;
        assert.equal(response.headers()["content-type"], "application/pdf");
        assert.equal(response.headers()["cache-control"], "no-store");
      });
    });

    it("the records office looks at what is held, holds and releases", async () => {
      await walk(device, "records", async (visitor) => {
        const { page } = visitor;
        await open(visitor, "/staff/held");
        await check(visitor, "held");
        await page.locator(`a[href="${study(HELD.uid)}"]`).click();
        assert.match(await page.locator("main").textContent(), /Người bệnh không khớp/);
        await check(visitor, "study-held");
        await page.locator('a[href$="/release"]').click();
        const differing = page.locator("td.differs").first();
        await differing.waitFor();
        assert.equal(await differing.evaluate((cell) => getComputedStyle(cell).color), "rgb(155, 28, 28)", "not in red");
        await check(visitor, "release-differs");
        await open(visitor, "/staff/reviews");
        await check(visitor, "reviews");
        await open(visitor, study(UNREACHED.uid));
        visitor.expectStatus(422);
        await act(page, "hold", { reason: " " });
        assert.match(await page.locator("[role=alert]").textContent(), /ghi lý do/);
        await check(visitor, "study-refused");
        await act(page, "hold", { reason: "kiểm tra bên" });
        assert.match(await page.locator("[role=status]").textContent(), /Đã giữ lại/);
        await page.locator('a[href$="/release"]').click();
        await page.locator('[name="confirm"]').waitFor();
        assert.match(await page.locator(".shown-to").textContent(), /sẽ được trả cho/);
        await check(visitor, "release");
        await page.check('[name="confirm"]');
        await act(page, "release", { reason: "đã kiểm tra" });
        assert.match(await page.locator("[role=status]").textContent(), /đang được trả/);
        await awaitStates(desk.filmless, { [UNREACHED.uid]: "released" });
        await open(visitor, `${study(STUDY.uid)}/recall`);
        await check(visitor, "recall");
        await open(visitor, `${study(STUDY.uid)}/viewers`);
        await check(visitor, "viewers");
        await findPatient(visitor, STUDY.patientId);
        await page.locator('a[href$="/merge"]').click();
        await page.fill("#code", UNREACHED.patientId);
        await page.click("main button");
        await page.locator('[name="confirm"]').waitFor();
        await check(visitor, "merge");
        visitor.expectStatus(409);
        await page.check('[name="confirm"]');
        await page.fill("#reason", "thử");
        await page.click("main button");
        assert.match(await page.locator("[role=alert]").textContent(), /không được lẫn/);
      });
    });

    it("finance finds nothing of patients", async () => {
      await walk(device, "finance", async (visitor) => {
        await check(visitor, "finance");
        assert.equal(await visitor.page.locator("#query").count(), 0);
        for (const path of [study(STUDY.uid), "/staff/held", "/staff/unreached", "/staff/audit"]) {
          await refused(visitor, path);
        }
      });
    });

    it("finance sees the month, a part of it, and takes the workbook along", async () => {
      await command(desk.filmless, ["usage", "export"]);
      await walk(device, "finance", async (visitor) => {
        const { page } = visitor;
        await page.locator('nav a[href="/staff/usage"]').click();
        const released = page.locator(".figures dd").first();
        assert.equal(await released.textContent(), "2");
        assert.ok((await page.locator(".chart rect").count()) >= 1);
        await check(visitor, "usage");
        await page.selectOption('[name="payer"]', { index: 1 });
        await page.click(".filters button");
        assert.match(page.url(), /payer=\w/);
        const href = await page.locator('a[href$=".xlsx"]').getAttribute("href");
        const file = await page.request.get(new URL(href, page.url()).href);
        assert.equal(file.status(), 200);
        assert.equal((await file.body()).subarray(0, 2).toString(), "PK");
      });
    });

    it("an administrator verifies the log, and has to type a code before anything is erased", async () => {
      await walk(device, "admin", async (visitor) => {
        const { page } = visitor;
        await open(visitor, "/staff/audit");
        await page.locator('form[action$="/verify"] button').click();
        assert.match(await page.locator("[role=status]").textContent(), /Nhật ký nguyên vẹn/);
        await check(visitor, "audit");
        await findPatient(visitor, STUDY.patientId);
        await page.locator('a[href$="/erase"]').click();
        await check(visitor, "erase");
        visitor.expectStatus(422);
        await page.fill("#code", "N20");
        await page.fill("#reason", "thử");
        await page.click("main button");
        assert.match(await page.locator("[role=alert]").textContent(), /Chưa có gì bị xóa/);
      });
    });

    it("everything is reached by the keyboard, and in English", async () => {
      await walk(device, "hotline", async (visitor) => {
        const { page } = visitor;
        await page.click(".language");
        await page.locator("text=Find a patient").first().waitFor();
        await page.fill("#query", "mai");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.locator("#results").waitFor();
        await check(visitor, "search-english");
        await open(visitor, "/staff/held");
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
      });
    });
  });
}

it("leaving everywhere ends what another device has open", async () => {
  await walk(DESKTOP, "hotline", async (there) => {
    await walk(PHONE, "hotline", async ({ page }) => {
      await page.locator(".everywhere button").click();
      await page.waitForURL("**/staff/sign-in?after=sign-out");
    });
    await there.page.goto(`${desk.url}/staff/held`);
    await there.page.waitForURL("**/staff/sign-in");
  });
});
