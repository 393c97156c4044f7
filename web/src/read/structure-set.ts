/** Structures of radiotherapy (PS3.3 C.8.8.5, C.8.8.6). */

import type { Attributes } from "./attributes.js";
import { readReferences, type ImageReference } from "./image-reference.js";

export interface Contour {
  /** `CLOSED_PLANAR`, `CLOSEDPLANAR_XOR`, `OPEN_PLANAR`, `OPEN_NONPLANAR`, `POINT`. */
  readonly type: string;
  /** In the patient, in millimetres: x, y, z, x, y, z … */
  readonly numbers: Float64Array;
  readonly images: readonly ImageReference[];
}

export interface Structure {
  readonly number: number;
  readonly name: string;
  /** `GTV`, `ORGAN`, `EXTERNAL` …; null if the file does not tell. */
  readonly interpretation: string | null;
  /** A CSS colour; null if the file does not tell. */
  readonly colour: string | null;
  readonly frameOfReferenceUid: string | null;
  readonly contours: readonly Contour[];
}

export interface StructureSet {
  readonly sopInstanceUid: string;
  readonly label: string;
  readonly date: string | null;
  readonly structures: readonly Structure[];
}

export function readStructureSet(file: Attributes): StructureSet {
  const contours = new Map(file.items("30060039").map((item) => [item.number("30060084"), item]));
  const kinds = new Map(file.items("30060080").map((item) => [item.number("30060084"), item.text("300600A4")]));
  return {
    sopInstanceUid: file.text("00080018") ?? "",
    label: file.text("30060002") ?? file.text("30060004") ?? "",
    date: file.text("30060008"),
    structures: file.items("30060020").map((item) => {
      const number = item.number("30060022") ?? 0;
      const drawn = contours.get(number);
      return {
        number,
        name: item.text("30060026") ?? String(number),
        interpretation: kinds.get(number) ?? null,
        colour: rgb(drawn?.numbers("3006002A") ?? []),
        frameOfReferenceUid: item.text("30060024"),
        contours: drawn?.items("30060040").map(readContour).filter(({ numbers }) => numbers.length > 0) ?? [],
      };
    }),
  };
}

function readContour(item: Attributes): Contour {
  const numbers = item.numbers("30060050");
  return {
    type: item.text("30060042") ?? "",
    numbers: Float64Array.from(numbers.slice(0, numbers.length - (numbers.length % 3))),
    images: readReferences(item.items("30060016")),
  };
}

function rgb([red, green, blue]: readonly number[]): string | null {
  return red === undefined || green === undefined || blue === undefined ? null : `rgb(${red} ${green} ${blue})`;
}
