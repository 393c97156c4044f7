/** What a page on a disk is told of its study (`media_viewer.rs`). */

import { list, number, object, text, type Json } from "./json.js";

export interface DiscSeries {
  readonly seriesInstanceUid: string;
  /** Its folder below `IHE_PDI`. */
  readonly folder: string;
  readonly description: string;
  readonly number: number | null;
  readonly modality: string;
  readonly frames: number;
  readonly isMain: boolean;
}

export interface DiscStudy {
  readonly language: "vi" | "en";
  readonly hospital: Readonly<Record<"vi" | "en", string>>;
  readonly patientName: string;
  readonly patientId: string;
  /** Day first; empty where nobody knows it. */
  readonly birthDate: string;
  /** `2020-11-23`; empty where it is not known. */
  readonly date: string;
  readonly title: string;
  /** The full quality was too large for the disc. */
  readonly isPreviewOnly: boolean;
  readonly series: readonly DiscSeries[];
}

const word = (json: Json, field: string) => text(json[field]) ?? "";

/** Null where nothing was told. */
export function readDiscStudy(json: unknown): DiscStudy | null {
  const study = object(json);
  if (study === null) {
    return null;
  }
  const hospital = object(study["hospital"]) ?? {};
  return {
    language: study["language"] === "en" ? "en" : "vi",
    hospital: { vi: word(hospital, "vi"), en: word(hospital, "en") },
    patientName: word(study, "patient_name"),
    patientId: word(study, "patient_id"),
    birthDate: word(study, "birth_date"),
    date: word(study, "date"),
    title: word(study, "title"),
    isPreviewOnly: study["is_preview_only"] === true,
    series: list(study["series"]).map(readDiscSeries),
  };
}

function readDiscSeries(json: unknown): DiscSeries {
  const one = object(json) ?? {};
  return {
    seriesInstanceUid: word(one, "series_instance_uid"),
    folder: word(one, "folder"),
    description: word(one, "description"),
    number: number(one["number"]),
    modality: word(one, "modality"),
    frames: number(one["frames"]) ?? 0,
    isMain: one["is_main"] === true,
  };
}

/** The same series as the portal would list them (`read/studies.ts`). */
export function listed({ series }: DiscStudy, label: (one: DiscSeries) => string): Json {
  return {
    series: series.map((one) => ({
      series_instance_uid: one.seriesInstanceUid,
      label: label(one),
      modality: one.modality,
      frames: one.frames,
      index_url: `disc:${one.folder}`,
      pack_url: `disc:${one.folder}`,
    })),
  };
}
