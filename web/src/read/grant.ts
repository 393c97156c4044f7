/** The short-lived URLs of a study's series, as the portal grants them. */

import { object, text, type Json } from "./json.js";

export interface SeriesUrls {
  readonly indexUrl: string;
  readonly packUrl: string;
}

/** The entries of a list that an answer must contain. */
export function entries(json: unknown, field: string): readonly Json[] {
  const found = object(json)?.[field];
  if (!Array.isArray(found)) {
    throw new TypeError(`the answer lacks ${field}`);
  }
  return found.map((one: unknown) => object(one) ?? {});
}

/** By Series Instance UID. */
export function readUrls(json: unknown): readonly (readonly [string, SeriesUrls])[] {
  return entries(json, "series").map((one) => [
    text(one["series_instance_uid"]) ?? "",
    { indexUrl: text(one["index_url"]) ?? "", packUrl: text(one["pack_url"]) ?? "" },
  ]);
}
