/** Frames of a pack as answers of DICOMweb. */

import type { Description } from "../read/metadata.js";
import type { PackedFrame } from "../read/packed-frames.js";

const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const DEFLATED = "application/octet-stream";
/** Samples, decoded. */
export const NATIVE = `${DEFLATED}; transfer-syntax=${EXPLICIT_LITTLE_ENDIAN}`;

/**
 * Whether metadata and a pack are of the same files: the tag of the ones and the name of the other hold their digest. A file that is
 * corrected has other metadata at once, and another pack once its series is rendered again.
 */
export function areOfOne(etag: string | null, packUrl: string): boolean {
  const digest = /^(?:W\/)?"([^"/]+)"$/.exec(etag ?? "")?.[1];
  return digest !== undefined && new URL(packUrl).pathname.endsWith(`/${digest}.pack`);
}

/**
 * Whether the pack's frame decodes to what the metadata say of the instance. Where they differ (samples of a colour image by
 * plane, colours that were converted, negative values in fewer bits than a word), OHIF would draw a wrong picture or wrong
 * values.
 */
export function fits(frame: PackedFrame, said: Description): boolean {
  if (frame.mediaType === "image/jpeg") {
    // Only ever the bytes of the upload.
    return frame.transferSyntaxUid === said.transferSyntaxUid;
  }
  return (
    isHeldAlike(frame, said) &&
    frame.sampleType === (said.isSigned ? "signed" : "unsigned") &&
    frame.samplesPerPixel === said.samplesPerPixel &&
    frame.photometricInterpretation === said.photometricInterpretation &&
    (said.samplesPerPixel === 1 || said.planarConfiguration === 0) &&
    said.highBit === said.bitsStored - 1
  );
}

/** Whether a sample takes as many bytes as the metadata say, and a negative one is negative in all of them. */
function isHeldAlike({ mediaType, bitsPerSample }: PackedFrame, { bitsAllocated, bitsStored, isSigned }: Description): boolean {
  switch (mediaType) {
    case DEFLATED:
      return bitsPerSample === bitsAllocated && (!isSigned || bitsStored === bitsAllocated);
    case "image/jls":
      // The codestream does not say that its samples are signed.
      return isSigned ? bitsPerSample === bitsAllocated : isWithin(bitsPerSample, bitsAllocated) && bitsPerSample >= bitsStored;
    case "image/jphc":
      return isWithin(bitsPerSample, bitsAllocated) && bitsPerSample >= bitsStored;
    default:
      return false;
  }
}

/** Whether samples of so many bits fill the bytes that are allocated for each. */
function isWithin(bits: number, allocated: number): boolean {
  return (allocated === 8 && bits <= 8) || (allocated === 16 && bits > 8 && bits <= 16);
}

/** The answer to a request for one frame: a single part, whose type says how it is coded (PS3.18 8.7.3). */
export function answerOf(frame: PackedFrame, bytes: Uint8Array<ArrayBuffer>): Response {
  if (frame.mediaType !== DEFLATED) {
    return response(bytes, `${frame.mediaType}; transfer-syntax=${frame.transferSyntaxUid}`);
  }
  const samples = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return response(samples, NATIVE);
}

function response(body: BodyInit, contentType: string): Response {
  return new Response(body, { headers: { "Content-Type": contentType, "Cache-Control": "no-store" } });
}
