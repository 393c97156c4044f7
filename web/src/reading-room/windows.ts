/** The windows behind the number keys. */

import type { FrameValues } from "../full/frame-values.js";
import type { Window } from "../read/frame-details.js";
import { presetsOf, type Preset } from "../tools/presets.js";
import type { Words } from "../words.js";

/** In Hounsfield units; the first four as OHIF has them on these keys. */
const CT_KEYS: readonly (readonly [center: number, width: number])[] = [
  [40, 400],
  [-600, 1500],
  [400, 1800],
  [40, 80],
  [50, 350],
  [200, 600],
];

/**
 * What keys 0 to 9 choose: as recorded; the usual windows of a CT, or the windows in the file; then what is left of both, and the whole
 * range.
 */
export function windowsByKey(values: FrameValues | null, modality: string, words: Words): readonly Preset[] {
  const [recorded, ...others] = presetsOf(values, modality, words);
  const isSame = ({ window }: Preset, [center, width]: readonly [number, number]) => window?.center === center && window.width === width;
  const usual = CT_KEYS.flatMap((wanted) => others.filter((preset) => isSame(preset, wanted)).slice(-1));
  const rest = others.filter((preset) => !usual.includes(preset) && !usual.some(({ window }) => isSameWindow(window, preset.window)));
  return [...(recorded === undefined ? [] : [recorded]), ...(modality === "CT" ? [...usual, ...rest] : [...rest, ...usual])];
}

export function isSameWindow(a: Window | null, b: Window | null): boolean {
  return a === b || (a !== null && b !== null && a.center === b.center && a.width === b.width && a.function === b.function);
}
