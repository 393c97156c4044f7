/** What is sent to be saved: key images, images as they were shown, and measurements. Points count from the outer corner of the first pixel. */

export type Pair = readonly [column: number, row: number];

export interface SavedImage {
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  /** From 1; null for an instance of one frame. */
  readonly frame: number | null;
}

export interface SavedValue {
  readonly quantity: Quantity;
  readonly value: number;
  /** As the room writes it; empty for a ratio. */
  readonly unit: string;
}

export type Quantity =
  | "length"
  | "short-axis"
  | "angle"
  | "area"
  | "mean"
  | "standard-deviation"
  | "minimum"
  | "maximum"
  | "ratio"
  | "value"
  | "velocity"
  | "frequency"
  | "time"
  | "slope";

export type MeasurementKind = "length" | "bidirectional" | "angle" | "cobb" | "ellipse" | "rectangle" | "freehand" | "probe" | "cardiothoracic" | "doppler" | "slope";

/** Becomes a group of a structured report (PS3.16 TID 1500). */
export interface SavedMeasurement {
  readonly image: SavedImage;
  readonly kind: MeasurementKind;
  readonly points: readonly Pair[];
  /** Null for the name of its kind. */
  readonly label: string | null;
  readonly values: readonly SavedValue[];
}

export interface SavedGraphic {
  readonly kind: "polyline" | "point";
  readonly points: readonly Pair[];
}

export interface SavedText {
  readonly anchor: Pair;
  readonly text: string;
}

/** Becomes a softcopy presentation state (PS3.3 A.33). */
export interface SavedPresentation {
  readonly image: SavedImage;
  /** In modality values; null as the image says. */
  readonly window: { readonly center: number; readonly width: number } | null;
  /** Dark and light are exchanged, compared with what the image says. */
  readonly isInverted: boolean;
  /** Clockwise, and before it is flipped (PS3.3 C.10.6). */
  readonly rotation: number;
  readonly isFlipped: boolean;
  readonly graphics: readonly SavedGraphic[];
  readonly texts: readonly SavedText[];
}

export interface SavedContent {
  readonly keyImages: readonly SavedImage[];
  readonly presentations: readonly SavedPresentation[];
  readonly measurements: readonly SavedMeasurement[];
}

export interface Author {
  readonly name: string;
  readonly facility: string;
  readonly description: string;
}

/** What is asked for of one save (`shared/marks`), and what a field may hold. */
export const LIMITS = { bytes: 256 * 1024, keyImages: 256, presentations: 128, measurements: 256, nameLength: 64, labelLength: 64 } as const;

/** `id`: a UUID of this content. The same id and content sent twice are one save. */
export function bodyOf(id: string, author: Author, { keyImages, presentations, measurements }: SavedContent): string {
  return JSON.stringify({
    id,
    author: { name: author.name, facility: author.facility },
    ...(author.description === "" ? {} : { description: author.description }),
    key_images: keyImages.map((image) => ({ image: imageJson(image) })),
    presentations: presentations.map(({ image, window, isInverted, rotation, isFlipped, graphics, texts }) => ({
      image: imageJson(image),
      ...(window === null ? {} : { window: { center: window.center, width: window.width } }),
      inverted: isInverted,
      rotation,
      flipped: isFlipped,
      graphics: graphics.map(({ kind, points }) => ({ kind, points })),
      texts: texts.map(({ anchor, text }) => ({ anchor, text })),
    })),
    measurements: measurements.map(({ image, kind, points, label, values }) => ({
      image: imageJson(image),
      kind,
      points,
      ...(label === null ? {} : { label }),
      values: values.map(({ quantity, value, unit }) => ({ quantity, value, unit })),
    })),
  });
}

function imageJson({ seriesInstanceUid, sopInstanceUid, frame }: SavedImage) {
  return { series_instance_uid: seriesInstanceUid, sop_instance_uid: sopInstanceUid, ...(frame === null ? {} : { frame }) };
}
