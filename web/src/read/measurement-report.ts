/** What a structured report says of places in images: measurements of TID 1500 and others with coordinates (PS3.3 C.18). */

import type { Attributes } from "./attributes.js";
import { readReferences, readSeriesReferences, type ImageReference } from "./image-reference.js";
import { observerOf } from "./observer.js";

/** A region or point: in the pixels of images, or in the patient. */
export interface Region {
  /** `POINT`, `MULTIPOINT`, `POLYLINE`, `CIRCLE`, `ELLIPSE`; in the patient also `POLYGON` and `ELLIPSOID`. */
  readonly type: string;
  /** Two numbers each (column, row, from the outer corner of the first pixel), or three (millimetres). */
  readonly points: readonly (readonly number[])[];
  /** For pixels. */
  readonly images: readonly ImageReference[];
  /** For millimetres. */
  readonly frameOfReferenceUid: string | null;
}

export interface Value {
  readonly name: string;
  readonly value: string;
}

/** What was measured in one place. */
export interface MeasurementGroup {
  readonly name: string;
  readonly values: readonly Value[];
  readonly regions: readonly Region[];
}

export interface MeasurementReport {
  readonly sopInstanceUid: string;
  readonly title: string;
  readonly creator: string | null;
  readonly date: string | null;
  readonly groups: readonly MeasurementGroup[];
  /** The series of each image, as far as the report tells. */
  readonly seriesOf: ReadonlyMap<string, string>;
}

/** Codes of DCM (PS3.16 annex D). */
const CODE = { group: "125007", tracking: "112039", finding: "121071", site: "363698007", siteSrt: "G-C0E3" };
const CONTENT = "0040A730";
const DEPTH_MAX = 32;

export function readMeasurementReport(file: Attributes): MeasurementReport {
  const evidence = [...file.items("0040A375"), ...file.items("0040A385")].flatMap((study) => study.items("00081115"));
  const groups: MeasurementGroup[] = [];
  gather(file, groups, 0);
  return {
    sopInstanceUid: file.text("00080018") ?? "",
    title: meaning(file, "0040A043") ?? file.text("0008103E") ?? "",
    creator: observerOf(file),
    date: file.text("00080023"),
    groups,
    seriesOf: readSeriesReferences(evidence, "00081199"),
  };
}

/** A measurement group is one; outside of them, whatever directly contains coordinates. */
function gather(item: Attributes, groups: MeasurementGroup[], depth: number): void {
  const children = item.items(CONTENT);
  const isGroup = code(item) === CODE.group;
  const isPlace = children.some(hasCoordinates);
  if (isGroup || isPlace) {
    const regions = distinct(regionsBelow(item, depth));
    if (regions.length > 0) {
      groups.push({ name: nameOf(item, isGroup), values: valuesOf(item, isGroup), regions });
    }
  }
  if (!isGroup && depth < DEPTH_MAX) {
    children.filter((child) => !isPlace || !hasCoordinates(child)).forEach((child) => gather(child, groups, depth + 1));
  }
}

/** Several values of one place name it each. */
function distinct(regions: readonly Region[]): readonly Region[] {
  return [...new Map(regions.map((region) => [JSON.stringify(region), region])).values()];
}

function regionsBelow(item: Attributes, depth: number): readonly Region[] {
  return item.items(CONTENT).flatMap((child) => {
    const region = hasCoordinates(child) ? readRegion(child) : null;
    return [...(region === null ? [] : [region]), ...(depth < DEPTH_MAX ? regionsBelow(child, depth + 1) : [])];
  });
}

function hasCoordinates(item: Attributes): boolean {
  return ["SCOORD", "SCOORD3D"].includes(item.text("0040A040") ?? "");
}

function readRegion(item: Attributes): Region | null {
  const isPatient = item.text("0040A040") === "SCOORD3D";
  const size = isPatient ? 3 : 2;
  const numbers = item.numbers("00700022");
  const points = Array.from({ length: Math.floor(numbers.length / size) }, (_, place) => numbers.slice(place * size, (place + 1) * size));
  const images = item.items(CONTENT).flatMap((image) => readReferences(image.items("00081199")));
  const frameOfReferenceUid = isPatient ? item.text("30060024") : null;
  const hasPlace = isPatient ? frameOfReferenceUid !== null : images.length > 0;
  return points.length === 0 || !hasPlace ? null : { type: item.text("00700023") ?? "", points, images, frameOfReferenceUid };
}

function nameOf(item: Attributes, isGroup: boolean): string {
  const children = isGroup ? item.items(CONTENT) : [];
  const tracked = children.find((child) => code(child) === CODE.tracking)?.text("0040A160");
  const found = [CODE.finding, CODE.site, CODE.siteSrt].map((wanted) => children.find((child) => code(child) === wanted));
  const words = [tracked, ...found.map((child) => (child === undefined ? null : meaning(child, "0040A168")))];
  const said = words.filter((word) => word != null && word !== "");
  return said.length > 0 ? said.join(" · ") : (meaning(item, "0040A043") ?? "");
}

/** The numbers of a group and, outside of groups, the one that the coordinates explain. */
function valuesOf(item: Attributes, isGroup: boolean): readonly Value[] {
  const numbers = isGroup ? item.items(CONTENT) : [item];
  return numbers.flatMap((child) => {
    const measured = child.text("0040A040") === "NUM" ? child.item("0040A300") : null;
    const number = measured?.text("0040A30A");
    const unit = measured?.item("004008EA")?.text("00080100") ?? "";
    return number == null ? [] : [{ name: modified(child), value: `${number} ${unitOf(unit)}`.trim() }];
  });
}

/** "Diameter" with what modifies it, such as "Mean". */
function modified(item: Attributes): string {
  const modifiers = item.items(CONTENT).filter((child) => child.text("0040A010") === "HAS CONCEPT MOD").map((child) => meaning(child, "0040A168"));
  return [meaning(item, "0040A043"), ...modifiers].filter((word) => word !== null).join(", ");
}

/** Units of UCUM, as people write them. */
function unitOf(code: string): string {
  const written: Readonly<Record<string, string>> = { "1": "", mm2: "mm²", cm2: "cm²", mm3: "mm³", cm3: "cm³", "[hnsf'U]": "HU", deg: "°", "{SUVbw}g/ml": "g/ml SUVbw", "{counts}": "" };
  return written[code] ?? code.replace(/[{}]/g, "");
}

function code(item: Attributes): string | null {
  return item.item("0040A043")?.text("00080100") ?? null;
}

function meaning(item: Attributes, tag: string): string | null {
  return item.item(tag)?.text("00080104") ?? null;
}
