/** In what images of one position differ. */

import type { Dimensions } from "./read/frame-facts.js";

/** How to write the values in which images of one position may differ. */
const LABELS: readonly (readonly [keyof Dimensions, (value: string) => string])[] = [
  ["bValue", (value) => `b ${value}`],
  ["echoMs", (value) => `TE ${value} ms`],
  ["inversionMs", (value) => `TI ${value} ms`],
  ["flipAngle", (value) => `${value}°`],
];

/** What differs between the frames of the series, as doctors write it: "b 1000", "TE 80 ms". */
export function toldApartBy(frames: readonly Dimensions[]): (frame: number) => string {
  const differing = LABELS.filter(([name]) => new Set(frames.map((frame) => frame[name])).size > 1);
  return (at) => {
    const values = differing.map(([name, label]) => {
      const value = frames[at]?.[name] ?? null;
      return value === null ? "" : label(String(Number(value.toPrecision(6))));
    });
    return values.filter((value) => value !== "").join(" · ");
  };
}
