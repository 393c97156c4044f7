/** Series of several volumes: which sliders they get, and where these lead. */

import { describe, expect, it } from "vitest";
import { framePlace } from "../src/read/frame-axes.js";
import type { Frame } from "../src/read/series-index.js";
import { volumesOf, type Volumes } from "../src/reading-room/dimensions/volumes.js";
import { valueText } from "../src/reading-room/dimensions/words.js";
import { firstStop, frameFrom } from "../src/reading-room/steps.js";

/** Frames as the index has them: place and dimensions. */
function placesOf(frames: readonly (readonly [place: object | null, dimensions: object])[]) {
  return frames.map(([place, dimensions]) => framePlace({ raw: { place, dimensions } } as unknown as Frame));
}

function step(volumes: Volumes, frame: number, by: number): number {
  return frameFrom({ run: (of) => volumes.runOf(of), isStop: null }, 99, frame, by);
}

/** Three slices, each with b 0, 500 and 1000 in turn, volume by volume. */
const DIFFUSION = placesOf([0, 500, 1000].flatMap((b, volume) => [1, 2, 3].map((slice) => [{ plane: 1, slice, volume: volume + 1 }, { b_value: b, acquisition: volume + 1 }] as const)));

describe("a diffusion series", () => {
  const volumes = volumesOf(DIFFUSION)!;

  it("has a slider for its b-value, and none for what only repeats it", () => {
    expect(volumes.axes).toEqual([{ name: "b", keys: ["0", "500", "1000"] }]);
  });

  it("goes along it within the slice", () => {
    expect([volumes.along(1, 0, "500"), volumes.along(1, 0, "1000"), volumes.along(7, 0, "0")]).toEqual([4, 7, 1]);
  });

  it("stops at the marked images of the volume, and at all of a volume that has none", () => {
    const steps = { run: (of: number) => volumes.runOf(of), isStop: (frame: number) => [1, 3, 5].includes(frame) };
    expect([frameFrom(steps, 9, 3, 1), frameFrom(steps, 9, 5, -1), frameFrom(steps, 9, 0, 1), frameFrom(steps, 9, 6, 1)]).toEqual([5, 3, 1, 7]);
    expect([3, 4, 0, 6].map((frame) => firstStop(steps, 9, frame))).toEqual([3, 5, 1, 5]);
  });

  it("scrolls within the volume and ends at its last slice", () => {
    expect([step(volumes, 3, 1), step(volumes, 3, 2), step(volumes, 3, 9), step(volumes, 3, -1), step(volumes, 4, -1)]).toEqual([4, 5, 5, 3, 3]);
    expect(volumes.sliceOf(5)).toEqual({ at: 3, of: 3 });
  });
});

it("directions of diffusion that the index does not tell are counted", () => {
  const volumes = volumesOf(placesOf([[0, 1], [1000, 2], [1000, 3]].flatMap(([b, volume]) => [1, 2].map((slice) => [{ plane: 1, slice, volume }, { b_value: b }] as const))))!;
  expect(volumes.axes).toEqual([{ name: "b", keys: ["0", "1000"] }, { name: "repeat", keys: ["1", "2"] }]);
  expect([volumes.along(0, 0, "1000"), volumes.along(2, 1, "2"), volumes.along(0, 1, "2"), volumes.along(5, 0, "0")]).toEqual([2, 4, 4, 1]);
});

it("phases of a heart differ a little from slice to slice, and still belong together", () => {
  const frames = [1, 2].flatMap((slice) => [1, 2, 3].map((phase) => [{ plane: 1, slice, volume: 1, phase }, { phase: phase * 40 + slice * 3, phase_unit: "ms", time: `1000${slice}${phase}` }] as const));
  const places = placesOf(frames);
  const volumes = volumesOf(places)!;
  expect(volumes.axes).toEqual([{ name: "phase", keys: ["1", "2", "3"] }]);
  expect([volumes.along(0, 0, "3"), step(volumes, 2, 1)]).toEqual([2, 5]);
  expect(valueText("phase", places[2]!, "3", "vi")).toBe("pha 123 ms");
});

it("echoes and times are two axes", () => {
  const frames = [1, 2].flatMap((time) => [20, 80].flatMap((echo) => [1, 2].map((slice) => [{ plane: 1, slice, volume: 1 }, { temporal_position: time, echo_ms: echo }] as const)));
  const volumes = volumesOf(placesOf(frames))!;
  expect(volumes.axes.map(({ name, keys }) => [name, ...keys])).toEqual([["echo", "20", "80"], ["temporal", "1", "2"]]);
  expect([volumes.along(0, 0, "80"), volumes.along(0, 1, "2"), step(volumes, 6, 1)]).toEqual([2, 4, 7]);
});

it.each([
  ["one frame on each slice", [[{ plane: 1, slice: 1 }, { b_value: 0 }], [{ plane: 1, slice: 2 }, { b_value: 1000 }]]],
  ["frames without a place", [[null, { b_value: 0 }], [null, { b_value: 1000 }]]],
] as const)("%s are no volumes", (_, frames) => {
  expect(volumesOf(placesOf(frames))).toBeNull();
});

it("planes are stacks of their own", () => {
  const frames = [1, 2].flatMap((plane) => [0, 1000].flatMap((b) => [1, 2].map((slice) => [{ plane, slice, volume: 1 }, { b_value: b }] as const)));
  const volumes = volumesOf(placesOf(frames))!;
  expect([step(volumes, 4, 5), volumes.along(4, 0, "1000")]).toEqual([5, 6]);
});

it.each([
  ["b", { b_value: 1000 }, "b = 1000 s/mm²", "b = 1000 s/mm²"],
  ["echo", { echo_ms: 80.5 }, "TE 80.5 ms", "TE 80.5 ms"],
  ["phase", { phase: 40, phase_unit: "percent" }, "pha 40 %", "phase 40 %"],
  ["gate", { gate: 50 }, "pha 50", "phase 50"],
  ["temporal", { temporal_position: 3 }, "thời điểm 3", "time point 3"],
  ["reference", { reference_time_ms: 90_000 }, "90 s", "90 s"],
  ["time", { time: "20260131101530.250000" }, "10:15:30.250", "10:15:30.250"],
  ["kind", { kind: "ORIGINAL\\PRIMARY\\M" }, "ORIGINAL · PRIMARY · M", "ORIGINAL · PRIMARY · M"],
  ["b", {}, "–", "–"],
] as const)("%s of %j reads %j, in English %j", (axis, dimensions, vietnamese, english) => {
  const [place] = placesOf([[{ plane: 1, slice: 1, volume: 1 }, dimensions]]);
  expect([valueText(axis, place!, "", "vi"), valueText(axis, place!, "", "en")]).toEqual([vietnamese, english]);
});
