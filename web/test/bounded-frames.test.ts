import { expect, it } from "vitest";
import { BoundedFrames } from "../src/bounded-frames.js";

it("lets go of what lies farthest from the wanted frame, and says so", () => {
  const released: string[] = [];
  const frames = new BoundedFrames<string>(300, (value) => released.push(value));
  for (const frame of [0, 5, 9]) {
    frames.put(frame, `frame ${frame}`, 100, 5);
  }
  expect(frames.isFull).toBe(true);
  frames.put(6, "frame 6", 100, 6);
  expect(released).toEqual(["frame 0"]);
  expect([0, 5, 6, 9].filter((frame) => frames.has(frame))).toEqual([5, 6, 9]);
  expect(frames.bytesHeld).toBe(300);
});

it("keeps the wanted frame even when it is larger than the limit", () => {
  const frames = new BoundedFrames<string>(300);
  frames.put(1, "small", 100, 1);
  frames.put(2, "huge", 1000, 2);
  expect(frames.get(2)).toBe("huge");
  expect(frames.has(1)).toBe(false);
});

it("counts a replaced frame once and releases the old value", () => {
  const released: string[] = [];
  const frames = new BoundedFrames<string>(300, (value) => released.push(value));
  frames.put(1, "old", 100, 1);
  frames.put(1, "new", 50, 1);
  expect(frames.bytesHeld).toBe(50);
  frames.clear();
  expect(released).toEqual(["old", "new"]);
  expect(frames.bytesHeld).toBe(0);
});
