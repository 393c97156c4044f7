/** Recommended colours, which DICOM gives as CIELab (PS3.3 C.10.7.1.1); writers count from the white of sRGB, D65. */

/** From XYZ to linear sRGB (IEC 61966-2-1). */
const TO_SRGB = [
  [3.2404542, -1.5371385, -0.4985314],
  [-0.969266, 1.8760108, 0.041556],
  [0.0556434, -0.2040259, 1.0572252],
] as const;
const WHITE = [0.95047, 1, 1.08883] as const;

/** The sRGB colour, in bytes, of three 16-bit numbers; null if there are not three. */
export function srgbOf(encoded: readonly number[]): readonly [number, number, number] | null {
  const [l, a, b] = encoded;
  if (l === undefined || a === undefined || b === undefined) {
    return null;
  }
  const lightness = (l * 100) / 65535;
  const fy = (lightness + 16) / 116;
  const [fx, fz] = [fy + ((a * 255) / 65535 - 128) / 500, fy - ((b * 255) / 65535 - 128) / 200];
  const xyz = [fx, fy, fz].map((f, place) => (WHITE[place] ?? 1) * (f > 6 / 29 ? f ** 3 : (f - 16 / 116) / 7.787));
  const [red = 0, green = 0, blue = 0] = TO_SRGB.map((row) => toByte(row.reduce((sum, factor, place) => sum + factor * (xyz[place] ?? 0), 0)));
  return [red, green, blue];
}

function toByte(linear: number): number {
  const curved = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, curved)));
}

/** `rgb(255 0 0)`; null if there is none. */
export function cssColour(encoded: readonly number[]): string | null {
  const rgb = srgbOf(encoded);
  return rgb === null ? null : `rgb(${rgb.join(" ")})`;
}
