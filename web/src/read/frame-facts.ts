/** What the index says about a frame's position in the patient and its physics; shown beside the picture. */

import { list, number, numbers, object, text } from "./json.js";
import type { Triple } from "./frame-details.js";
import type { Frame } from "./series-index.js";

/** Ways in which images of one position may differ. */
export interface Dimensions {
  readonly bValue: number | null;
  readonly echoMs: number | null;
  readonly inversionMs: number | null;
  /** In degrees. */
  readonly flipAngle: number | null;
}

export interface FrameFacts {
  /** Directions of rows and columns (PS3.3 C.7.6.2.1.1). */
  readonly directions: readonly [row: Triple, column: Triple] | null;
  /** The same by name (PS3.3 C.7.6.1.1.1). */
  readonly namedDirections: readonly [row: string, column: string] | null;
  /** `R`, `L` or `B`. */
  readonly laterality: string | null;
  readonly viewPosition: string | null;
}

export function frameFacts({ raw: json }: Frame): FrameFacts {
  const raw = object(json) ?? {};
  const orientation = numbers(raw["orientation"], 6);
  const [row, column] = list(raw["patient_orientation"]);
  return {
    directions: orientation === null ? null : [orientation.slice(0, 3) as unknown as Triple, orientation.slice(3) as unknown as Triple],
    namedDirections: typeof row === "string" && typeof column === "string" ? [row, column] : null,
    laterality: text(raw["laterality"]),
    viewPosition: text(raw["view_position"]),
  };
}

export function frameDimensions({ raw }: Frame): Dimensions {
  const dimensions = object(object(raw)?.["dimensions"]) ?? {};
  return {
    bValue: number(dimensions["b_value"]),
    echoMs: number(dimensions["echo_ms"]),
    inversionMs: number(dimensions["inversion_ms"]),
    flipAngle: number(dimensions["flip_angle"]),
  };
}
