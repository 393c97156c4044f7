/** CharLS, compiled to WebAssembly, with its machine code in the page. */

import charls from "@cornerstonejs/codec-charls/decodewasmjs";
import wasmUrl from "@cornerstonejs/codec-charls/decodewasm?url";
import { bytesOf } from "./disc.js";

/** The address is one of data: it is read here, since a page on a disk may fetch nothing. */
export const load = <Module>() =>
  charls<Module>({ locateFile: () => "", wasmBinary: bytesOf(wasmUrl.slice(wasmUrl.indexOf(",") + 1)).buffer });
