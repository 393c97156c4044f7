/** CharLS, compiled to WebAssembly. */

import charls from "@cornerstonejs/codec-charls/decodewasmjs";
import wasmUrl from "@cornerstonejs/codec-charls/decodewasm?url";

export const load = <Module>() => charls<Module>({ locateFile: () => wasmUrl });
