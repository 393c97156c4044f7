/** The reading room, as a doctor uses it. */

import { setTimeout as pause } from "node:timers/promises";

const WAIT_MS_MAX = 60_000;

export class RoomPage {
  constructor(page) {
    this.page = page;
    this.panes = page.locator(".pane");
  }

  /** Opens the room of the study whose page is open, and waits for a picture in every pane that has a series. */
  async open() {
    const url = new URL(this.page.url());
    await this.page.goto(`${url.origin}${url.pathname.replace(/\/read$/, "")}/read`);
    await this.ready();
  }

  async ready() {
    await this.page.locator("#room-toolbar [data-command=menu]").waitFor({ state: "attached" });
    await this.page.locator(".pane:not(.is-empty)").first().waitFor();
    await this.eventually(
      () => this.page.evaluate(() => [...document.querySelectorAll(".pane:not(.is-empty)")].map((pane) => pane.querySelector(".stage").dataset.quality)),
      (found) => found.length > 0 && found.every((quality) => quality === "full"),
      "full quality in every pane",
    );
  }

  pane(place) {
    return this.page.locator(`.pane[data-place="${place}"]`);
  }

  text(place, part) {
    return this.pane(place).locator(part).textContent();
  }

  /** What each pane shows, by name; empty for an empty pane. */
  names() {
    return this.page.locator(".pane-series").allTextContents();
  }

  async awaitNames(...expected) {
    await this.eventually(() => this.names(), (found) => found.join("|") === expected.join("|"), `panes with ${expected}`);
  }

  async awaitCounter(place, text) {
    await this.pane(place).locator(".pane-counter", { hasText: text }).waitFor();
  }

  async awaitFacts(place, text) {
    await this.pane(place).locator(".frame-facts", { hasText: text }).waitFor();
  }

  async layout() {
    return this.page.locator("#room-grid").evaluate(({ style }) => [style.gridTemplateRows, style.gridTemplateColumns].map((sides) => Number(/repeat\((\d)/.exec(sides)[1])).join("x"));
  }

  async centre(place) {
    const box = await this.pane(place).boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** Drags the mouse over a pane with one of its buttons. */
  async drag(place, by, button = "left") {
    const { x, y } = await this.centre(place);
    const { mouse } = this.page;
    await mouse.move(x, y);
    await mouse.down({ button });
    await mouse.move(x + by.x / 2, y + by.y / 2);
    await mouse.move(x + by.x, y + by.y);
    await mouse.up({ button });
  }

  async command(name) {
    await this.page.click(`#room-toolbar [data-command="${name}"]`);
  }

  tile(name) {
    return this.page.locator("#room-series .series", { hasText: name });
  }

  /** The part of the window that is panes. */
  imageShare() {
    return this.page.evaluate(() => {
      const boxes = [...document.querySelectorAll(".pane:not([hidden]) .stage")].map((stage) => stage.getBoundingClientRect());
      return boxes.reduce((sum, { width, height }) => sum + width * height, 0) / (innerWidth * innerHeight);
    });
  }

  async eventually(read, isRight, what) {
    const end = Date.now() + WAIT_MS_MAX;
    let found;
    do {
      found = await read();
      if (isRight(found)) {
        return found;
      }
      await pause(30);
    } while (Date.now() < end);
    throw new Error(`${what} did not come, but ${JSON.stringify(found)}`);
  }
}
