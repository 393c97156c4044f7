/** SUV of a whole series: all its instances must agree. */

import type { StudyMetadata } from "../../link/metadata.js";
import { readPetHeader } from "../../read/pet-header.js";
import { suvFactor, type Suv } from "./suv.js";

const SAME_SHARE = 1e-6;

const known = new WeakMap<StudyMetadata, Map<string, Promise<Suv>>>();

/** Throws if the attributes cannot be read now. */
export function suvOf(metadata: StudyMetadata, seriesInstanceUid: string): Promise<Suv> {
  const ofStudy = known.get(metadata) ?? new Map<string, Promise<Suv>>();
  known.set(metadata, ofStudy);
  const found = ofStudy.get(seriesInstanceUid) ?? read(metadata, seriesInstanceUid);
  ofStudy.set(seriesInstanceUid, found);
  found.catch(() => ofStudy.delete(seriesInstanceUid));
  return found;
}

async function read(metadata: StudyMetadata, seriesInstanceUid: string): Promise<Suv> {
  const all: Suv[] = [];
  for await (const file of metadata.instances(seriesInstanceUid)) {
    all.push(suvFactor(readPetHeader(file)));
  }
  return agreed(all);
}

/** One factor for all; else the first reason, or that they contradict each other. */
export function agreed(all: readonly Suv[]): Suv {
  const refused = all.find((suv) => "refusal" in suv);
  const factors = all.map((suv) => ("factor" in suv ? suv.factor : Number.NaN));
  const [first = Number.NaN] = factors;
  if (refused !== undefined || all.length === 0) {
    return refused ?? { refusal: "no-units" };
  }
  return factors.every((factor) => Math.abs(factor / first - 1) <= SAME_SHARE) ? { factor: first } : { refusal: "instances-contradict" };
}
