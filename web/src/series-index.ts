/** The index of a series pack: where each frame's picture lies, and what is known about it. */

/** Where a frame's quick picture lies in the pack. */
export interface Preview {
  readonly offset: number;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
}

/** One frame, in the order in which it is shown. */
export interface Frame {
  readonly sopInstanceUid: string;
  readonly preview: Preview;
  /** Time to the next frame of a moving picture; null for still ones. */
  readonly frameTimeMs: number | null;
}

export interface SeriesIndex {
  readonly frames: readonly Frame[];
}

/** The index is not what the renderer writes. */
export class InvalidIndexError extends Error {
  constructor(field: string) {
    super(`the series index lacks a valid ${field}`);
    this.name = "InvalidIndexError";
  }
}

type Json = Record<string, unknown>;

/** Reads the parts that the quick view needs; unknown fields are left alone. */
export function parseIndex(json: unknown): SeriesIndex {
  const index = object(json, "object");
  if (index["version"] !== 1) {
    throw new InvalidIndexError("version");
  }
  const frames = index["frames"];
  if (!Array.isArray(frames)) {
    throw new InvalidIndexError("frames");
  }
  return { frames: frames.map(parseFrame) };
}

function parseFrame(json: unknown): Frame {
  const frame = object(json, "frame");
  const preview = object(frame["preview"], "preview");
  const frameTimeMs = frame["frame_time_ms"];
  return {
    sopInstanceUid: String(frame["sop_instance_uid"]),
    preview: {
      offset: count(preview["offset"], "offset"),
      length: count(preview["length"], "length"),
      width: count(preview["width"], "width"),
      height: count(preview["height"], "height"),
      mediaType: String(preview["media_type"]),
    },
    frameTimeMs: typeof frameTimeMs === "number" && frameTimeMs > 0 ? frameTimeMs : null,
  };
}

function object(value: unknown, field: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidIndexError(field);
  }
  return value as Json;
}

function count(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidIndexError(field);
  }
  return value;
}
