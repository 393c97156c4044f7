/** What of a study can hang: its series, and the views within series of single views. */

import { Link } from "../../link/link.js";
import { frameFacts } from "../../read/frame-facts.js";
import type { SeriesIndex } from "../../read/series-index.js";
import type { ListedSeries } from "../../read/studies.js";
import type { RoomStudy } from "../feature.js";
import type { Hangable } from "./match.js";

export interface Item extends Hangable {
  readonly study: RoomStudy;
  readonly series: ListedSeries;
}

/** Modalities whose images are views of a side each: what a view shows is in the index. */
const VIEWED = ["MG", "DX", "CR", "DR", "RG", "PX", "IO"];
/** More indexes are not worth waiting for. */
const INDEXES_MAX = 24;

/** The items of a study in its order. Reads the indexes of those series that need it. */
export async function itemsOf(study: RoomStudy): Promise<readonly Item[]> {
  const read = study.series.map(async (series, place) => {
    const needsIndex = series.modality === "" || VIEWED.includes(series.modality);
    const index = needsIndex && place < INDEXES_MAX ? await indexOf(study, series.seriesInstanceUid) : null;
    return viewsOf(series, index).map((item) => ({ ...item, study, series }));
  });
  return (await Promise.all(read)).flat();
}

/** The views of a series: one for each side and position if its frames name them, else the series as a whole. */
export function viewsOf(series: ListedSeries, index: SeriesIndex | null): readonly Hangable[] {
  const modality = series.modality === "" ? (index?.modality ?? "") : series.modality;
  const common = { seriesInstanceUid: series.seriesInstanceUid, label: series.label, modality, frames: series.frames, bodyPart: "" };
  const whole = { ...common, frame: null, laterality: "", view: "" };
  if (index === null || !VIEWED.includes(modality)) {
    return [whole];
  }
  const views = new Map<string, Hangable>();
  index.frames.forEach((entry, frame) => {
    const { laterality, viewPosition } = frameFacts(entry);
    const key = [laterality, viewPosition].join();
    if (!views.has(key)) {
      views.set(key, { ...common, frame: index.frames.length === 1 ? null : frame, laterality: laterality ?? "", view: viewPosition ?? "" });
    }
  });
  return views.size === 0 ? [whole] : [...views.values()];
}

/** Null if it cannot be read now: its series hangs by its name alone. */
async function indexOf(study: RoomStudy, seriesInstanceUid: string): Promise<SeriesIndex | null> {
  // Offline, a link tries again and again; hanging does not wait for that.
  let giveUp: () => void = () => undefined;
  const gaveUp = new Promise<null>((resolve) => {
    giveUp = () => resolve(null);
  });
  const link = new Link(study.grant, seriesInstanceUid, { onState: (state) => (state === "fine" ? undefined : giveUp()) });
  const index = await Promise.race([link.open(), gaveUp]);
  link.close();
  return index;
}
