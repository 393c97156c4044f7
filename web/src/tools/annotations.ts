/** Measurements, per image, in picture pixels. */

import type { Point } from "../view-geometry.js";

export interface Annotation {
  readonly id: number;
  /** The name of its measuring tool. */
  readonly kind: string;
  /** Series, instance and frame. */
  readonly image: string;
  points: Point[];
  /** What the reader wrote, if its tool asks for that. */
  text?: string;
}
