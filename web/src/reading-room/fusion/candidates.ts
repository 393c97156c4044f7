/** Series whose values can be laid over others. */

import type { ListedSeries } from "../../read/studies.js";
import type { RoomStudy } from "../feature.js";

const EMITTED = ["PT", "NM"];

export function emittedSeries(study: RoomStudy | null): readonly ListedSeries[] {
  return (study?.series ?? []).filter(({ modality, frames }) => EMITTED.includes(modality) && frames > 1);
}
