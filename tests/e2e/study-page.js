/** The study page, as a person uses it. */

import { setTimeout as pause } from "node:timers/promises";

const PICTURE_MS_MAX = 60_000;

export class StudyPage {
  constructor(page) {
    this.page = page;
    this.slider = page.locator("#slider");
    this.counter = page.locator("#counter");
  }

  /** Selects a series by name and waits for its first picture. */
  async choose(name) {
    await this.page.locator("button.series", { hasText: name }).click();
    await this.awaitPicture();
  }

  awaitPicture() {
    return this.page.locator("#picture:not([hidden])").waitFor();
  }

  /** Waits for this text in the counter. */
  async awaitCounter(text) {
    await this.counter.filter({ hasText: text }).waitFor();
  }

  /**
   * Waits until the bright square is this far right, from 0 to 1 of the picture's width. Pictures come as fast as the
   * network brings them.
   */
  async awaitSquareAt(expected) {
    const end = Date.now() + PICTURE_MS_MAX;
    let found = null;
    do {
      found = await this.page.evaluate(findSquare);
      if (found !== null && Math.abs(found - expected) < 0.06) {
        return;
      }
      await pause(20);
    } while (Date.now() < end);
    throw new Error(`the square is at ${found} instead of ${expected}`);
  }

  /** Moves fingers over the stage. Each path is a list of points, measured from the corner of the stage. */
  async touch(...paths) {
    const box = await this.page.locator("#stage").boundingBox();
    const session = await this.page.context().newCDPSession(this.page);
    const at = (step) =>
      paths.map((path, id) => ({ id, x: box.x + path[step].x, y: box.y + path[step].y, radiusX: 8, radiusY: 8 }));
    const send = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
    await send("touchStart", at(0));
    for (let step = 1; step < paths[0].length; step++) {
      await send("touchMove", at(step));
    }
    await send("touchEnd", []);
    await session.detach();
  }
}

/** Points on a straight line. */
export function line(from, to, points = 15) {
  const between = (a, b, part) => a + (b - a) * part;
  return Array.from({ length: points }, (_, step) => ({
    x: between(from.x, to.x, step / (points - 1)),
    y: between(from.y, to.y, step / (points - 1)),
  }));
}

/** Runs in the page: where the bright columns are within the picture's own width. */
function findSquare() {
  const canvas = document.getElementById("picture");
  if (canvas.hidden) {
    return null;
  }
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, Math.round(height / 2), width, 1);
  const grey = Array.from({ length: width }, (_, x) => data[4 * x]);
  const inside = grey.map((value, x) => [value, x]).filter(([value]) => value > 25);
  const bright = grey.map((value, x) => [value, x]).filter(([value]) => value > 200);
  if (bright.length === 0) {
    return null;
  }
  const [first, last] = [inside[0][1], inside.at(-1)[1]];
  const side = bright.at(-1)[1] - bright[0][1];
  return (bright[0][1] - first) / (last - first - side || 1);
}
