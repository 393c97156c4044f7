/** A PDF opens in the browser's own reader: what `documents/pdf.ts` is on the portal, without a reader of its own. */

import { make } from "../tools/elements.js";
import type { Words } from "../words.js";

export async function pdfElement(bytes: Uint8Array<ArrayBuffer>, words: Words): Promise<HTMLElement> {
  const href = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
  return make("p", {}, make("a", { class: "plain-link", href, target: "_blank", rel: "noopener" }, words.openDocument.replace("{title}", words.pdf)));
}
