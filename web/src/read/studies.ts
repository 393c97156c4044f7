/** The studies of a patient and the series of one, as listed by the portal. */

import { entries } from "./grant.js";
import { list, number, text } from "./json.js";

/** A series that the visitor may see. */
export interface ListedSeries {
  readonly seriesInstanceUid: string;
  readonly label: string;
  readonly modality: string;
  readonly frames: number;
  readonly posterUrl: string | null;
  readonly thumbsUrl: string | null;
}

export interface ListedStudy {
  readonly uid: string;
  readonly title: string;
  /** In the page's format. */
  readonly date: string | null;
  /** `2020-11-23`; null if unknown. */
  readonly day: string | null;
  readonly modalities: readonly string[];
}

export function readSeriesList(json: unknown): readonly ListedSeries[] {
  return entries(json, "series").map((one) => ({
    seriesInstanceUid: text(one["series_instance_uid"]) ?? "",
    label: text(one["label"]) ?? text(one["description"]) ?? "",
    modality: text(one["modality"]) ?? "",
    frames: number(one["frames"]) ?? 0,
    posterUrl: text(one["poster_url"]),
    thumbsUrl: text(one["thumbs_url"]),
  }));
}

export function readStudies(json: unknown): readonly ListedStudy[] {
  return entries(json, "studies").map((one) => ({
    uid: text(one["study_instance_uid"]) ?? "",
    title: text(one["title"]) ?? "",
    date: text(one["date"]),
    day: text(one["day"]),
    modalities: list(one["modalities"]).filter((modality) => typeof modality === "string"),
  }));
}
