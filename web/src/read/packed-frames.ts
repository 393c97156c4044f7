/** The frames of a pack that are there bit for bit, and how each is coded. */

import { object, positive, text } from "./json.js";
import type { SeriesIndex, Span } from "./series-index.js";

export interface PackedFrame extends Span {
  readonly sopInstanceUid: string;
  /** From 1. */
  readonly number: number;
  readonly mediaType: string;
  readonly transferSyntaxUid: string;
  /** Of the decoded samples. */
  readonly photometricInterpretation: string;
  readonly samplesPerPixel: number;
  readonly bitsPerSample: number;
  /** `unsigned`, `signed` or `float`. */
  readonly sampleType: string;
}

/** Those of instances with missing parts are not given: the pack has black there, and no software says that it is not the image's. */
export function readPackedFrames({ frames, notes }: SeriesIndex): readonly PackedFrame[] {
  const cut = new Set(notes.map((note) => note.sopInstanceUid));
  return frames.flatMap(({ sopInstanceUid, number, full, raw }) => {
    const diagnostic = object(object(raw)?.["diagnostic"]);
    if (full === null || number === null || diagnostic === null || cut.has(sopInstanceUid)) {
      return [];
    }
    return [
      {
        ...full,
        sopInstanceUid,
        number,
        transferSyntaxUid: text(diagnostic["transfer_syntax_uid"]) ?? "",
        photometricInterpretation: text(diagnostic["photometric_interpretation"]) ?? "",
        samplesPerPixel: positive(diagnostic["samples_per_pixel"]) ?? 0,
        bitsPerSample: positive(diagnostic["bits_per_sample"]) ?? 0,
        sampleType: text(diagnostic["sample_type"]) ?? "",
      },
    ];
  });
}
