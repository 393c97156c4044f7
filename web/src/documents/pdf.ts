/** Draws PDF pages as pictures in the page: no plug-in, and nothing in the document is run. */

import { getDocument, GlobalWorkerOptions } from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { fill } from "../page.js";
import { DamagedDocument, LockedDocument } from "./failures.js";
import { make } from "../tools/elements.js";
import type { Words } from "../words.js";

const PAGES_MAX = 100;
const PIXELS_MAX = 8_000_000;
const DRAWN_AHEAD = "400px";

/** pdf.js calls this for the parts that a PDF omits. */
class CMapReader {
  async fetch({ name }: { name: string }): Promise<{ cMapData: Uint8Array; isCompressed: boolean }> {
    const { cMap } = await import("./pdf-data.js");
    return { cMapData: await cMap(name), isCompressed: true };
  }
}

class FontReader {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const { font } = await import("./pdf-data.js");
    return font(filename);
  }
}

const OPTIONS = {
  isEvalSupported: false,
  useSystemFonts: true,
  enableXfa: false,
  useWorkerFetch: false,
  CMapReaderFactory: CMapReader,
  StandardFontDataFactory: FontReader,
};

export async function pdfElement(bytes: Uint8Array<ArrayBuffer>, words: Words): Promise<HTMLElement> {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const pdf = await getDocument({ ...OPTIONS, data: bytes.slice() }).promise.catch((error: unknown) => {
    const name = error instanceof Error ? error.name : "";
    throw name === "PasswordException" ? new LockedDocument() : name === "InvalidPDFException" ? new DamagedDocument() : error;
  });
  const element = make("div", { class: "pdf" });
  const draw = async (canvas: HTMLCanvasElement, number: number) => {
    const page = await pdf.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    const wanted = (element.clientWidth * Math.min(2, devicePixelRatio)) / width;
    const scale = Math.min(wanted, Math.sqrt(PIXELS_MAX / (width * height)));
    const viewport = page.getViewport({ scale });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    await page.render({ canvas, viewport }).promise;
    const { items } = await page.getTextContent();
    const text = items.map((item) => ("str" in item ? item.str : "")).join(" ");
    canvas.textContent = text;
    canvas.dataset["drawn"] = "true";
  };
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting && target instanceof HTMLCanvasElement) {
          seen.unobserve(target);
          void draw(target, Number(target.dataset["page"]));
        }
      }
    },
    { rootMargin: DRAWN_AHEAD },
  );
  for (let number = 1; number <= Math.min(PAGES_MAX, pdf.numPages); number++) {
    const label = fill(words.page, { n: number, total: pdf.numPages });
    const canvas = make("canvas", { role: "img", "aria-label": label, "data-page": number });
    element.append(make("figure", {}, canvas, make("figcaption", {}, label)));
    seen.observe(canvas);
  }
  return element;
}
