/** The viewer's stage and tools, in picture pixels. */

import { setTimeout as pause } from "node:timers/promises";

const WAIT_MS_MAX = 60_000;
const WIDE_PX = 960;

export class ViewerPage {
  constructor(page, raster) {
    Object.assign(this, { page, raster });
  }

  /** Waits for full quality, and opens the tools. */
  async ready() {
    await this.page.locator("#stage[data-quality=full]").waitFor();
    // On a wide screen they are open already.
    if (this.page.viewportSize().width < WIDE_PX && (await this.page.locator("#tools").isHidden())) {
      await this.page.click("#tools-toggle");
    }
    await this.page.locator("[data-tool=length]").waitFor();
  }

  async choose(tool) {
    await this.page.click(`[data-tool=${tool}]`);
    await this.page.evaluate(() => document.getElementById("viewer").scrollIntoView());
  }

  async do(name) {
    await this.page.click(`[data-do=${name}]`);
  }

  /** Where the centre of a picture pixel is on the screen, while the picture is fitted and upright. */
  async at(column, row) {
    const box = await this.page.locator("#stage").boundingBox();
    const { columns, rows, aspect } = this.raster;
    const side = Math.min(box.width / columns, box.height / (rows * aspect));
    return {
      x: box.x + box.width / 2 + (column + 0.5 - columns / 2) * side,
      y: box.y + box.height / 2 + (row + 0.5 - rows / 2) * side * aspect,
    };
  }

  /** Drags the mouse from pixel to pixel. */
  async drag(from, to) {
    const [start, end] = [await this.at(...from), await this.at(...to)];
    const { mouse } = this.page;
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 2 });
    await mouse.move(end.x, end.y, { steps: 2 });
    await mouse.up();
  }

  async tap(column, row) {
    const { x, y } = await this.at(column, row);
    await this.page.mouse.click(x, y);
  }

  /** The texts of the measurements, oldest first. */
  results() {
    return this.page.locator(".results li span").allTextContents();
  }

  /** The colour shown in the middle of a picture pixel. */
  async colourAt(column, row) {
    const [{ x, y }, box] = [await this.at(column, row), await this.page.locator("#stage").boundingBox()];
    return this.page.evaluate(readPixel, { x: (x - box.x) / box.width, y: (y - box.y) / box.height, id: "picture" });
  }

  /** Waits until a pixel has this colour, within rounding. */
  async awaitColour(column, row, expected, tolerance = 1) {
    const wanted = Array.isArray(expected) ? expected : [expected, expected, expected];
    await this.eventually(
      () => this.colourAt(column, row),
      (found) => found !== null && found.every((part, place) => Math.abs(part - wanted[place]) <= tolerance),
      `colour ${wanted} at ${column}, ${row}`,
    );
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

  /** The letters at the edges: left, right, top, bottom. */
  async letters() {
    return (await this.page.locator("#stage .edge").allTextContents()).join("");
  }

  facts() {
    return this.page.locator("#stage .frame-facts").textContent();
  }

  /** They follow what is done with the next frame of the screen. */
  awaitFacts(pattern) {
    return this.eventually(() => this.facts(), (found) => pattern.test(found), String(pattern));
  }

  /** All pixels of the stage, to compare with another way of drawing. */
  pixels() {
    return this.page.evaluate(() => {
      const canvas = document.getElementById("picture");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data.filter((_, place) => place % 4 === 0));
    });
  }
}

/** Runs in the page. */
function readPixel({ x, y, id }) {
  const canvas = document.getElementById(id);
  if (canvas.hidden) {
    return null;
  }
  const context = canvas.getContext("2d");
  const [column, row] = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
  return [...context.getImageData(column, row, 1, 1).data.slice(0, 3)];
}
