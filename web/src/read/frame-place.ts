/** To which volume of its series a frame belongs, and how thick its slice is. */

import { object, positive } from "./json.js";
import type { Frame } from "./series-index.js";

export interface FramePlace {
  /** Frames with the same key are slices of one volume: of one direction, time, echo, and phase of a heart. */
  readonly volume: string;
  readonly thicknessMm: number | null;
}

export function framePlace({ raw: json }: Pick<Frame, "raw">): FramePlace {
  const raw = object(json) ?? {};
  const { plane, volume, phase } = object(raw["place"]) ?? {};
  return {
    volume: [plane, volume, phase].map((number) => positive(number) ?? "").join(),
    thicknessMm: positive(object(raw["dimensions"])?.["thickness_mm"]),
  };
}
