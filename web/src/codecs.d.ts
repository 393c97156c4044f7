/** The codecs come without types. */

interface CodecOptions {
  locateFile(): string;
  wasmBinary?: ArrayBuffer;
}

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  export default function charls<Module>(options: CodecOptions): Promise<Module>;
}

declare module "@cornerstonejs/codec-openjph/wasmjs" {
  export default function openjph<Module>(options: CodecOptions): Promise<Module>;
}

declare module "*?url" {
  const url: string;
  export default url;
}

declare module "*.txt?raw" {
  const text: string;
  export default text;
}
