/** Documents in place, two series side by side, and printing, on packs with known contents. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { DAMAGED, STUDY, writeStudy } from "./dicom.js";
import { CT, clinicalDocuments, ct, documents, thickCt } from "./fixtures.js";
import { servePack } from "./pack.js";
import { openLink, openPortal } from "./portal.js";
import { ViewerPage } from "./viewer-page.js";

const [LUNG, HEART, CHEST] = STUDY.series.map(({ number }) => `${STUDY.uid}.${number}`);
const SQUARE = { ...CT, aspect: 1 };

let browser;
let withoutWebGl;
let portal;

before(async () => {
  portal = await openPortal((folder) => writeStudy(folder, DAMAGED));
  browser = await launch();
  withoutWebGl = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await withoutWebGl?.close();
  await portal?.close();
});

/** Opens the study with our packs instead of its own. */
async function view(from, device, packs, raster, steps, options) {
  const visitor = await Visitor.arrive(from, device, portal.origins, options);
  try {
    const { page } = visitor;
    for (const [uid, pack] of Object.entries(packs)) {
      await servePack(page, uid, pack);
    }
    await openLink(portal, page);
    await steps(new ViewerPage(page, raster), visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
    assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
  } finally {
    await visitor.leave();
  }
}

describe("the list of series", () => {
  for (const [locale, gaps] of [
    ["vi-VN", ["1 tệp ảnh không đầy đủ, bị thiếu một phần.", "1 tệp ảnh không đầy đủ, bị thiếu một phần. 2 ảnh không xem trước được. Bản gốc vẫn được bệnh viện lưu giữ.", ""]],
    ["en-GB", ["1 image file is incomplete: a part is missing.", "1 image file is incomplete: a part is missing. 2 images cannot be previewed. The original is kept by the hospital.", ""]],
  ]) {
    it(`says what is missing of which series: ${locale}`, async () => {
      await view(withoutWebGl, PHONE, {}, CT, async (_, visitor) => {
        const { page } = visitor;
        if (locale === "en-GB") {
          await page.click("button.language");
          await page.locator("html[lang=en]").waitFor({ state: "attached" });
        }
        for (const [place, name] of ["Lung", "Heart", "Chest"].entries()) {
          const said = page.locator("button.series", { hasText: name }).locator(".without-picture");
          assert.equal((await said.allTextContents()).join(" "), gaps[place], name);
        }
        await visitor.screenshot(`gaps-${locale}`);
        assert.deepEqual(await visitor.accessibilityViolations(), []);
      });
    });
  }
});

/** User agents of browsers inside other apps. */
const WITHIN = {
  "Zalo on Android": "Mozilla/5.0 (Linux; Android 13; SM-A146P Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36 Zalo android/12110533 ZaloTheme/light ZaloLanguage/vi",
  "Facebook on an iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/440.0.0.32.108;FBDV/iPhone14,5;FBLC/vi_VN]",
  "another app on Android": "Mozilla/5.0 (Linux; Android 12; CPH2269; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.0.0 Mobile Safari/537.36",
};

/** Records what is copied when the clipboard is refused, as in those browsers. */
async function watchClipboard(page) {
  const copied = [];
  await page.exposeFunction("noteCopied", (text) => copied.push(text));
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.addEventListener("copy", () => {
      const { value, selectionStart, selectionEnd } = document.activeElement;
      window.noteCopied(value.slice(selectionStart, selectionEnd));
    });
  });
  await page.reload();
  return copied;
}

describe("within another app", () => {
  for (const [app, userAgent] of Object.entries(WITHIN)) {
    it(`pages with files say how to open a browser, and copy the link that the patient came by: ${app}`, async () => {
      const steps = async (_, visitor) => {
        const { page } = visitor;
        const copied = await watchClipboard(page);
        const study = page.url();
        await page.locator("button.series", { hasText: "Chest" }).click();
        await page.locator(".report").waitFor();
        for (const within of ["#documents", ".series-section"]) {
          const note = page.locator(`${within} .in-app`);
          assert.match(await note.textContent(), /không lưu được tệp.*“Mở bằng trình duyệt”/s);
          await note.getByRole("button", { name: "Chép đường dẫn" }).tap();
          await note.locator(".copy-done", { hasText: "Đã chép" }).waitFor();
        }
        await visitor.screenshot("within-an-app");
        assert.deepEqual(await visitor.accessibilityViolations(), []);
        assert.ok((await visitor.overflowPx()) <= 0);
        await page.goto(`${study}/download`);
        await page.getByRole("button", { name: "Chép đường dẫn" }).tap();
        await page.locator(".copy-done", { hasText: "Đã chép" }).waitFor();
        assert.deepEqual(copied, [portal.link, portal.link, portal.link]);
      };
      await view(withoutWebGl, PHONE, { [CHEST]: documents() }, SQUARE, steps, { userAgent });
    });
  }
});

describe("clinical documents", () => {
  it("are read in place, as their author wrote them, and one that is cut is only handed out", async () => {
    await view(withoutWebGl, PHONE, { [CHEST]: clinicalDocuments() }, SQUARE, async (_, visitor) => {
      const { page } = visitor;
      await page.locator("button.series", { hasText: "Chest" }).click();
      const report = page.locator(".report");
      await report.waitFor();
      assert.deepEqual(await report.locator("h3, h4, h5").allTextContents(), ["Kết quả chụp CT", "Mô tả", "Kết luận"]);
      assert.equal(await report.locator("p").first().innerHTML(), "Không thấy <del>khối u</del><ins>tổn thương</ins>.");
      assert.deepEqual(await report.locator("tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map((cell) => cell.textContent))), [
        ["Vị trí", "mm"],
        ["S6", ""],
        ["S8", "12"],
      ]);
      assert.deepEqual(await report.locator("ol li").allTextContents(), ["<b>đậm</b>"], "texts are never markup");
      assert.match(await report.textContent(), /ảnh/, "the words of a picture that is not in the document");
      assert.match(await report.innerText(), /Theo dõi sau 3 tháng\nBác sĩ đã ký/);
      await visitor.screenshot("clinical-document");
      assert.deepEqual(await visitor.accessibilityViolations(), []);
      await page.getByRole("button", { name: "Bị cắt" }).click();
      await page.locator(".document-place [role=alert]").waitFor();
      assert.equal(await page.locator(".report").count(), 1);
    });
  });
});

describe("documents", () => {
  for (const device of [PHONE, DESKTOP]) {
    it(`are read in place on a ${device.name}, and what is not shown is named`, async () => {
      await view(device === PHONE ? browser : withoutWebGl, device, { [CHEST]: documents() }, SQUARE, async (_, visitor) => {
        const { page } = visitor;
        await page.locator("button.series", { hasText: "Chest" }).click();
        const report = page.locator(".report");
        await report.waitFor();
        assert.match(await report.textContent(), /DLP: 612 mGy\.cm/);
        assert.match(await report.textContent(), /<b>không<\/b>/, "texts are never markup");
        await page.getByRole("button", { name: "Tài liệu PDF" }).click();
        await page.locator(".pdf canvas[data-drawn]").waitFor();
        assert.match(await page.locator(".pdf canvas").textContent(), /Ket qua/);
        const ink = await page.locator(".pdf canvas").evaluate((canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, place) => place % 4 === 0 && value < 100).length;
        });
        assert.ok(ink > 50, "letters are drawn");
        await page.getByRole("button", { name: "Đoạn phim" }).click();
        await page.getByRole("link", { name: "Tải về máy" }).last().waitFor();
        const notes = (await page.locator(".kept").allTextContents()).join(" ");
        assert.match(notes, /Grayscale Softcopy Presentation State Storage \(2\)/);
        assert.match(notes, /1 ảnh không xem được/);
        await page.locator(".kept summary").first().click();
        const original = page.locator(".kept a").first();
        await original.waitFor();
        assert.equal(await original.getAttribute("href"), `/studies/${STUDY.uid}/files/1.1`);
        await visitor.screenshot("documents");
        assert.deepEqual(await visitor.accessibilityViolations(), []);
      });
    });
  }
});

describe("a comparison", () => {
  for (const device of [PHONE, DESKTOP]) {
    it(`scrolls by position in the body, and links window and zoom at will, on a ${device.name}`, async () => {
      await view(device === PHONE ? browser : withoutWebGl, device, { [LUNG]: ct(), [HEART]: thickCt() }, CT, async (viewer, visitor) => {
        const { page } = visitor;
        await viewer.ready();
        await page.getByRole("button", { name: "So sánh", exact: true }).click();
        const other = page.locator(".other");
        await other.locator(".stage[data-quality=full]").waitFor();
        await page.locator(".link-note", { hasText: "vị trí trong cơ thể" }).waitFor();
        // 30 mm is slice 7 of the thin ones and slice 3 of the thick ones.
        await page.locator("#slider").fill("7");
        await other.locator(".other-counter", { hasText: "3 / 5" }).waitFor();
        await page.locator("#slider").fill("12");
        await other.locator(".other-counter", { hasText: "5 / 5" }).waitFor();
        const facts = other.locator(".frame-facts");
        const preset = page.locator(".choice", { hasText: "Cửa sổ" }).locator("select");
        await preset.selectOption({ label: "Phổi" });
        await facts.filter({ hasText: "WL -600" }).waitFor();
        await page.getByLabel("Sáng/tương phản và phóng to cùng nhau").uncheck();
        await preset.selectOption({ label: "Xương" });
        await page.locator("#stage .frame-facts", { hasText: "WL 400" }).waitFor();
        assert.match(await facts.textContent(), /WL -600/);
        await page.getByLabel("Cuộn cùng nhau").uncheck();
        await page.locator("#slider").fill("1");
        assert.match(await other.locator(".other-counter").textContent(), /5 \/ 5/);
        await page.evaluate(() => window.scrollTo(0, 0));
        await visitor.screenshot("comparison");
        assert.deepEqual(await visitor.accessibilityViolations(), []);
        assert.ok((await visitor.overflowPx()) <= 0, "no wider than the screen");
        await page.click("[data-do=close-comparison]");
        assert.equal(await other.count(), 0);
      });
    });
  }
});

describe("on paper", () => {
  it("a note stands in place of the images", async () => {
    await view(withoutWebGl, DESKTOP, { [LUNG]: ct() }, CT, async (viewer, { page }) => {
      await viewer.ready();
      await page.emulateMedia({ media: "print" });
      assert.ok(await page.locator(".print-note").isVisible());
      assert.equal(await page.locator("#stage").isVisible(), false);
    });
  });
});
