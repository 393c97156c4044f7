#!/usr/bin/env node
/**
 * Takes pictures of the pages for the guide and the documents: `shoot.js DRESSED_VI DRESSED_EN`, two folders made by
 * dress.py; `--room` takes those of the reading room alone. Starts a portal and gives it the studies as a hospital would.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DESKTOP, launch, PHONE } from "../e2e/browser.js";
import { Attendee, comeIn, MEMBERS, startConsultation } from "../e2e/consultation.js";
import { awaitSms, send, startFilmless } from "../e2e/filmless.js";
import { shootDisc, shootSoftware } from "./software.js";

const ROOT = resolve(import.meta.dirname, "../..");
const GUIDE = join(ROOT, "web/public");
const DOCS = join(ROOT, "docs/images");
const BIRTH_DATE = "02031958";
const JPEG_QUALITY = 80;
/** Nearly all of it is one picture with noise. */
const ROOM_JPEG_QUALITY = 65;
const WEBP_QUALITY = 0.8;
/** The width of the slip in the guide. */
const SLIP_WIDTH = 560;
const PHONE_SCREEN = { ...PHONE, deviceScaleFactor: 2 };

/** Starts a portal with the studies of a language, all or some, and a browser that is signed in. */
async function openPortal(browser, dressed, language, isMeant = () => true) {
  const folder = mkdtempSync(join(tmpdir(), "filmless-screenshots-"));
  const filmless = await startFilmless(join(folder, "data"));
  const names = readdirSync(dressed).filter((name) => name.endsWith(".json") && isMeant(name));
  const links = new Map();
  for (const name of names.map((name) => name.slice(0, -".json".length))) {
    await send(filmless, join(dressed, name), join(dressed, `${name}.json`));
    const known = new Set(links.values());
    const sms = await awaitSms(filmless, (text) => !known.has(linkOf(text)));
    links.set(name, linkOf(sms.text));
  }
  const enter = async (screen, name) => {
    const { name: _, ...options } = screen;
    const context = await browser.newContext({ ...options, locale: language === "vi" ? "vi-VN" : "en-GB" });
    const page = await context.newPage();
    await page.goto(links.get(name));
    return page;
  };
  const close = async () => {
    await filmless.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const origins = [filmless.portal, filmless.s3].map((url) => new URL(url).origin);
  return { data: filmless.data, filmless, url: filmless.portal, origins, link: links.get("mr"), enter, close };
}

function linkOf(text) {
  return /https?:\/\/\S+\/x\/\S+/.exec(text)[0];
}

async function answer(page) {
  await page.fill("#birth-date", BIRTH_DATE);
  await page.click("main .primary");
  await page.waitForURL("**/studies/*");
}

async function atRest(page) {
  await page.locator("#stage[data-quality=full]").waitFor();
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
}

/** Waits for full quality. The tools have opened by themselves, because there is room. */
async function openTools(page) {
  await atRest(page);
  await page.locator("[data-tool=length]").waitFor();
}

async function drag(page, from, to) {
  const box = await page.locator("#stage").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up();
}

async function measure(page, tool, from, to) {
  await page.click(`[data-tool=${tool}]`);
  await drag(page, from, to);
}

/** What to do before a study is shown on a desktop. */
const DESKTOP_STEPS = {
  ct: async (page) => {
    await measure(page, "ellipse", [0.28, 0.36], [0.4, 0.52]);
    await measure(page, "length", [0.49, 0.8], [0.53, 0.68]);
  },
  mr: async (page) => {
    await page.locator("#tools").getByRole("button", { name: /^(So sánh|Compare)$/ }).click();
    await page.locator(".other .stage[data-quality=full]").waitFor();
    const studies = page.locator(".other-head select").first();
    const before = await studies.locator("option").filter({ hasText: "2019" }).textContent();
    await studies.selectOption(before);
    await page.locator(".other .stage[data-quality=full]").waitFor();
  },
  leg: (page) => measure(page, "length", [0.47, 0.3], [0.53, 0.3]),
  angiography: (page) => page.locator("#slider").fill("32"),
  nuclear: async (page) => {
    await page.locator(".choice select").nth(1).selectOption({ index: 1 });
  },
};

async function inRoom(page, command) {
  await page.click('#room-toolbar [data-command="menu"]');
  await page.click(`dialog [data-command="${command}"]`);
}

async function roomAtRest(page) {
  await page.waitForFunction(() => {
    const panes = [...document.querySelectorAll(".pane:not(.is-empty)")];
    return panes.length > 0 && panes.every((pane) => pane.querySelector(".stage").dataset.quality === "full");
  });
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
}

/** Drags over a pane of the room. */
async function dragInPane(page, place, ...points) {
  const box = await page.locator(`.pane[data-place="${place}"] .stage`).boundingBox();
  const [first, ...rest] = points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const at of rest) {
    await page.mouse.move(...at, { steps: 4 });
  }
  await page.mouse.up();
}

/** What to do in the reading room before it is shown. */
const ROOM_STEPS = {
  ct: async (page) => {
    await page.click('[data-command="measure-ellipse"]');
    await dragInPane(page, 0, [0.36, 0.36], [0.44, 0.52]);
  },
  mr: async (page) => {
    await inRoom(page, "planes-square");
    await page.locator('.pane[data-place="3"] .stage[data-quality=full]').waitFor();
    await dragInPane(page, 1, [0.5, 0.5], [0.46, 0.52]);
  },
  mammography: (page) => page.click('[data-command="invert"]'),
  petct: async (page) => {
    await page.keyboard.press("Alt+2");
    await page.click('[data-command="fusion"]');
    await page.locator(".room-fusion [data-suv]").waitFor({ state: "attached" });
    await roomAtRest(page);
  },
};

/** The reading room on a desktop, with each kind of study; and an earlier study beside. */
async function shootRoom(portal) {
  for (const name of ["ct", "mr", "prior", "chest", "echo", "angiography", "nuclear", "mammography", "petct"]) {
    const page = await portal.enter(DESKTOP, name === "prior" ? "mr" : name);
    await answer(page);
    await page.goto(`${page.url()}/read`);
    await roomAtRest(page);
    if (name === "prior") {
      await page.keyboard.press("F8");
      await page.locator('.pane[data-place="1"]:not(.is-empty)').waitFor();
    }
    await ROOM_STEPS[name]?.(page);
    await page.mouse.move(0, 0);
    await roomAtRest(page);
    // What was measured is said for some seconds.
    await page.locator("#room-status:empty").waitFor({ state: "attached" });
    await keep(page, `room-${name}`, ROOM_JPEG_QUALITY);
    await page.context().close();
  }
}

/** A consultation on the MR: the chair presents at a desk, a member follows on a phone. */
async function shootConsultation(browser, dressed, language) {
  const portal = await openPortal(browser, dressed, language, (name) => name.startsWith("mr"));
  const invitations = await startConsultation(portal, browser);
  const [chair, member] = await Promise.all([DESKTOP, PHONE_SCREEN].map(async (screen, place) => new Attendee(await comeIn(portal, browser, screen, invitations[MEMBERS[place].name]))));
  await chair.enter();
  await roomAtRest(chair.page);
  await chair.page.locator(".consultation-requests button").first().click();
  await member.page.locator("a.primary").first().waitFor();
  await member.enter();
  await roomAtRest(member.page);
  await chair.page.keyboard.press("F8");
  await chair.page.locator('.pane[data-place="1"]:not(.is-empty)').waitFor();
  await chair.page.click('[data-command="measure-ellipse"]');
  await dragInPane(chair.page, 0, [0.4, 0.42], [0.5, 0.5]);
  await member.page.locator(".foreign-marks .author").waitFor();
  await chair.write("Xin so sánh với lần chụp trước.");
  await member.act("point").click();
  const { x, y, width, height } = await member.page.locator(".pane .stage").boundingBox();
  await member.page.mouse.move(x + 0.5 * width, y + 0.5 * height);
  await member.page.mouse.move(x + 0.6 * width, y + 0.45 * height);
  await chair.page.locator(".pointer-name").first().waitFor();
  await roomAtRest(chair.page);
  await keep(chair.page, "consultation-desktop");
  await keep(member.page, "consultation-phone");
  await Promise.all([chair, member].map(({ visitor }) => visitor.leave()));
  await portal.close();
}

/** JPEG for documents: a picture of grey noise and letters needs no more. */
async function keep(page, name, quality = JPEG_QUALITY) {
  await page.screenshot({ path: join(DOCS, `${name}.jpg`), type: "jpeg", quality });
}

async function shootStudies(portal, screen, steps) {
  const names = ["ct", "mr", "chest", "leg", "echo", "angiography", "nuclear", "mammography", "dxa", "report"];
  for (const name of names) {
    const page = await portal.enter(screen, name);
    await answer(page);
    if (name === "report") {
      await page.locator(".report").waitFor();
    } else if (screen === DESKTOP) {
      await openTools(page);
    } else {
      await atRest(page);
    }
    await steps[name]?.(page);
    await page.mouse.move(0, 0);
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await keep(page, `${name}-${screen.name}`);
    await page.context().close();
  }
}

/** WebP from the browser's own encoder, for embedding into the portal. */
async function keepForGuide(page, name, picture) {
  const png = (picture ?? (await page.screenshot())).toString("base64");
  const webp = await page.context().browser().newPage().then(async (blank) => {
    const url = await blank.evaluate(encode, { png, quality: WEBP_QUALITY });
    await blank.close();
    return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  });
  writeFileSync(join(GUIDE, `${name}.webp`), webp);
}

/** Runs in the page. */
async function encode({ png, quality }) {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality);
}

async function shootGuide(portal, language) {
  const page = await portal.enter(PHONE_SCREEN, "mr");
  await page.fill("#birth-date", BIRTH_DATE);
  await keepForGuide(page, `guide-birth-date-${language}`);
  await answer(page);
  await atRest(page);
  await keepForGuide(page, `guide-view-${language}`);
  await page.click("#large");
  await page.locator("#stage").dblclick();
  await page.locator("#stage.is-enlarged").waitFor();
  await keepForGuide(page, `guide-zoom-${language}`);
  await page.keyboard.press("Escape");
  await page.goto(new URL("/studies", page.url()).href);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await keepForGuide(page, `guide-studies-${language}`);
  await page.goto(new URL("/shares", page.url()).href);
  await page.fill("#label", language === "vi" ? "BS. Minh" : "Dr Minh");
  await keepForGuide(page, `guide-share-${language}`);
  await page.context().close();
}

/** The slip, as printed from its PDF. */
async function shootSlip(portal, page) {
  const folder = join(portal.data, "buckets/slips");
  const [slip] = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith("slip.pdf"));
  const options = ["-png", "-singlefile", "-scale-to-x", String(1.5 * SLIP_WIDTH), "-scale-to-y", "-1", join(folder, slip)];
  await keepForGuide(page, "guide-slip", execFileSync("pdftoppm", options, { maxBuffer: 64 << 20 }));
}

const isRoomAlone = process.argv.includes("--room");
const [vietnamese, english] = process.argv.slice(2).filter((word) => !word.startsWith("--")).map((folder) => resolve(folder));
const browser = await launch();
try {
  if (isRoomAlone) {
    const portal = await openPortal(browser, english, "en");
    await shootRoom(portal).finally(() => portal.close());
  }
  for (const [dressed, language, screen, steps] of [
    [vietnamese, "vi", PHONE_SCREEN, {}],
    [english, "en", DESKTOP, DESKTOP_STEPS],
  ].filter(() => !isRoomAlone)) {
    const portal = await openPortal(browser, dressed, language);
    try {
      await shootGuide(portal, language);
      if (language === "vi") {
        const page = await portal.enter(PHONE_SCREEN, "mr");
        await shootSlip(portal, page);
        await page.context().close();
        await shootConsultation(browser, dressed, language);
      }
      await shootStudies(portal, screen, steps);
      if (language === "en") {
        const page = await portal.enter(DESKTOP, "mr");
        await answer(page);
        await shootDisc(page.context(), portal.link, BIRTH_DATE.replace(/(..)(..)/, "$1/$2/"), keep);
        await shootSoftware(page, keep);
        await page.context().close();
        await shootRoom(portal);
      }
    } finally {
      await portal.close();
    }
  }
} finally {
  await browser.close();
}
