/** Series whose values can be laid over others. */

import type { RoomStudy } from "../feature.js";

const EMITTED = ["PT", "NM"];

export function isEmitted({ modality, frames }: { readonly modality: string; readonly frames: number }): boolean {
  return EMITTED.includes(modality) && frames > 1;
}

/** Whether there may be one: the page does not always know what a series is. */
export function mayBeFused(study: RoomStudy | null): boolean {
  return (study?.series ?? []).some((one) => one.modality === "" || isEmitted(one));
}
