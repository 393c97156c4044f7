/** By what the index tells frames of one position apart, as needed to choose one of several volumes. */

import { number, object, positive, text } from "./json.js";
import type { Frame } from "./series-index.js";

/** In the order in which they explain why frames share a position: a later one may only repeat an earlier one. */
export const AXES = ["b", "echo", "inversion", "flip", "phase", "gate", "temporal", "kind", "slot", "acquisition", "reference", "time"] as const;
export type Axis = (typeof AXES)[number];

export interface FramePlace {
  readonly plane: number;
  /** Within the plane, from 1. */
  readonly slice: number;
  readonly volume: number;
  /** Of a beating heart, from 1. */
  readonly phase: number | null;
  readonly values: Readonly<Record<Axis, number | string | null>>;
  /** `percent` or `ms`; null if the index does not tell. */
  readonly phaseUnit: string | null;
  readonly gateUnit: string | null;
}

/** Null for a frame that has no place among others. */
export function framePlace({ raw: json }: Frame): FramePlace | null {
  const raw = object(json) ?? {};
  const place = object(raw["place"]);
  const [plane, slice] = [positive(place?.["plane"]), positive(place?.["slice"])];
  const dimensions = object(raw["dimensions"]) ?? {};
  const run = object(raw["position_in_run"]) ?? {};
  return plane === null || slice === null
    ? null
    : {
        plane,
        slice,
        volume: positive(place?.["volume"]) ?? 1,
        phase: positive(place?.["phase"]),
        values: {
          b: number(dimensions["b_value"]),
          echo: number(dimensions["echo_ms"]),
          inversion: number(dimensions["inversion_ms"]),
          flip: number(dimensions["flip_angle"]),
          phase: number(dimensions["phase"]) ?? positive(place?.["phase"]),
          gate: number(dimensions["gate"]),
          temporal: number(dimensions["temporal_position"]),
          kind: text(dimensions["kind"]),
          slot: number(run["time_slot"]),
          acquisition: number(dimensions["acquisition"]),
          reference: number(dimensions["reference_time_ms"]),
          time: text(dimensions["time"]),
        },
        phaseUnit: number(dimensions["phase"]) === null ? null : text(dimensions["phase_unit"]),
        gateUnit: text(dimensions["gate_unit"]),
      };
}
