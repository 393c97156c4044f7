/** The patient's studies and their series, as the portal lists them. */

import { Grant, type SeriesUrls } from "../grant.js";
import type { SeriesEntry } from "../pane.js";

export interface StudyChoice {
  readonly uid: string;
  readonly label: string;
  readonly grantUrl: string;
}

export interface OpenStudy {
  readonly grant: Grant;
  readonly series: readonly SeriesEntry[];
}

interface StudiesJson {
  readonly studies: readonly {
    readonly study_instance_uid: string;
    readonly title: string;
    readonly date: string | null;
    readonly modality: string;
  }[];
}

interface GrantJson {
  readonly series: readonly {
    readonly series_instance_uid: string;
    readonly description: string | null;
    readonly label?: string;
    readonly frames: number;
    readonly index_url: string;
    readonly pack_url: string;
    readonly poster_url: string | null;
    readonly thumbs_url: string | null;
  }[];
}

/** All studies that the patient may see. */
export async function fetchStudies(): Promise<readonly StudyChoice[]> {
  const { studies } = (await fetchOwn("/studies")) as StudiesJson;
  return studies.map(({ study_instance_uid: uid, title, date }) => ({
    uid,
    label: [date, title].filter((text) => text !== null && text !== "").join(" · "),
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
      frames: one.frames,
      posterUrl: one.poster_url,
      thumbsUrl: one.thumbs_url,
    }));
  return { grant: new Grant(grantUrl, urls), series: entries };
}

async function fetchOwn(url: string): Promise<unknown> {
  const headers = { Accept: "application/json" };
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", headers });
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return response.json();
}
