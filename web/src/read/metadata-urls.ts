/** Where the attributes of each series of a study are, as the portal grants them. */

import { entries } from "./grant.js";
import { number, text } from "./json.js";

export interface DescribedSeries {
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly label: string;
  /** 0 for series of objects, such as presentation states. */
  readonly frames: number;
  /** Null if nothing is stored. */
  readonly metadataUrl: string | null;
}

export function readDescribedSeries(json: unknown): readonly DescribedSeries[] {
  return entries(json, "series").map((one) => ({
    seriesInstanceUid: text(one["series_instance_uid"]) ?? "",
    modality: text(one["modality"]) ?? "",
    label: text(one["label"]) ?? "",
    frames: number(one["frames"]) ?? 0,
    metadataUrl: text(one["metadata_url"]),
  }));
}
