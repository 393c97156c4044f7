/** Ways through the viewer besides its tools: back, reload, a turned phone, wheels, two tabs, an ended session. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, PHONE, Visitor } from "./browser.js";
import { openLink, openPortal } from "./portal.js";
import { line, StudyPage } from "./study-page.js";

const ON_ITS_SIDE = { width: 844, height: 390 };

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

async function visit(device, steps) {
  const visitor = await Visitor.arrive(browser, device, portal.origins);
  try {
    await openLink(portal, visitor.page);
    await steps(new StudyPage(visitor.page), visitor.page, visitor);
    assert.deepEqual(visitor.errors, [], "the console is clean");
    assert.deepEqual(visitor.foreignRequests, [], "no third party is asked for anything");
  } finally {
    await visitor.leave();
  }
}

function isLarge(page) {
  return page.evaluate(() => document.body.classList.contains("large"));
}

/** How wide the picture's square is on the screen, as a fraction of the stage. */
function enlargement(page) {
  return page.evaluate(() => {
    const canvas = document.getElementById("picture");
    const { data } = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 2), canvas.width, 1);
    return data.filter((value, place) => place % 4 === 0 && value > 200).length / canvas.width;
  });
}

async function eventually(read, isRight, what) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await read();
    if (isRight(found)) {
      return found;
    }
    assert.ok(Date.now() < end, `${what}, but ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe("the back button of a phone", () => {
  it("leaves the large view first, and only then the page", async () => {
    await visit(PHONE, async (study, page) => {
      const address = page.url();
      await study.awaitPicture();
      await page.click("#large");
      assert.ok(await isLarge(page));
      await page.goBack();
      assert.equal(await isLarge(page), false);
      assert.equal(page.url(), address);
      await page.click("#large");
      await page.click("#large");
      assert.equal(await isLarge(page), false);
      await page.goto(new URL("/guide", portal.url).href);
      await page.goBack();
      assert.equal(page.url(), address, "closing by hand left nothing to go back through");
      assert.equal(await isLarge(page), false);
    });
  });
});

describe("a page that is loaded again", () => {
  it("shows the same series, the same image and the same view", async () => {
    await visit(PHONE, async (study, page) => {
      await study.choose("Heart");
      await study.slider.fill("3");
      await study.awaitCounter("3 / 12");
      await page.click("#large");
      await page.waitForFunction(() => window.history.state?.frame === 2);
      await page.reload();
      await study.awaitCounter("3 / 12");
      await study.awaitSquareAt(2 / 11);
      assert.ok(await isLarge(page));
      assert.equal(await page.locator("button.series[aria-pressed=true]").textContent().then((text) => /Heart/.test(text)), true);
      await page.locator(".tabs").waitFor({ state: "attached" });
      await page.keyboard.press("Escape");
      await page.locator(".tabs a", { hasText: "Hướng dẫn" }).click();
      await page.waitForURL("**/guide");
      await page.goBack();
      await study.awaitCounter("3 / 12");
    });
  });
});

describe("a phone that is turned", () => {
  it("shows the whole picture on its side, with room for the controls", async () => {
    await visit(PHONE, async (study, page, visitor) => {
      await study.awaitPicture();
      await page.setViewportSize(ON_ITS_SIDE);
      await study.awaitSquareAt(12 / 23);
      const stage = await page.locator("#stage").boundingBox();
      assert.ok(stage.height > 0.8 * ON_ITS_SIDE.height, `the stage is ${stage.height} px high`);
      await page.click("#large");
      await visitor.screenshot("on-its-side");
      const large = await page.locator("#stage").boundingBox();
      assert.ok(large.height > 0.95 * ON_ITS_SIDE.height, `the stage is ${large.height} px high`);
      for (const button of ["#next", "#large", "#zoom-in"]) {
        const box = await page.locator(button).boundingBox();
        assert.ok(box.x >= large.x + large.width - 1 && box.y + box.height <= ON_ITS_SIDE.height, `${button} stands beside it`);
      }
      await study.awaitSquareAt(12 / 23);
      assert.ok((await visitor.overflowPx()) <= 0);
      assert.deepEqual(await visitor.accessibilityViolations(), []);
    });
  });

  it("keeps an enlarged picture within reach", async () => {
    await visit(PHONE, async (study, page) => {
      await study.awaitPicture();
      await page.click("#zoom-in");
      await page.click("#zoom-in");
      await study.touch(line({ x: 300, y: 150 }, { x: 20, y: 150 }));
      await page.setViewportSize(ON_ITS_SIDE);
      const covered = () =>
        page.evaluate(() => {
          const canvas = document.getElementById("picture");
          const row = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 2), canvas.width, 1).data;
          return row.filter((value, place) => place % 4 === 0 && value > 25).length / canvas.width;
        });
      await eventually(covered, (share) => share > 0.5, "most of the stage shows the picture");
    });
  });
});

describe("the wheel", () => {
  it("enlarges a single image where the mouse is, and gives the page its way at the end", async () => {
    await visit(DESKTOP, async (study, page) => {
      await study.choose("Chest");
      await study.awaitSquareAt(0.5);
      const fitted = await enlargement(page);
      const box = await page.locator("#stage").boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.wheel(0, -400);
      await eventually(() => enlargement(page), (share) => Math.abs(share / fitted - Math.E) < 0.1, "the picture is 2.7 times as large");
      await page.mouse.wheel(0, 2000);
      await eventually(() => enlargement(page), (share) => Math.abs(share - fitted) < 0.01, "the picture fits again");
      await page.mouse.wheel(0, 300);
      await page.waitForFunction(() => window.scrollY > 0);
    });
  });

  it("enlarges any image with Ctrl, and the middle button moves it", async () => {
    await visit(DESKTOP, async (study, page) => {
      await study.choose("Lung");
      await study.awaitSquareAt(12 / 23);
      const fitted = await enlargement(page);
      const image = await study.counter.textContent();
      const box = await page.locator("#stage").boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -200);
      await page.keyboard.up("Control");
      const enlarged = await eventually(() => enlargement(page), (share) => share > 2 * fitted, "the picture is enlarged");
      assert.equal(await study.counter.textContent(), image);
      const left = () =>
        page.evaluate(() => {
          const canvas = document.getElementById("picture");
          const { data } = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 2), canvas.width, 1);
          return data.findIndex((value, place) => place % 4 === 0 && value > 200) / 4 / (canvas.width / canvas.clientWidth);
        });
      const before = await left();
      await page.mouse.down({ button: "middle" });
      await page.mouse.move(x + 60, y, { steps: 3 });
      await page.mouse.up({ button: "middle" });
      await eventually(left, (now) => Math.abs(now - before - 60) < 2, "it moved with the mouse");
      assert.ok(Math.abs((await enlargement(page)) - enlarged) < 0.02);
    });
  });
});

describe("the right mouse button", () => {
  it("changes the window without a tool being chosen", async () => {
    await visit(DESKTOP, async (study, page) => {
      await study.choose("Lung");
      await page.locator("#stage[data-quality=full]").waitFor();
      const facts = page.locator("#stage .frame-facts");
      await facts.filter({ hasText: "WL 40 · WW 400" }).waitFor();
      const box = await page.locator("#stage").boundingBox();
      await page.mouse.move(box.x + 100, box.y + 100);
      await page.mouse.down({ button: "right" });
      await page.mouse.move(box.x + 225, box.y + 100, { steps: 1 });
      await page.mouse.up({ button: "right" });
      await facts.filter({ hasText: "WL 40 · WW 600" }).waitFor();
    });
  });
});

describe("the keyboard alone", () => {
  it("reaches everything, sees where it is, and stays within the large view", async () => {
    await visit(DESKTOP, async (study, page) => {
      await study.awaitPicture();
      await page.locator("[data-tool=length]").waitFor();
      const focused = () =>
        page.evaluate(() => {
          const { activeElement: element } = document;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const name = element.id || element.dataset.tool || element.dataset.do || element.className || element.tagName;
          const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
          const isBody = element === document.body;
          return { name, isBody, isSeen: isSeen || isBody, isInside: element.closest("#viewer") !== null };
        });
      const walk = async (steps) => {
        const seen = [];
        for (let step = 0; step < steps; step++) {
          await page.keyboard.press("Tab");
          seen.push(await focused());
        }
        return seen;
      };
      const all = await walk(60);
      assert.deepEqual(all.filter(({ isSeen }) => !isSeen), [], "each shows that it is chosen");
      const names = all.map(({ name }) => name);
      for (const name of ["skip", "stage", "slider", "next", "zoom-in", "large", "tools-toggle", "length", "invert", "rotate", "series", "hotline"]) {
        assert.ok(names.includes(name), `${name} is reached: ${names}`);
      }
      await page.locator("#large").focus();
      await page.keyboard.press("Enter");
      const inside = await walk(50);
      const outside = inside.filter(({ isInside, isBody }) => !isInside && !isBody);
      assert.deepEqual(outside, [], "what lies under the large view is left out");
      await page.locator("#slider").focus();
      await page.keyboard.press("Escape");
      assert.equal(await isLarge(page), false, "Escape leaves it from anywhere");
    });
  });
});

describe("two tabs", () => {
  it("show the same study; when one signs out, the other says so and leads back", async () => {
    await visit(PHONE, async (study, page, visitor) => {
      await study.awaitPicture();
      const second = await page.context().newPage();
      await second.goto(page.url());
      await new StudyPage(second).awaitPicture();
      await second.locator(".tabs form button").click();
      await second.locator("[role=status]").waitFor();
      visitor.expectStatus(401);
      visitor.expectStatus(403);
      await page.route(/\.(pack|index\.json)\?/, (route) =>
        route.fulfill({ status: 403, headers: { "access-control-allow-origin": "*" } }),
      );
      await page.locator("button.series", { hasText: "Heart" }).click();
      await page.locator("#note", { hasText: "Phiên xem đã hết" }).waitFor();
      await page.locator("#sign-in").click();
      await page.locator("#account").waitFor();
    });
  });
});

describe("what the pages ask for", () => {
  it("never carries the link's token or a referrer", async () => {
    const visitor = await Visitor.arrive(browser, PHONE, portal.origins);
    const { page } = visitor;
    const token = portal.link.split("/").at(-1);
    const asked = [];
    page.on("request", (request) => asked.push(request));
    try {
      await openLink(portal, page);
      await page.locator("#stage[data-quality=full]").waitFor();
      const after = asked.filter((request) => !new URL(request.url()).pathname.startsWith("/x/"));
      assert.ok(after.length > 5);
      for (const request of after) {
        const headers = await request.allHeaders();
        assert.ok(!request.url().includes(token), "the token stays in the address that the patient typed");
        assert.ok(!headers["referer"], request.url());
      }
    } finally {
      await visitor.leave();
    }
  });
});
