/** What a compressed frame says of itself, where decoders believe something else: its transfer syntax, or the metadata. */

import type { Description } from "../read/metadata.js";

/** How far behind the start of an answer its first part may begin, in bytes. */
const HEAD_BYTES_MAX = 4096;
/** Start of a frame of lossless JPEG (ITU-T T.81, table B.1). */
const LOSSLESS = 0xc3;
/** Markers in the range of frames that begin none: DHT, JPG, DAC. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
/** From SOC to Ssiz of the first component (ITU-T T.800, A.5.1). */
const FIRST_COMPONENT = 42;

/**
 * Whether a decoder that goes by transfer syntax and metadata makes other values of this codestream: a JPEG that is lossless where its
 * transfer syntax says lossy, or the reverse; a JPEG 2000 whose samples have another sign than Pixel Representation says.
 */
export function contradicts(answer: Uint8Array, said: Description): boolean {
  const syntax = /^1\.2\.840\.10008\.1\.2\.4\.(\d+)$/.exec(said.transferSyntaxUid)?.[1] ?? "";
  if (["50", "51", "57", "70"].includes(syntax)) {
    const frame = startOfFrame(answer);
    return frame !== null && (frame === LOSSLESS) !== (syntax === "57" || syntax === "70");
  }
  if (["90", "91", "92", "93", "201", "202", "203"].includes(syntax)) {
    const start = find(answer, [0xff, 0x4f, 0xff, 0x51]);
    const depth = start === null ? undefined : answer[start + FIRST_COMPONENT];
    return depth !== undefined && depth > 0x7f !== said.isSigned;
  }
  return false;
}

/** The marker of a JPEG's frame, which tells how it is coded. */
function startOfFrame(bytes: Uint8Array): number | null {
  let place = (find(bytes, [0xff, 0xd8, 0xff]) ?? bytes.length) + 2;
  while (place + 4 <= bytes.length && bytes[place] === 0xff) {
    const marker = bytes[place + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      return marker;
    }
    place += marker === 0xff ? 1 : 2 + ((bytes[place + 2] ?? 0) << 8) + (bytes[place + 3] ?? 0);
  }
  return null;
}

function find(bytes: Uint8Array, signature: readonly number[]): number | null {
  const end = Math.min(bytes.length - signature.length, HEAD_BYTES_MAX);
  for (let place = 0; place <= end; place++) {
    if (signature.every((byte, at) => bytes[place + at] === byte)) {
      return place;
    }
  }
  return null;
}
