/** Decodes away from the page, so that fingers are never kept waiting. */

import { decode, UnsupportedHereError, useMachineCode, type DecodeTask } from "./decode.js";
import type { Decoded } from "./samples.js";

export interface WorkerTask {
  readonly id: number;
  readonly task: DecodeTask;
}

/** What a worker is told first. */
export interface WorkerStart {
  readonly wasm: ArrayBuffer | null;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly decoded: Decoded | null;
  /** The page should try. */
  readonly isUnsupportedHere: boolean;
}

addEventListener("message", ({ data }: MessageEvent<WorkerTask | WorkerStart>) => {
  if ("wasm" in data) {
    useMachineCode(data.wasm);
    return;
  }
  const { id, task } = data;
  decode(task).then(
    (decoded) => postMessage({ id, decoded, isUnsupportedHere: false }, { transfer: [decoded.samples.buffer] }),
    (error: unknown) => {
      // A device that cannot run the codec at all (old, or without WebAssembly) fails like a broken frame.
      postMessage({ id, decoded: null, isUnsupportedHere: error instanceof UnsupportedHereError });
    },
  );
});
