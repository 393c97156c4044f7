/** Look-up tables of a series, shared by its frames (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5). */

import { object } from "./json.js";

/** Values outside a table take its first or last entry. */
export interface GreyTable {
  readonly kind: "grey";
  readonly first: number;
  readonly bits: number;
  readonly values: Uint16Array;
}

export interface PaletteTable {
  readonly kind: "palette";
  readonly first: number;
  /** RGB, one byte each. */
  readonly colours: Uint8Array;
}

export type Table = GreyTable | PaletteTable;

/** Reads the tables of an index; an unreadable one becomes null, so that the others keep their places. */
export function parseTables(tables: readonly unknown[]): readonly (Table | null)[] {
  return tables.map((json) => {
    const { kind, first, bits, data } = object(json) ?? {};
    const bytes = typeof data === "string" ? fromBase64(data) : null;
    if (bytes === null || typeof first !== "number" || typeof bits !== "number") {
      return null;
    }
    if (kind === "palette") {
      return bytes.length >= 3 ? { kind, first, colours: bytes } : null;
    }
    const view = new DataView(bytes.buffer);
    const values = Uint16Array.from({ length: bytes.length >> 1 }, (_, place) => view.getUint16(2 * place, true));
    return kind === "grey" && values.length > 0 ? { kind, first, bits, values } : null;
  });
}

export function greyAt(table: GreyTable, value: number): number {
  const place = Math.round(value) - table.first;
  return table.values[Math.min(table.values.length - 1, Math.max(0, place))] ?? 0;
}

/** The value that means white in a table. */
export function highestOutput(table: GreyTable): number {
  return 2 ** table.bits - 1;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
