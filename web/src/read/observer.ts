/** Who wrote a structured document (PS3.16 TID 1002, 1003; PS3.3 C.17.2). */

import type { Attributes } from "./attributes.js";

/** Person Observer Name, Person Observer's Organization Name (CID 270 and DCM of PS3.16 annex D). */
const PERSON = "121008";
const ORGANISATION = "121009";

/** Name and organisation; null if the document does not say. */
export function observerOf(file: Attributes): string | null {
  const content = file.items("0040A730");
  const said = (code: string) => content.find((item) => item.item("0040A043")?.text("00080100") === code);
  const author = file.items("0040A078")[0] ?? null;
  const name = said(PERSON)?.text("0040A123") ?? author?.text("0040A123") ?? file.text("00700084");
  const organisation = said(ORGANISATION)?.text("0040A160") ?? author?.text("00080080") ?? null;
  const parts = [name, organisation].filter((part) => part !== null && part !== "");
  return parts.length === 0 ? null : parts.join(" · ");
}
