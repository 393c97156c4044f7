/** OpenJPH, compiled to WebAssembly. */

import openjph from "@cornerstonejs/codec-openjph/wasmjs";
import wasmUrl from "@cornerstonejs/codec-openjph/wasm?url";

export const load = <Module>() => openjph<Module>({ locateFile: () => wasmUrl });
