/** The slices that planes are drawn from first. In a pack their quick pictures lie before all others. */

export const THINNED = 8;
/** Fewer make no volume. */
export const SLICES_MIN = 3;

/** Every eighth of the slices of a volume, or every `step`th, and the last. */
export function thinnedOut<Slice>(slices: readonly Slice[], step = THINNED): readonly Slice[] {
  return slices.filter((_, place) => place % step === 0 || place === slices.length - 1);
}
