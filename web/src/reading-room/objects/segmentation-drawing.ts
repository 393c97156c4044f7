/** Segments as outlines, on the slices where they lie. */

import { vec3 } from "gl-matrix";
import { refersTo } from "../../read/image-reference.js";
import type { Segmentation, SegmentFrame } from "../../read/segmentation.js";
import { apply, type Matrix, type Point } from "../../view-geometry.js";
import { outlinesOf } from "./mask-outline.js";
import { planeOf, toPatient, toPlane, type ImageOnPane, type Plane } from "./plane.js";
import { colourAt, labelBeside, type Drawable, type Shape } from "./shapes.js";

/** The values of one frame of a segmentation, one per pixel; null until they arrive, or if they are not there. */
export type FrameBits = (frame: number) => SegmentValues | null;
export type SegmentValues = Uint8Array | Uint16Array;

const PARALLEL_MIN = 0.999;

export function segmentationDrawing(segmentation: Segmentation, bits: FrameBits): Drawable {
  const { segments } = segmentation;
  const colours = segments.map(({ colour }, place) => colour ?? colourAt(place));
  const outlines = new Map<string, readonly (readonly Point[])[]>();
  const outlineOf = (frame: SegmentFrame, segment: number) => {
    const key = `${frame.number}/${segment}`;
    const found = outlines.get(key) ?? frameOutlines(segmentation, frame, segment, bits);
    if (found !== null) {
      outlines.set(key, found);
    }
    return found ?? [];
  };
  return {
    parts: segments.map(({ name, category, algorithm }, place) => ({
      name,
      lines: [category, algorithm].filter((line): line is string => line !== null && line !== name),
      colour: colours[place] ?? colourAt(place),
    })),
    shapesOn: (image, part) => {
      const segment = segments[part];
      if (segment === undefined) {
        return [];
      }
      const frames = segmentation.frames.filter((frame) => frame.segment === segment.number || frame.segment === null);
      const lines = frames.flatMap((frame) => {
        const matrix = toImage(segmentation, frame, image);
        return matrix === null ? [] : outlineOf(frame, segment.number).map((line) => line.map((point) => apply(matrix, point)));
      });
      const shape: Shape = { lines, marks: [], isClosed: true, isFilled: false, colour: colours[part] ?? colourAt(part), label: labelBeside(lines.flat(), segment.name) };
      return lines.length === 0 ? [] : [shape];
    },
    siteOf: (part) => {
      const frames = segmentation.frames.filter(({ segment }) => segment === segments[part]?.number);
      const { position = null, images = [] } = frames[frames.length >> 1] ?? {};
      const [image] = images;
      if (position !== null && segmentation.frameOfReferenceUid !== null) {
        return { frameOfReferenceUid: segmentation.frameOfReferenceUid, point: position };
      }
      return image === undefined ? null : { sopInstanceUid: image.sopInstanceUid, frame: image.frames[0] ?? null };
    },
  };
}

/** At least half of a fractional value is inside. */
function frameOutlines({ type, columns, rows, fractionMax }: Segmentation, frame: SegmentFrame, segment: number, bits: FrameBits): readonly (readonly Point[])[] | null {
  const values = bits(frame.number);
  if (values === null || values.length < columns * rows) {
    return null;
  }
  const isInside = type === "LABELMAP" ? (value: number) => value === segment : type === "FRACTIONAL" ? (value: number) => 2 * value >= fractionMax : (value: number) => value !== 0;
  return outlinesOf((column, row) => isInside(values[row * columns + column] ?? 0), columns, rows);
}

/** From pixels of a frame to those of an image; null where the frame does not lie on it. */
function toImage(segmentation: Segmentation, frame: SegmentFrame, image: ImageOnPane): Matrix | null {
  const own = planeOfFrame(segmentation, frame);
  if (own !== null && image.plane !== null && own.frameOfReferenceUid === image.plane.frameOfReferenceUid) {
    return between(own, image.plane, image.reachMm);
  }
  const isSame = segmentation.columns === image.columns && segmentation.rows === image.rows;
  // On an image without a place in the patient, a segmentation is as large as that image.
  return own === null && isSame && refersTo(frame.images, image) ? { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 } : null;
}

function planeOfFrame({ frameOfReferenceUid }: Segmentation, { position, row, column, spacing }: SegmentFrame): Plane | null {
  const size = spacing === null ? null : { rowMm: spacing[0], columnMm: spacing[1], source: "pixel-spacing" };
  return planeOf({ position, rowDirection: row, columnDirection: column, spacing: size, frameOfReferenceUid });
}

function between(from: Plane, to: Plane, reachMm: number): Matrix | null {
  if (Math.abs(vec3.dot(from.normal, to.normal)) < PARALLEL_MIN) {
    return null;
  }
  const [origin, right, down] = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 1 }].map((point) => toPlane(to, toPatient(from, point)));
  if (origin === undefined || right === undefined || down === undefined || Math.abs(origin.awayMm) > reachMm) {
    return null;
  }
  return { a: right.x - origin.x, b: right.y - origin.y, c: down.x - origin.x, d: down.y - origin.y, e: origin.x, f: origin.y };
}
