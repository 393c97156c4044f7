/** Why a document cannot be shown, as told to the reader. */

import type { Words } from "../words.js";

/** The file is cut or broken: no device can show it. */
export class DamagedDocument extends Error {}

/** The file asks for a password. */
export class LockedDocument extends Error {}

export function reasonOf(error: unknown, words: Pick<Words, "documentDamaged" | "documentLocked" | "documentFailed">): string {
  return error instanceof DamagedDocument ? words.documentDamaged : error instanceof LockedDocument ? words.documentLocked : words.documentFailed;
}
