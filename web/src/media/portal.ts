/** What a page on a disk knows instead of asking the portal: what `link/portal.ts` is there. */

import { listed, readDiscStudy } from "../read/disc-study.js";
import { studyJson } from "./disc.js";
import { labelOf } from "./page-words.js";

export class PortalError extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

/** The series of this study; there is no other one. */
export async function fetchFromPortal(url: string): Promise<unknown> {
  const study = readDiscStudy(studyJson());
  if (study === null) {
    throw new PortalError(404);
  }
  return url === "/studies" ? { studies: [] } : listed(study, labelOf);
}

/** Nobody listens. */
export function tellPortal(): void {}
