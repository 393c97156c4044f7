/** What stands in the way of a save, in the words of the reader. */

import { fill } from "../../page.js";
import type { MarksFault } from "../../read/marks-answer.js";
import type { Collected } from "./collect.js";
import { LIMITS, type Author } from "./document.js";
import type { SavingWords } from "./words.js";

export type Field = keyof Author;

/** A sentence, and the field of the dialog that it is about; null for none. */
export interface Trouble {
  readonly field: Field | null;
  readonly text: string;
}

const FIELDS: Readonly<Record<string, Field>> = { "author.name": "name", "author.facility": "facility", description: "description" };
const PARTS: Readonly<Record<string, keyof Collected["names"]>> = { key_images: "keyImages", presentations: "presentations", measurements: "measurements" };

/** What can be seen before anything is sent. */
export function troubleOf(author: Author, collected: Pick<Collected, "keyImages" | "presentations" | "measurements">, bytes: number, words: SavingWords): Trouble | null {
  for (const field of ["name", "facility", "description"] as const) {
    const { length } = [...author[field]];
    if (length > LIMITS.nameLength || (length === 0 && field !== "description")) {
      return { field, text: length === 0 ? words.empty : fill(words.long, { max: LIMITS.nameLength }) };
    }
  }
  for (const [part, word] of [["keyImages", words.keyImages], ["presentations", words.windows], ["measurements", words.measurements]] as const) {
    if (collected[part].length > LIMITS[part]) {
      return { field: null, text: `${fill(word, { n: collected[part].length })}. ${fill(words.tooMany, { max: LIMITS[part] })}` };
    }
  }
  return bytes > LIMITS.bytes ? { field: null, text: words.tooLarge } : null;
}

/** What the portal could not save: which field, or which mark on which image, and why. */
export function faultText({ field, kind }: MarksFault, names: Collected["names"], words: SavingWords): Trouble {
  const why = words.kinds[kind] ?? kind;
  const ours = FIELDS[field] ?? null;
  if (ours !== null) {
    return { field: ours, text: kind === "empty" ? words.empty : kind === "too-long" ? fill(words.long, { max: LIMITS.nameLength }) : why };
  }
  const [, part = "", place = ""] = /^(\w+)\[(\d+)\]/.exec(field) ?? [];
  const list = PARTS[part];
  const name = list === undefined ? undefined : names[list][Number(place)];
  const prefix = list === "keyImages" ? `${words.keyImage}, ` : list === "presentations" ? `${words.drawing}, ` : "";
  return { field: null, text: fill(words.refused, { what: name === undefined ? words.inRequest : `${prefix}${name}`, why }) };
}

export function statusText(status: number, words: SavingWords): string {
  const texts: Readonly<Record<number, string>> = { 401: words.signedOut, 404: words.signedOut, 403: words.forbidden, 413: words.tooLarge, 429: words.busy };
  return texts[status] ?? words.failed;
}
