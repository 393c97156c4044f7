/** The study page, as a person uses it. */

export class StudyPage {
  constructor(page) {
    this.page = page;
    this.slider = page.locator("#slider");
    this.counter = page.locator("#counter");
  }

  /** Chooses a series by its name and waits for its first picture. */
  async choose(name) {
    await this.page.locator("button.series", { hasText: name }).click();
    await this.awaitPicture();
  }

  awaitPicture() {
    return this.page.locator("#picture:not([hidden])").waitFor();
  }

  /** Waits until the counter says that an image is wanted. */
  async awaitCounter(text) {
    await this.counter.filter({ hasText: text }).waitFor();
  }

  /**
   * How far right the bright square is, 0 to 1 of the picture's width; null when there is none. Waits until the
   * answer is the expected one, since pictures come when the network brings them.
   */
  async awaitSquareAt(expected) {
    await this.page.waitForFunction(
      ({ source, expected }) => {
        const square = new Function(`return (${source})()`)();
        return square !== null && Math.abs(square - expected) < 0.06;
      },
      { source: findSquare.toString(), expected },
    );
  }

  squareAt() {
    return this.page.evaluate(findSquare);
  }
}

/** Runs in the page: where the bright columns lie within the picture's own width. */
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
