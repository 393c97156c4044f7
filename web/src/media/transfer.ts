/** Single requests to the disk: what `link/transfer.ts` is on the portal. An address is `disc:` and the folder of a series. */

import { indexOf, MissingPartError, PART_BYTES, partOf } from "./disc.js";

/** Never here: nothing on a disk runs out. */
export class ExpiredError extends Error {}

/** The file is not there. */
export { MissingPartError as MissingError };

/** A disk that does not answer is asked again after so long. */
export function backOffMs(): number {
  return 1_000;
}

const folderOf = (url: string) => url.slice("disc:".length);

export async function fetchJson(url: string): Promise<unknown> {
  return indexOf(folderOf(url));
}

/** Bytes `start` to `end` (exclusive) of a pack, part after part, as they come: all that is there so far, from `start` on. */
export async function fetchBytes(
  url: string,
  start: number,
  end: number,
  signal: AbortSignal,
  onBytes: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const held = new Uint8Array(end - start);
  for (let part = Math.floor(start / PART_BYTES); part * PART_BYTES < end; part++) {
    const bytes = await partOf(folderOf(url), part);
    if (signal.aborted) {
      throw new DOMException("aborted", "AbortError");
    }
    const from = part * PART_BYTES;
    const wanted = bytes.subarray(Math.max(0, start - from), Math.max(0, end - from));
    const place = Math.max(0, from - start);
    held.set(wanted, place);
    onBytes(held.subarray(0, place + wanted.length));
    if (bytes.length < PART_BYTES && from + bytes.length < end) {
      throw new MissingPartError(url);
    }
  }
}
