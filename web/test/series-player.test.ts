/** A stage never gets a picture of a series that was left. */

import { expect, it, vi } from "vitest";
import type { Link } from "../src/link/link.js";
import type { SeriesIndex } from "../src/read/series-index.js";

let finish: (picture: unknown) => void = () => undefined;
/** The first byte of each picture that is decoded. */
const decoded: (number | undefined)[] = [];
vi.mock("../src/picture.js", () => ({
  decodePicture: (bytes: Uint8Array) => new Promise((resolve) => {
    decoded.push(bytes[0]);
    finish = resolve;
  }),
  quick: (picture: unknown) => ({ picture, quality: "preview" }),
}));

it("a picture that is decoded after its series was closed is not shown", async () => {
  const { SeriesPlayer } = await import("../src/series-player.js");
  const frame = { preview: { offset: 0, length: 1, width: 1, height: 1, mediaType: "image/webp" } };
  const index = { modality: "CT", frames: [frame], posterFrame: 0 } as unknown as SeriesIndex;
  const shown: unknown[] = [];
  const ignore = () => undefined;
  const events = { onPicture: (picture: unknown) => shown.push(picture), onFrame: ignore, onWaiting: ignore, onStale: ignore, onBroken: ignore };
  const link = { want: ignore, preview: () => new Uint8Array(1), isPlaying: false } as unknown as Link;
  const picture = { width: 1, height: 1, release: ignore };

  const kept = new SeriesPlayer(index, link, events);
  kept.go(0);
  finish(picture);
  await vi.waitFor(() => expect(shown).toHaveLength(1));

  const left = new SeriesPlayer(index, link, events);
  left.go(0);
  left.close();
  finish(picture);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  expect(shown).toHaveLength(1);
});

it("the next pictures the way the eye goes are decoded before they are wanted, once each", async () => {
  const { SeriesPlayer } = await import("../src/series-player.js");
  const frame = { preview: { offset: 0, length: 1, width: 1, height: 1, mediaType: "image/webp" } };
  const index = { modality: "CT", frames: Array.from({ length: 40 }, () => frame), posterFrame: 20 } as unknown as SeriesIndex;
  const ignore = () => undefined;
  const link = { want: ignore, preview: (place: number) => Uint8Array.of(place), isPlaying: false } as unknown as Link;
  const player = new SeriesPlayer(index, link, { onPicture: ignore, onFrame: ignore, onWaiting: ignore, onStale: ignore, onBroken: ignore });
  decoded.length = 0;
  player.go(20);
  expect(decoded, "none while the eye rests").toEqual([20]);
  player.go(19);
  player.go(18);
  expect(decoded.slice(1).sort()).toEqual([12, 13, 14, 15, 16, 17, 18]);
});
