/// <reference types="vite/types/importMeta.d.ts" />
/**
 * What a PDF may omit: the maps of East Asian character sets, and the glyphs of the fonts that every reader has. Each
 * is fetched when a page needs it.
 */

type Urls = Readonly<Record<string, string>>;

const CMAPS: Urls = import.meta.glob("../../node_modules/pdfjs-dist/cmaps/*.bcmap", { query: "?url", import: "default", eager: true });
/** All other standard fonts come from the device. */
const FONTS: Urls = import.meta.glob("../../node_modules/pdfjs-dist/standard_fonts/Foxit{Symbol,Dingbats}.pfb", { query: "?url", import: "default", eager: true });

async function bytesOf(urls: Urls, name: string): Promise<Uint8Array> {
  const found = Object.entries(urls).find(([path]) => path.endsWith(`/${name}`));
  const response = found === undefined ? undefined : await fetch(found[1]);
  if (response?.ok !== true) {
    throw new Error("a part that the PDF needs is not here");
  }
  return new Uint8Array(await response.arrayBuffer());
}

export const cMap = async (name: string) => bytesOf(CMAPS, `${name}.bcmap`);
export const font = async (name: string) => bytesOf(FONTS, name);
