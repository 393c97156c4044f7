/** The hands of a reader in the room: commands, strokes on square pictures of known size, and what is written beside them. */

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

const WAIT_MS_MAX = 30_000;
/** Columns and rows of most pictures. */
export const SIDE = 64;
/** A mouse points at whole pixels of the screen, of which there are about seven to a pixel of the picture. */
const TOLERANCE = 0.01;
const LEAST = 0.06;

export class RoomHands {
  /** `side`: columns and rows of the pictures. */
  constructor(page, side = SIDE) {
    Object.assign(this, { page, side });
  }

  async run(command) {
    await this.page.click(`#room-toolbar [data-command="${command}"]`);
  }

  stage(place) {
    return this.page.locator(`.pane[data-place="${place}"] .stage`);
  }

  async ready(...places) {
    for (const place of places) {
      await this.page.locator(`.pane[data-place="${place}"] .stage[data-quality=full]`).waitFor();
    }
    await this.page.locator('[data-command="measure-cobb"]').waitFor();
  }

  /** Where a point of the fitted picture is on the screen; whole numbers are the corners of pixels. */
  async at(place, [x, y]) {
    const box = await this.stage(place).boundingBox();
    const side = Math.min(box.width, box.height) / this.side;
    return { x: box.x + box.width / 2 + (x - this.side / 2) * side, y: box.y + box.height / 2 + (y - this.side / 2) * side };
  }

  async drag(place, ...points) {
    const [first, ...rest] = await Promise.all(points.map((point) => this.at(place, point)));
    const { mouse } = this.page;
    await mouse.move(first.x, first.y);
    await mouse.down();
    for (const { x, y } of rest) {
      await mouse.move(x, y, { steps: 4 });
    }
    await mouse.up();
  }

  async tap(place, point) {
    const { x, y } = await this.at(place, point);
    await this.page.mouse.click(x, y);
  }

  async write(text) {
    await this.page.locator(".mark-text input").fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** What is written beside the marks of a pane, oldest first. */
  async labels(place) {
    const texts = await this.stage(place).locator(".annotations .mark-label").evaluateAll((labels) =>
      labels.map((label) => (label.children.length === 0 ? label.textContent : [...label.children].map(({ textContent }) => textContent).join(" · "))),
    );
    return texts.filter((text) => text !== "");
  }

  counter(place) {
    return this.page.locator(`.pane[data-place="${place}"] .pane-counter`).textContent();
  }

  async eventually(read, isRight, what) {
    const end = Date.now() + WAIT_MS_MAX;
    let found = await read();
    while (!isRight(found) && Date.now() < end) {
      await pause(30);
      found = await read();
    }
    assert.ok(isRight(found), `${what}, not ${JSON.stringify(found)}`);
    return found;
  }

  /** The last label, once it fits; numbers in it are compared with `expected` within the tolerance. */
  async measures(place, pattern, expected) {
    const read = async () => (await this.labels(place)).at(-1) ?? "";
    const isRight = (text) => {
      const numbers = pattern.exec(text)?.slice(1).map(Number);
      return numbers !== undefined && expected.every((wanted, at) => Math.abs(numbers[at] - wanted) <= Math.max(LEAST, TOLERANCE * Math.abs(wanted)));
    };
    await this.eventually(read, isRight, `${pattern} with ${expected}`);
  }
}
