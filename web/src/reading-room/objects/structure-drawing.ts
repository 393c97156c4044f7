/** Contours of radiotherapy structures, on the slice where they lie. */

import { refersTo } from "../../read/image-reference.js";
import type { Contour, Structure, StructureSet } from "../../read/structure-set.js";
import type { Point } from "../../view-geometry.js";
import { toPlane, type ImageOnPane, type Plane } from "./plane.js";
import { colourAt, labelBeside, type Drawable, type Shape } from "./shapes.js";

export function structureDrawing({ structures }: StructureSet): Drawable {
  const colours = structures.map(({ colour }, place) => colour ?? colourAt(place));
  return {
    parts: structures.map(({ name, interpretation }, place) => ({
      name,
      lines: interpretation === null ? [] : [interpretation],
      colour: colours[place] ?? colourAt(place),
    })),
    shapesOn: (image, part) => {
      const structure = structures[part];
      return structure === undefined ? [] : structureShapes(structure, image, colours[part] ?? colourAt(part));
    },
    siteOf: (part) => {
      const structure = structures[part];
      const middle = structure?.contours[structure.contours.length >> 1];
      const frameOfReferenceUid = structure?.frameOfReferenceUid ?? null;
      return middle === undefined || frameOfReferenceUid === null ? null : { frameOfReferenceUid, point: [...middle.numbers.subarray(0, 3)] };
    },
  };
}

function structureShapes({ name, contours, frameOfReferenceUid }: Structure, image: ImageOnPane, colour: string): readonly Shape[] {
  const { plane } = image;
  if (plane === null || (frameOfReferenceUid !== null && frameOfReferenceUid !== plane.frameOfReferenceUid)) {
    return [];
  }
  const here = contours.filter((contour) => isOn(contour, image, plane, frameOfReferenceUid !== null));
  return here.map((contour, place) => {
    const points = pointsOf(contour, plane);
    const isPoint = contour.type === "POINT" || points.length === 1;
    const shape = { lines: isPoint ? [] : [points], marks: isPoint ? points : [], isFilled: false, colour };
    return { ...shape, isClosed: contour.type.startsWith("CLOSED"), label: place === 0 ? labelBeside(points, name) : null };
  });
}

/** By its place in the patient; without a frame of reference, by the image that it names. */
function isOn({ numbers, images }: Contour, image: ImageOnPane, plane: Plane, isPlaced: boolean): boolean {
  if (!isPlaced && !refersTo(images, image)) {
    return false;
  }
  for (let at = 0; at < numbers.length; at += 3) {
    if (Math.abs(toPlane(plane, numbers.subarray(at, at + 3)).awayMm) > image.reachMm) {
      return false;
    }
  }
  return true;
}

function pointsOf({ numbers }: Contour, plane: Plane): readonly Point[] {
  return Array.from({ length: numbers.length / 3 }, (_, place) => toPlane(plane, numbers.subarray(3 * place, 3 * place + 3)));
}
