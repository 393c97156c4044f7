/** Decodes on the page: a page on a disk may start no workers. What `full/decoder-pool.ts` is on the portal. */

import { decode, type DecodeTask } from "../full/decode.js";
import type { Decoded } from "../full/samples.js";

export function prepareDecoder(): void {}

/** The samples of a frame; null when it cannot be decoded here. */
export async function decodeFrame(task: DecodeTask): Promise<Decoded | null> {
  try {
    return await decode(task);
  } catch {
    return null;
  }
}
