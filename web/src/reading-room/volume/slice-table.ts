/** What the shader must know of each slice that has arrived: where it lies, where it is stored, what its values mean. */

/** A slice in a texture. */
export interface StoredSlice {
  /** Counted in the volume. */
  readonly slice: number;
  /** See `VolumeGeometry.places`. */
  readonly place: number;
  /** Its first texel. */
  readonly at: readonly [x: number, y: number, layer: number];
  /** Modality value = stored value × slope + intercept; each slice of a PET has its own. */
  readonly slope: number;
  readonly intercept: number;
  readonly padding: readonly [number, number] | null;
  readonly isPreview: boolean;
}

/** A texture of four floats per texel: a column for each slice, in the order of their places. */
export interface SliceTable {
  readonly texels: Float32Array<ArrayBuffer>;
  readonly count: number;
  readonly first: number;
  /** The last row of the texture says for each of `count` equal parts of the way which slice lies before it. */
  readonly partsPerPlace: number;
  /**
   * Slope, intercept and padding of all slices, if these are the same, and each lies in the layer of its place: then nothing need be looked
   * up. Null otherwise.
   */
  readonly even: readonly [number, number, number, number] | null;
}

/** Rows: place and texel; slope, intercept, padding; preview or not, joined to the next or not; parts. */
export const TABLE_ROWS = 4;
const CHANNELS = 4;
/** A range without values: nothing is padding. */
const NO_PADDING = [1, 0] as const;

/**
 * Slices that are further apart than `reach` are not joined: between them there is nothing, but for half a distance
 * around each.
 */
export function sliceTable(stored: readonly StoredSlice[], reach: number): SliceTable {
  const sorted = [...stored].sort((a, b) => a.place - b.place);
  const count = sorted.length;
  const texels = new Float32Array(count * TABLE_ROWS * CHANNELS);
  const first = sorted[0]?.place ?? 0;
  const span = (sorted[count - 1]?.place ?? 0) - first;
  const partsPerPlace = span > 0 ? count / span : 0;
  let before = 0;
  sorted.forEach((one, column) => {
    const next = sorted[column + 1];
    const isJoined = next !== undefined && next.slice - one.slice <= reach;
    const [lowest, highest] = one.padding ?? NO_PADDING;
    while (before + 1 < count && (sorted[before + 1]?.place ?? 0) <= first + column / (partsPerPlace || 1)) {
      before += 1;
    }
    const rows = [
      [one.place, ...one.at],
      [one.slope, one.intercept, lowest, highest],
      [Number(one.isPreview), Number(isJoined), 0, 0],
      [before, 0, 0, 0],
    ];
    rows.forEach((row, place) => texels.set(row, CHANNELS * (place * count + column)));
  });
  return { texels, count, first, partsPerPlace, even: evenOf(sorted) };
}

function evenOf(sorted: readonly StoredSlice[]): SliceTable["even"] {
  const [first] = sorted;
  const meaningOf = ({ slope, intercept, padding }: StoredSlice) => [slope, intercept, ...(padding ?? NO_PADDING)] as const;
  if (first === undefined) {
    return null;
  }
  const even = meaningOf(first);
  const isEven = sorted.every((one, place) => {
    const [x, y, layer] = one.at;
    return !one.isPreview && one.place === place && one.slice === place && x === 0 && y === 0 && layer === place && meaningOf(one).every((number, at) => number === even[at]);
  });
  return isEven ? even : null;
}
