/** What the header of a CDA document says about it (CDA R2 4.2): its patient, who wrote and signed it, and when. */

import { make } from "../tools/elements.js";
import type { Words } from "../words.js";
import { moment } from "./lines.js";

export type HeaderWords = Pick<Words, "cdaPatient" | "cdaId" | "cdaBirthDate" | "cdaDate" | "cdaAuthor" | "cdaSigned" | "moment" | "reportWords">;

const NAME_PARTS: readonly string[] = ["prefix", "family", "given", "suffix"];
/** A birth name, and the name somebody is called by, are not part of a person's name. */
const BESIDE = /\b(?:BR|CL|SP|AC)\b/;

export function child(element: Element | null, name: string): Element | null {
  return element === null ? null : ([...element.children].find(({ localName }) => localName === name) ?? null);
}

function children(element: Element | null, name: string): Element[] {
  return element === null ? [] : [...element.children].filter(({ localName }) => localName === name);
}

function at(element: Element | null, ...path: readonly string[]): Element | null {
  return path.reduce<Element | null>(child, element);
}

export function headerElement(root: Element, words: HeaderWords): HTMLElement {
  const lines: (readonly [string, string])[] = [];
  for (const target of children(root, "recordTarget")) {
    const role = child(target, "patientRole");
    const patient = child(role, "patient");
    const ids = children(role, "id").flatMap((id) => id.getAttribute("extension") ?? []);
    lines.push([words.cdaPatient, nameOf(patient)], [words.cdaId, ids.join(", ")], [words.cdaBirthDate, momentOf(child(patient, "birthTime"), words).replace(/^[\d:]+, /, "")]);
  }
  lines.push([words.cdaDate, momentOf(child(root, "effectiveTime"), words)]);
  for (const author of children(root, "author")) {
    const assigned = child(author, "assignedAuthor");
    const name = nameOf(child(assigned, "assignedPerson")) || text(at(assigned, "assignedAuthoringDevice", "softwareName"));
    lines.push([words.cdaAuthor, joined(name, momentOf(child(author, "time"), words))]);
  }
  for (const signer of children(root, "legalAuthenticator")) {
    const name = nameOf(at(signer, "assignedEntity", "assignedPerson"));
    lines.push([words.cdaSigned, name === "" ? "" : joined(name, momentOf(child(signer, "time"), words))]);
  }
  const said = lines.filter(([, value]) => value.trim() !== "");
  return make("div", { class: "cda-header" }, ...said.map(([name, value]) => make("p", { class: "line" }, make("span", { class: "line-name" }, `${name}: `), make("span", {}, value))));
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function text(element: Element | null): string {
  return (element?.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** All names of a person, family name first, as names are said here; as written if the parts are not marked. */
function nameOf(person: Element | null): string {
  return children(person, "name").map(oneName).filter((name) => name !== "").join(" / ");
}

function oneName(name: Element): string {
  const parts = [...name.children].filter((part) => NAME_PARTS.includes(part.localName) && !BESIDE.test(part.getAttribute("qualifier") ?? ""));
  const isTold = parts.some(({ localName }) => localName === "family");
  return isTold ? NAME_PARTS.flatMap((kind) => parts.filter(({ localName }) => localName === kind).map(text)).join(" ").trim() : text(name);
}

function momentOf(element: Element | null, words: HeaderWords): string {
  return moment(isoOf(element?.getAttribute("value") ?? ""), words);
}

/**
 * Converts HL7 `TS`, `YYYYMMDDHHMMSS.UUUU+ZZzz`, to the form of a report's dates, as far as it goes; anything else
 * stays as it is.
 */
export function isoOf(value: string): string {
  const parts = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})?(\d{2})?(?:\.\d+)?)?)?)?(?:([+-]\d{2})(\d{2}))?$/.exec(value.trim());
  if (parts === null) {
    return value.trim();
  }
  const [, year, month, day, hour, minute, second, zoneHour, zoneMinute] = parts;
  const date = [year, month, day].filter((part) => part !== undefined).join("-");
  // A time needs its minute: the hour alone would claim more than is known.
  const time = hour === undefined || minute === undefined ? "" : ` ${[hour, minute, second].filter((part) => part !== undefined).join(":")}`;
  return `${date}${time}${time === "" || zoneHour === undefined ? "" : ` ${zoneHour}:${zoneMinute ?? "00"}`}`;
}
