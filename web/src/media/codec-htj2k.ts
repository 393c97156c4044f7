/** OpenJPH, compiled to WebAssembly, with its machine code in the page. */

import openjph from "@cornerstonejs/codec-openjph/wasmjs";
import wasmUrl from "@cornerstonejs/codec-openjph/wasm?url";
import { bytesOf } from "./disc.js";

/** The address is one of data: it is read here, since a page on a disk may fetch nothing. */
export const load = <Module>() =>
  openjph<Module>({ locateFile: () => "", wasmBinary: bytesOf(wasmUrl.slice(wasmUrl.indexOf(",") + 1)).buffer });
