/** Measures the reading room and adds its figures. */

import { join } from "node:path";
import { chromium } from "playwright-core";
import { median } from "./figures.js";
import { visitByHand, visitLong, visitPlanes } from "./room.js";
import { LONG_STUDY, STUDY } from "./thorax.js";
import { desktopOptions, nearOptions } from "./visit.js";

/** Kilobits per second: a wider link, just as long. */
const WIDE = { down: 10_000, up: 5_000 };
const DATA_BYTES = LONG_STUDY.slices * LONG_STUDY.side ** 2 * 2;

async function repeat(times, visit) {
  const results = [];
  for (let time = 0; time < times; time++) {
    results.push(await visit());
    const parts = Object.entries(results.at(-1)).map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toFixed(1)) : value}`);
    console.log(`    ${parts.join(", ")}`);
  }
  return (name) => median(results.map((result) => result[name]));
}

/**
 * The browser is behind `link`, as wide as `width`; `session` is that of the CT of 300 slices. `openLong` sends the one of 2,000 and returns its
 * session; null leaves it out. `peerMs` is how long all slices took OHIF in the same run, or null.
 */
export async function measureRoom(figures, { link, width, session, openLong, times, folder, peerMs }) {
  console.log("  reading room, planes");
  const far = await chromium.launch(desktopOptions());
  try {
    const planes = () => visitPlanes(far, link, session, join(folder, "planes.png"));
    const narrow = await repeat(times, planes);
    link.setWidth(WIDE);
    reportPlanes(figures, { narrow, wide: await repeat(times, planes), peerMs });
  } finally {
    link.setWidth(width);
    await far.close();
  }
  const near = await chromium.launch(nearOptions());
  try {
    console.log("  reading room, by hand");
    reportHands(figures, await repeat(times, () => visitByHand(near, session, STUDY.slices)));
    if (openLong !== null) {
      console.log(`  reading room, ${LONG_STUDY.slices} slices`);
      const long = await openLong();
      reportLong(figures, await repeat(1, () => visitLong(near, long, join(folder, "long.png"))));
    }
  } finally {
    await near.close();
  }
}

function reportPlanes(figures, { narrow, wide, peerMs }) {
  const peer = peerMs === null ? null : peerMs / 1000;
  figures.add("room: first coronal plane", narrow("first") / 1000, "s", { peer, goal: 4 });
  figures.add("room: planes of all quick pictures", narrow("quick") / 1000, "s", { peer, goal: 10 });
  figures.add(`room: first coronal plane at ${WIDE.down / 1000} Mbit/s`, wide("first") / 1000, "s", { goal: 2 });
}

function reportHands(figures, hands) {
  figures.add("room: frames while scrolling", hands("rate"), "a second", { goal: 55, isMoreBetter: true });
  figures.add("room: frames without a picture while scrolling", hands("blank"), "", { goal: 0 });
  figures.add("room: answer to a drag of the window, median", hands("median"), "ms", { goal: 16 });
  figures.add("room: answer to a drag of the window, 95 of 100", hands("p95"), "ms", { goal: 33 });
  figures.add("room: scripts when it opens", hands("scriptBytes") / 1000, "kB", { goal: 70 });
}

function reportLong(figures, long) {
  const name = `room, ${LONG_STUDY.slices} slices`;
  figures.add(`${name}: tabs that lived`, long("isAlive") ? 1 : 0, "", { goal: 1, isMoreBetter: true });
  figures.add(`${name}: frames without a picture while scrolling`, long("blank"), "", { goal: 0 });
  figures.add(`${name}: planes of all quick pictures, on this machine`, long("quick") / 1000, "s", { goal: 20 });
  figures.add(`${name}: memory of page and graphics, of what the slices take`, long("both") / DATA_BYTES, "times", { goal: 1 });
}
