/** What the screen showed, frame by frame, as the browser composited it. */

/** Grey: neither the black of a stage nor the white of a page. */
const GREY_MIN = 40;
const GREY_MAX = 235;
const COLOUR_MAX = 12;
const PICTURE_PART_MIN = 0.1;

export class Screen {
  #frames = [];

  constructor(session) {
    this.session = session;
    session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      this.#frames.push({ data, at: metadata.timestamp * 1000 });
      session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
  }

  start() {
    return this.session.send("Page.startScreencast", { format: "jpeg", quality: 60, everyNthFrame: 1 });
  }

  /** All frames with their times, in milliseconds since 1970. */
  async stop() {
    await this.session.send("Page.stopScreencast");
    return this.#frames;
  }
}

/** Runs in an empty page: returns how much of a box in a screenshot is picture. */
async function picturePart({ data, box, limits }) {
  const blob = await (await fetch(`data:image/jpeg;base64,${data}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const scale = bitmap.width / box.pageWidth;
  const canvas = new OffscreenCanvas(Math.round(box.width * scale), Math.round(box.height * scale));
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, -box.x * scale, -box.y * scale);
  const { data: pixels } = context.getImageData(0, 0, canvas.width, canvas.height);
  let grey = 0;
  for (let place = 0; place < pixels.length; place += 4) {
    const [red, green, blue] = pixels.subarray(place, place + 3);
    const isGrey = Math.max(red, green, blue) - Math.min(red, green, blue) <= limits.colour;
    grey += isGrey && green > limits.min && green < limits.max ? 1 : 0;
  }
  return (4 * grey) / pixels.length;
}

/** When the first frame with a picture in `box` was shown, in milliseconds since 1970. */
export async function firstPictureOf(context, frames, box) {
  const page = await context.newPage();
  const pageWidth = page.viewportSize().width;
  const limits = { min: GREY_MIN, max: GREY_MAX, colour: COLOUR_MAX };
  try {
    for (const { data, at } of frames) {
      const part = await page.evaluate(picturePart, { data, box: { ...box, pageWidth }, limits });
      if (part >= PICTURE_PART_MIN) {
        return at;
      }
    }
  } finally {
    await page.close();
  }
  throw new Error("no picture was ever on the screen");
}
