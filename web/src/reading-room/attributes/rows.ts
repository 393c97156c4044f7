/** The attributes of an instance as rows of a table: sequences open, one item after another. */

import type { Attribute, Attributes } from "../../read/attributes.js";

export interface Row {
  /** 0 for the instance itself; each item of a sequence is one deeper. */
  readonly depth: number;
  /** `(0008,0018)`; empty for the head of an item. */
  readonly tag: string;
  /** The place of an item in its sequence, from 1. */
  readonly item: number | null;
  readonly name: string;
  readonly vr: string;
  readonly value: string;
  readonly isPrivate: boolean;
  /** How many bytes, if the value is not text. */
  readonly bytes: number | null;
  readonly isElsewhere: boolean;
  /** How many items; null if it is no sequence. */
  readonly items: number | null;
}

/** The names of attributes by tag, of eight digits. */
export type NameOf = (tag: string) => string | null;

const VALUES_BY = " \\ ";
const DEPTH_MAX = 16;

/** What `names.txt` says. */
export function parseNames(text: string): NameOf {
  const names = new Map<string, string>();
  let group = "";
  for (const line of text.split("\n")) {
    if (line.length === 4) {
      group = line;
    } else if (line.length > 4) {
      names.set(group + line.slice(0, 4), line.slice(4));
    }
  }
  // Curves and overlays repeat in groups of even numbers (PS3.5 7.6).
  return (tag) => names.get(tag) ?? names.get(tag.replace(/^(50|60)[0-9A-F]{2}/, "$100")) ?? null;
}

export function rowsOf(file: Attributes, nameOf: NameOf, depth = 0): readonly Row[] {
  const all = file.all();
  const creators = new Map(all.filter(({ tag }) => /^...[13579BDF]00[1-9A-F][0-9A-F]$/.test(tag)).map(({ tag, values }) => [tag.slice(0, 4) + tag.slice(6), values[0] ?? ""]));
  return all.flatMap((attribute) => {
    const { tag, items } = attribute;
    const isPrivate = /^...[13579BDF]/.test(tag);
    const creator = creators.get(tag.slice(0, 6));
    const name = !isPrivate ? (nameOf(tag) ?? "") : tag.slice(4, 6) === "00" ? "Private Creator" : (creator ?? "");
    const row = rowOf(attribute, depth, name, isPrivate);
    const below = depth < DEPTH_MAX ? items.flatMap((item, place) => [headOf(depth + 1, place + 1), ...rowsOf(item, nameOf, depth + 1)]) : [];
    return [row, ...below];
  });
}

function rowOf({ tag, vr, values, items, bytes, isElsewhere }: Attribute, depth: number, name: string, isPrivate: boolean): Row {
  const shown = `(${tag.slice(0, 4)},${tag.slice(4)})`;
  return { depth, tag: shown, item: null, name, vr, value: values.join(VALUES_BY), isPrivate, bytes, isElsewhere, items: vr === "SQ" ? items.length : null };
}

function headOf(depth: number, item: number): Row {
  return { depth, tag: "", item, name: "", vr: "", value: "", isPrivate: false, bytes: null, isElsewhere: false, items: null };
}

/**
 * The rows in which all the words occur (in tag, name, VR or value, whatever their case and accents), with those above
 * them, so that each has its place.
 */
export function matching(rows: readonly Row[], searched: string): readonly Row[] {
  const words = plain(searched).split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) {
    return rows;
  }
  const kept = new Set<number>();
  const above: number[] = [];
  rows.forEach((row, place) => {
    const level = row.depth * 2 - (row.item === null ? 0 : 1);
    above.length = Math.min(above.length, level);
    const text = plain([row.tag, row.tag.replace(/[(),]/g, ""), row.name, row.vr, row.value].join(" "));
    if (row.item === null && words.every((word) => text.includes(word))) {
      [...above, place].forEach((one) => kept.add(one));
    }
    above[level] = place;
  });
  return rows.filter((_, place) => kept.has(place));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
}
