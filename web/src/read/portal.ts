/** What the portal answers: the series of a study with their short-lived URLs, and the studies of a patient. */

import { list, number, object, text } from "./json.js";

/** A series that the visitor may see. */
export interface GrantedSeries {
  readonly seriesInstanceUid: string;
  readonly label: string;
  readonly modality: string;
  readonly frames: number;
  readonly indexUrl: string;
  readonly packUrl: string;
  readonly posterUrl: string | null;
  readonly thumbsUrl: string | null;
}

export interface ListedStudy {
  readonly uid: string;
  readonly title: string;
  /** As the page writes it. */
  readonly date: string | null;
  /** `2020-11-23`; null where it is not known. */
  readonly day: string | null;
  readonly modalities: readonly string[];
}

/** The answer is not what the portal writes. */
export class InvalidAnswerError extends Error {
  constructor(field: string) {
    super(`the answer lacks a valid ${field}`);
    this.name = "InvalidAnswerError";
  }
}

export function readGrant(json: unknown): readonly GrantedSeries[] {
  return entries(json, "series").map((one) => ({
    seriesInstanceUid: needed(one["series_instance_uid"], "series_instance_uid"),
    label: text(one["label"]) ?? text(one["description"]) ?? "",
    modality: text(one["modality"]) ?? "",
    frames: number(one["frames"]) ?? 0,
    indexUrl: needed(one["index_url"], "index_url"),
    packUrl: needed(one["pack_url"], "pack_url"),
    posterUrl: text(one["poster_url"]),
    thumbsUrl: text(one["thumbs_url"]),
  }));
}

export function readStudies(json: unknown): readonly ListedStudy[] {
  return entries(json, "studies").map((one) => ({
    uid: needed(one["study_instance_uid"], "study_instance_uid"),
    title: text(one["title"]) ?? "",
    date: text(one["date"]),
    day: text(one["day"]),
    modalities: list(one["modalities"]).filter((modality) => typeof modality === "string"),
  }));
}

function entries(json: unknown, field: string) {
  const found = object(json)?.[field];
  if (!Array.isArray(found)) {
    throw new InvalidAnswerError(field);
  }
  return found.map((one: unknown) => object(one) ?? {});
}

function needed(value: unknown, field: string): string {
  if (typeof value !== "string") {
    throw new InvalidAnswerError(field);
  }
  return value;
}
