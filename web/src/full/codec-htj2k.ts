/** OpenJPH, compiled to WebAssembly. */

import openjph from "@cornerstonejs/codec-openjph/wasmjs";
import wasmUrl from "@cornerstonejs/codec-openjph/wasm?url";

/** `wasmBinary`: the machine code, if already fetched. */
export const load = <Module>(wasmBinary: ArrayBuffer | null) =>
  openjph<Module>({ locateFile: () => wasmUrl, ...(wasmBinary === null ? {} : { wasmBinary }) });
