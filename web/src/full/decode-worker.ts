/** Decodes outside of the page, so that it always responds to fingers. */

import { decode, UnsupportedHereError, useMachineCode, type DecodeTask } from "./decode.js";
import type { Decoded } from "./samples.js";

export interface WorkerTask {
  readonly id: number;
  readonly task: DecodeTask;
}

/** The first message to a worker. */
export interface WorkerStart {
  readonly wasm: ArrayBuffer | null;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly decoded: Decoded | null;
  /** The page should try it. */
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
      // A device that cannot run the codec at all (too old, or without WebAssembly) fails like a broken frame.
      postMessage({ id, decoded: null, isUnsupportedHere: error instanceof UnsupportedHereError });
    },
  );
});
