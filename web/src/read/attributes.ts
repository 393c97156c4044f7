/** The attributes of an instance in the DICOM JSON Model (PS3.18 F.2). A value that is missing or of another kind is null. */

import { list, number, object, text, type Json } from "./json.js";

/** One attribute, as it stands in the file. */
export interface Attribute {
  /** Eight hexadecimal digits, in capitals. */
  readonly tag: string;
  readonly vr: string;
  /** The values as text, one each. Empty for sequences, bytes and empty values. */
  readonly values: readonly string[];
  readonly items: readonly Attributes[];
  /** How many bytes a value of bytes has; null if it is none, or if they lie elsewhere. */
  readonly bytes: number | null;
  /** The bytes lie elsewhere. */
  readonly isElsewhere: boolean;
}

export class Attributes {
  private constructor(private readonly json: Json) {}

  /** Throws a `SyntaxError` for what is not JSON. */
  static parse(line: string): Attributes {
    return new Attributes(object(JSON.parse(line) as unknown) ?? {});
  }

  static of(json: unknown): Attributes {
    return new Attributes(object(json) ?? {});
  }

  /** The first value of an attribute. Of a person's name, the first group that is there. */
  text(tag: string): string | null {
    return this.texts(tag)[0] ?? null;
  }

  texts(tag: string): readonly string[] {
    return this.values(tag).map(textOf).filter((value) => value !== null);
  }

  /** The first value of an attribute. Decimal and integer strings may be written as text. */
  number(tag: string): number | null {
    return numberOf(this.values(tag)[0]);
  }

  /** All values, or none if one of them is not a number. */
  numbers(tag: string): readonly number[] {
    const found = this.values(tag).map(numberOf);
    return found.every((value) => value !== null) ? found : [];
  }

  items(tag: string): readonly Attributes[] {
    return this.values(tag).filter((value) => object(value) !== null).map((value) => Attributes.of(value));
  }

  item(tag: string): Attributes | null {
    return this.items(tag)[0] ?? null;
  }

  has(tag: string): boolean {
    return this.json[tag] !== undefined;
  }

  /** The bytes of a short value. */
  bytes(tag: string): Uint8Array<ArrayBuffer> | null {
    return bytesOf(object(this.json[tag])?.["InlineBinary"]);
  }

  /** All of them, by tag. */
  all(): readonly Attribute[] {
    return Object.keys(this.json).sort().map((tag) => {
      const element = object(this.json[tag]) ?? {};
      const vr = text(element["vr"]) ?? "";
      const values = vr === "SQ" ? [] : list(element["Value"]).map((value) => textOf(value) ?? "");
      const items = vr === "SQ" ? list(element["Value"]).map((item) => Attributes.of(item)) : [];
      const bytes = bytesOf(element["InlineBinary"])?.length ?? null;
      return { tag: tag.toUpperCase(), vr, values, items, bytes, isElsewhere: element["BulkDataURI"] !== undefined };
    });
  }

  private values(tag: string): readonly unknown[] {
    return list(object(this.json[tag])?.["Value"]);
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === "number") {
    return String(value);
  }
  const name = object(value);
  if (name !== null) {
    const groups = [name["Alphabetic"], name["Ideographic"], name["Phonetic"]].filter((group) => text(group) !== null);
    return groups.length === 0 ? null : groups.join(" = ");
  }
  return text(value);
}

function numberOf(value: unknown): number | null {
  return typeof value === "string" && value.trim() !== "" ? number(Number(value)) : number(value);
}

function bytesOf(base64: unknown): Uint8Array<ArrayBuffer> | null {
  try {
    return typeof base64 === "string" ? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}
