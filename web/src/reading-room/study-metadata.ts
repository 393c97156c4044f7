/** The attributes of a study, read once for all features of the room. */

import type { Grant } from "../link/link.js";
import { StudyMetadata } from "../link/metadata.js";

const known = new WeakMap<Grant, StudyMetadata>();

export function metadataOf(grant: Grant): StudyMetadata {
  const found = known.get(grant) ?? new StudyMetadata(grant);
  known.set(grant, found);
  return found;
}
