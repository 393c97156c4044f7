/** The patient's studies and their series, as the portal lists them. */

import { fetchFromPortal, Grant } from "../link/link.js";
import type { SeriesEntry } from "../pane.js";
import { readUrls } from "../read/grant.js";
import { readSeriesList, readStudies, type ListedSeries, type ListedStudy } from "../read/studies.js";

export interface StudyChoice extends Omit<ListedStudy, "date"> {
  readonly label: string;
  readonly grantUrl: string;
}

export interface OpenStudy {
  readonly grant: Grant;
  readonly series: readonly ListedSeries[];
}

/** When a study was made, relative to another one; `unknown` if one of the two has no date. */
export type Order = "earlier" | "later" | "same-day" | "unknown";

export function orderOf(study: Pick<StudyChoice, "day">, here: Pick<StudyChoice, "day"> | null): Order {
  const [day, today] = [study.day, here?.day ?? null];
  if (day === null || today === null) {
    return "unknown";
  }
  return day === today ? "same-day" : day < today ? "earlier" : "later";
}

/** All studies the patient may see. `noDate` replaces a missing date. */
export async function fetchStudies(noDate: string): Promise<readonly StudyChoice[]> {
  return readStudies(await fetchFromPortal("/studies")).map(({ date, ...study }) => ({
    ...study,
    label: [date ?? noDate, study.title].filter((text) => text !== "").join(" · "),
    grantUrl: `/studies/${study.uid}/grant`,
  }));
}

/** The series of a study that have images. */
export async function openStudy({ grantUrl }: StudyChoice): Promise<OpenStudy> {
  const granted = await fetchFromPortal(grantUrl);
  const series = readSeriesList(granted).filter(({ frames }) => frames > 0);
  return { grant: new Grant(grantUrl, new Map(readUrls(granted))), series };
}

/**
 * The place of the latest study before `here`: preferably with the same name and modality, else with that modality,
 * else any; null if there is none.
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

/** The series most like another: with the same name, else of the same kind and about as long. */
export function seriesLike(series: readonly ListedSeries[], like: SeriesEntry | null, modality: string): number {
  const strangeness = (one: ListedSeries) =>
    (one.label === like?.label ? 0 : 1e9) + (one.modality === modality ? 0 : 1e6) + Math.abs(one.frames - (like?.frames ?? 0));
  const places = series.map((one, place) => ({ place, strangeness: strangeness(one) }));
  return places.sort((a, b) => a.strangeness - b.strangeness)[0]?.place ?? 0;
}
