/** Decodes away from the page, so that fingers are never kept waiting. */

import { decode, UnsupportedHereError, type DecodeTask } from "./decode.js";
import type { Decoded } from "./samples.js";

export interface WorkerTask {
  readonly id: number;
  readonly task: DecodeTask;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly decoded: Decoded | null;
  /** The page should try. */
  readonly isUnsupportedHere: boolean;
}

addEventListener("message", ({ data: { id, task } }: MessageEvent<WorkerTask>) => {
  decode(task).then(
    (decoded) => postMessage({ id, decoded, isUnsupportedHere: false }, { transfer: [decoded.samples.buffer] }),
    (error: unknown) => {
      // A device that cannot run the codec at all (old, or without WebAssembly) fails like a broken frame.
      postMessage({ id, decoded: null, isUnsupportedHere: error instanceof UnsupportedHereError });
    },
  );
});
