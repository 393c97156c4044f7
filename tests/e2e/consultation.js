/** A consultation, as a doctor with a share starts it, and its members, as they come in by their invitations. */

import { DESKTOP, Visitor } from "./browser.js";
import { STUDY } from "./dicom.js";
import { awaitSms } from "./filmless.js";
import { openLink } from "./portal.js";
import { RoomPage } from "./room-page.js";

/** The chair comes first. Every member has a phone of their own. */
export const MEMBERS = [
  { name: "Trần Văn An", title: "BS. CKII", facility: "BV Chợ Rẫy", licence: "0012345/HCM-CCHN", phone: "0912345601" },
  { name: "Lê Thị Bình", title: "TS. BS.", facility: "BV Trung ương Huế", licence: "0023456/TTH-CCHN", phone: "0912345602" },
  { name: "Phạm Minh Chi", title: "BS.", facility: "BV Đa khoa Cà Mau", licence: "0034567/CM-CCHN", phone: "0912345603" },
];

/** Starts a consultation on all studies of the patient; returns its invitations by name: link and code. */
export async function startConsultation(portal, browser) {
  const patient = await Visitor.arrive(browser, DESKTOP, portal.origins);
  await openLink(portal, patient.page);
  const share = await shareToConsult(portal, patient.page);
  const starter = await Visitor.arrive(browser, DESKTOP, portal.origins);
  const { page } = starter;
  await enterCode(page, share.link, share.code);
  await page.goto(new URL("/consultations/new", portal.url).href);
  for (const study of await page.locator("input[name=study]").all()) {
    await study.check();
  }
  await page.fill("#question", "Nốt mờ thùy trên phổi phải: theo dõi hay sinh thiết?");
  await page.fill("#consent_by", "BS. Minh");
  await page.locator("input[name=consent_form]").first().check();
  for (const [place, member] of MEMBERS.entries()) {
    // Rows that are not needed at first are folded.
    await page.locator(`#name_${place}`).evaluate((field) => field.closest("details")?.setAttribute("open", ""));
    for (const [name, value] of Object.entries(member)) {
      await page.fill(`#${name}_${place}`, value);
    }
  }
  await page.locator('input[name=chair][value="0"]').check();
  await page.click("main button.primary");
  await page.waitForURL(/consultations/);
  const invitations = {};
  // The link goes by SMS; the code is for the starter to tell, so that one alone opens nothing.
  const shown = await page.locator("main").innerText();
  for (const { name, phone } of MEMBERS) {
    const [, code] = new RegExp(`${name}[^]*?(\\d{3} \\d{3})`).exec(shown);
    invitations[name] = { link: await linkTo(portal, phone), code };
  }
  await Promise.all([patient, starter].map((visitor) => visitor.leave()));
  return invitations;
}

async function shareToConsult(portal, page) {
  await page.goto(new URL("/shares", portal.url).href);
  await page.fill("#label", "BS. Minh");
  for (const study of await page.locator("input[name=study]").all()) {
    await study.check();
  }
  await page.locator("input[name=may_consult]").check();
  await page.click("main button.primary");
  return { link: (await page.textContent("#share-link")).trim(), code: await page.inputValue("#share-code") };
}

async function linkTo(portal, phone) {
  const { text } = await awaitSms(portal.filmless, (words, to) => to.endsWith(phone.slice(1)) && words.includes("/c/"));
  return /https?:\/\/\S+\/c\/[\w-]+/.exec(text)[0];
}

async function enterCode(page, link, code) {
  await page.goto(link);
  await page.fill("#code", code);
  await page.click("main .primary");
  await page.waitForLoadState();
}

/** Comes by an invitation: into the waiting room, or for the chair to the page of the consultation. */
export async function comeIn(portal, browser, device, { link, code }) {
  const visitor = await Visitor.arrive(browser, device, portal.origins);
  await enterCode(visitor.page, link, code);
  return visitor;
}

/** A member before the room. */
export class Attendee {
  constructor(visitor) {
    this.visitor = visitor;
    this.page = visitor.page;
    this.room = new RoomPage(visitor.page);
  }

  /** From the page of the consultation into its room, by the walk's study. */
  async enter() {
    await this.page.locator(`a.primary[href*="${STUDY.uid}/read?consultation="]`).click();
    await this.page.locator('.consultation-mood[data-mood="live"]').waitFor();
  }

  awaitMood(text) {
    return this.page.locator(".consultation-mood", { hasText: text }).waitFor();
  }

  act(name) {
    return this.page.locator(`#consultation-bar [data-act="${name}"]`);
  }

  async isFollowing() {
    return (await this.act("follow").getAttribute("aria-pressed")) === "true";
  }

  async write(text) {
    await this.act("chat").click();
    await this.page.fill("#chat-text", text);
    await this.page.keyboard.press("Enter");
  }

  chat() {
    return this.page.locator(".chat-text").allTextContents();
  }

  /** What each pane shows: its series, image, window and quality. */
  panes() {
    return this.page.locator(".pane:not([hidden])").evaluateAll((panes) => panes.map((pane) => {
      const text = (part) => pane.querySelector(part)?.textContent ?? "";
      return { series: text(".pane-series"), image: text(".pane-counter"), window: text(".frame-facts"), quality: pane.querySelector(".stage").dataset.quality ?? "" };
    }));
  }

  /** The pixels of each pane's canvas, in short. */
  pixels() {
    return this.page.locator(".pane:not([hidden]) .stage > canvas").evaluateAll((all) => Promise.all(all.map(async (canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
      return `${canvas.width}x${canvas.height} ${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    })));
  }

  /** Where the ends of the first mark lie on the stage of a pane, and how large that is. */
  async marked(place, layer) {
    return this.page.locator(`.pane[data-place="${place}"]`).evaluate((pane, name) => {
      const ends = [...pane.querySelectorAll(`${name} circle.mark`)].slice(0, 2).map((end) => ({ x: Number(end.getAttribute("cx")), y: Number(end.getAttribute("cy")) }));
      const stage = pane.querySelector(".stage");
      return { ends, width: stage.clientWidth, height: stage.clientHeight };
    }, layer);
  }
}
