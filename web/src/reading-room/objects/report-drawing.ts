/** Measurements of a structured report, at their place. */

import { refersTo } from "../../read/image-reference.js";
import type { MeasurementGroup, MeasurementReport, Region } from "../../read/measurement-report.js";
import type { Language } from "../../tools/language.js";
import { conceptText } from "./concepts.js";
import { curveOf, type Curve } from "./curves.js";
import { toPlane, type ImageOnPane, type Plane } from "./plane.js";
import { colourAt, shapeOf, type Drawable, type Shape, type Site } from "./shapes.js";

export function reportDrawing(report: MeasurementReport, language: Language): Drawable {
  const groups = report.groups.map((group) => inWords(group, language));
  return {
    parts: groups.map(({ name, values }, place) => ({ name, lines: values.map((one) => `${one.name}: ${one.value}`), colour: colourAt(place) })),
    shapesOn: (image, part) => {
      const group = groups[part];
      return group === undefined ? [] : groupShapes(group, image, colourAt(part));
    },
    siteOf: (part) => siteOf(groups[part]?.regions ?? []),
  };
}

function inWords({ name, values, regions }: MeasurementGroup, language: Language): MeasurementGroup {
  return { name: conceptText(name, language), values: values.map((one) => ({ ...one, name: conceptText(one.name, language) })), regions };
}

function groupShapes({ name, values, regions }: MeasurementGroup, image: ImageOnPane, colour: string): readonly Shape[] {
  const text = [name, ...values.map((one) => `${one.name}: ${one.value}`)].filter((line) => line !== "").join("\n");
  const curves = regions.map((region) => curveOn(region, image)).filter((curve) => curve !== null);
  // The words stand once, at the first region.
  return curves.map((curve, place) => shapeOf(curve, colour, place === 0 ? text : null));
}

function curveOn(region: Region, image: ImageOnPane): Curve | null {
  const { type, points, images, frameOfReferenceUid } = region;
  if (frameOfReferenceUid === null) {
    return refersTo(images, image) ? curveOf(type, points) : null;
  }
  const { plane } = image;
  return plane === null || plane.frameOfReferenceUid !== frameOfReferenceUid ? null : curveInPatient(type, points, plane, image.reachMm);
}

/** What lies on the slice: points one by one, lines if all of them lies there. */
function curveInPatient(type: string, points: readonly (readonly number[])[], plane: Plane, reachMm: number): Curve | null {
  const { lines, marks, isClosed } = curveOf(type, points);
  const on = (vector: readonly number[]) => toPlane(plane, vector);
  const isHere = (vector: readonly number[]) => Math.abs(on(vector).awayMm) <= reachMm;
  const flat = (vector: readonly number[]) => [on(vector).x, on(vector).y];
  const shown = {
    lines: lines.filter((line) => line.every(isHere)).map((line) => line.map(flat)),
    marks: marks.filter(isHere).map(flat),
    isClosed,
  };
  return shown.lines.length + shown.marks.length === 0 ? null : shown;
}

function siteOf(regions: readonly Region[]): Site | null {
  const [region] = regions;
  const [image] = region?.images ?? [];
  const [point] = region?.points ?? [];
  if (region?.frameOfReferenceUid != null && point !== undefined) {
    return { frameOfReferenceUid: region.frameOfReferenceUid, point };
  }
  return image === undefined ? null : { sopInstanceUid: image.sopInstanceUid, frame: image.frames[0] ?? null };
}
