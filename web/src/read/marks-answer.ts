/** What the portal answers to a save of marks. */

import { entries } from "./grant.js";
import { object, text } from "./json.js";

export interface SavedSeries {
  readonly seriesInstanceUid: string;
  /** `KO`, `PR` or `SR`. */
  readonly modality: string;
}

/** A field that cannot be saved, such as `measurements[0].points[2]`, and why, such as `outside`. */
export interface MarksFault {
  readonly field: string;
  readonly kind: string;
}

export function readSavedSeries(json: unknown): readonly SavedSeries[] {
  return entries(json, "series").map((one) => ({
    seriesInstanceUid: text(one["series_instance_uid"]) ?? "",
    modality: text(one["modality"]) ?? "",
  }));
}

/** Null if the answer does not say. */
export function readMarksFault(json: unknown): MarksFault | null {
  const error = object(object(json)?.["error"]);
  const [field, kind] = [text(error?.["field"]), text(error?.["kind"])];
  return field === null || kind === null ? null : { field, kind };
}
