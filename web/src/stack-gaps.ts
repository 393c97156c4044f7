/** Gaps of a stack. */

/** The position of a slice: its distance along the normal of its stack. */
export interface SlicePlace {
  readonly stack: string;
  readonly mm: number;
}

/** Two frames that are further apart than the slices of their stack usually are. */
export interface Gap {
  /** The first of the two. */
  readonly after: number;
  readonly mm: number;
  readonly usualMm: number;
}

/** With fewer distances, none can be called usual. */
const DISTANCES_MIN = 4;
/** At least this share of the distances must be the usual one. */
const USUAL_SHARE_MIN = 0.75;
/** Distances that differ by a smaller share are the same. */
const SAME_SHARE = 0.1;
/** A gap is larger than the usual distance times this. */
const GAP_SHARE_MIN = 1.5;
const SAME_PLACE_MM = 0.005;

/** Gaps in every evenly spaced stack of the series. */
export function gapsOf(frames: readonly { readonly place: SlicePlace | null }[]): readonly Gap[] {
  const stacks = new Map<string, { after: number; mm: number }[]>();
  frames.forEach(({ place: here }, at) => {
    const next = frames[at + 1]?.place;
    const mm = here === null || next == null || here.stack !== next.stack ? 0 : Math.abs(next.mm - here.mm);
    if (here !== null && mm > SAME_PLACE_MM) {
      const distances = stacks.get(here.stack) ?? [];
      distances.push({ after: at, mm });
      stacks.set(here.stack, distances);
    }
  });
  return [...stacks.values()].flatMap((distances) => {
    const sorted = distances.map(({ mm }) => mm).sort((a, b) => a - b);
    const usualMm = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const alike = sorted.filter((mm) => Math.abs(mm - usualMm) <= usualMm * SAME_SHARE).length;
    return sorted.length < DISTANCES_MIN || alike < sorted.length * USUAL_SHARE_MIN
      ? []
      : distances.filter(({ mm }) => mm > usualMm * GAP_SHARE_MIN).map((gap) => ({ ...gap, usualMm }));
  });
}
