/** CharLS, compiled to WebAssembly. */

import charls from "@cornerstonejs/codec-charls/decodewasmjs";
import wasmUrl from "@cornerstonejs/codec-charls/decodewasm?url";

/** `wasmBinary`: the machine code, if already fetched. */
export const load = <Module>(wasmBinary: ArrayBuffer | null) =>
  charls<Module>({ locateFile: () => wasmUrl, ...(wasmBinary === null ? {} : { wasmBinary }) });
