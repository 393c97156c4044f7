/** The patient's studies and their series, as the portal lists them. */

import { Grant, type SeriesUrls } from "../grant.js";
import type { SeriesEntry } from "../pane.js";

export interface StudyChoice {
  readonly uid: string;
  readonly label: string;
  readonly grantUrl: string;
  /** `2020-11-23`; null where it is not known. */
  readonly day: string | null;
  readonly title: string;
  readonly modalities: readonly string[];
}

/** A series of a study, and what it was made with. */
export interface ListedSeries extends SeriesEntry {
  readonly modality: string;
}

export interface OpenStudy {
  readonly grant: Grant;
  readonly series: readonly ListedSeries[];
}

interface StudiesJson {
  readonly studies: readonly {
    readonly study_instance_uid: string;
    readonly title: string;
    readonly date: string | null;
    readonly day?: string | null;
    readonly modalities?: readonly string[];
  }[];
}

interface GrantJson {
  readonly series: readonly {
    readonly series_instance_uid: string;
    readonly description: string | null;
    readonly label?: string;
    readonly modality?: string;
    readonly frames: number;
    readonly index_url: string;
    readonly pack_url: string;
    readonly poster_url: string | null;
    readonly thumbs_url: string | null;
  }[];
}

/** When a study was made, seen from another one; `unknown` where one of the two has no date. */
export type Order = "earlier" | "later" | "same-day" | "unknown";

export function orderOf(study: Pick<StudyChoice, "day">, here: Pick<StudyChoice, "day"> | null): Order {
  const [day, today] = [study.day, here?.day ?? null];
  if (day === null || today === null) {
    return "unknown";
  }
  return day === today ? "same-day" : day < today ? "earlier" : "later";
}

/** All studies that the patient may see. `noDate` stands where the date of a study would. */
export async function fetchStudies(noDate: string): Promise<readonly StudyChoice[]> {
  const { studies } = (await fetchOwn("/studies")) as StudiesJson;
  return studies.map(({ study_instance_uid: uid, title, date, day, modalities }) => ({
    uid,
    day: day ?? null,
    title,
    modalities: modalities ?? [],
    label: [date ?? noDate, title].filter((text) => text !== "").join(" · "),
    grantUrl: `/studies/${uid}/grant`,
  }));
}

/** The series of a study that have pictures. */
export async function openStudy({ grantUrl }: StudyChoice): Promise<OpenStudy> {
  const { series } = (await fetchOwn(grantUrl)) as GrantJson;
  const urls = new Map<string, SeriesUrls>(
    series.map((one) => [one.series_instance_uid, { indexUrl: one.index_url, packUrl: one.pack_url }]),
  );
  const entries = series
    .filter(({ frames }) => frames > 0)
    .map((one) => ({
      seriesInstanceUid: one.series_instance_uid,
      label: one.label ?? one.description ?? "",
      modality: one.modality ?? "",
      frames: one.frames,
      posterUrl: one.poster_url,
      thumbsUrl: one.thumbs_url,
    }));
  return { grant: new Grant(grantUrl, urls), series: entries };
}

/**
 * The place of the latest study before `here`: best of the same name and modality, else of that modality, else of any;
 * null without any.
 */
export function earlierLike(studies: readonly StudyChoice[], here: StudyChoice, modality: string): number | null {
  const earlier = studies
    .map((study, place) => ({ study, place }))
    .filter(({ study }) => study.uid !== here.uid)
    .filter(({ study }) => orderOf(study, here) === "earlier")
    .sort((a, b) => (b.study.day ?? "").localeCompare(a.study.day ?? ""));
  const alike = earlier.filter(({ study }) => study.modalities.includes(modality));
  const found = alike.find(({ study }) => study.title === here.title) ?? alike[0] ?? earlier[0];
  return found?.place ?? null;
}

/** The series that is most like another: of the same name, else of the same kind and about as long. */
export function seriesLike(series: readonly ListedSeries[], like: SeriesEntry | null, modality: string): number {
  const strangeness = (one: ListedSeries) =>
    (one.label === like?.label ? 0 : 1e9) + (one.modality === modality ? 0 : 1e6) + Math.abs(one.frames - (like?.frames ?? 0));
  const places = series.map((one, place) => ({ place, strangeness: strangeness(one) }));
  return places.sort((a, b) => a.strangeness - b.strangeness)[0]?.place ?? 0;
}

async function fetchOwn(url: string): Promise<unknown> {
  const headers = { Accept: "application/json" };
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", headers });
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return response.json();
}
