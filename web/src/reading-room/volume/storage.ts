/** How slices are laid out in a 3D texture that fits the device. */

/** Slices lie side by side within a layer if there are more of them than layers. */
export interface StorageLayout {
  /** How often columns and rows are halved to make it fit. */
  readonly halvings: number;
  /** Of one stored slice. */
  readonly columns: number;
  readonly rows: number;
  readonly tilesAcross: number;
  readonly tilesDown: number;
  readonly layers: number;
  readonly bytes: number;
}

export interface StorageLimits {
  /** MAX_3D_TEXTURE_SIZE: 256 or more, mostly 2,048. */
  readonly sideMax: number;
  readonly bytesMax: number;
}

const HALVINGS_MAX = 3;

/** Null if it does not fit even at an eighth of its resolution. */
export function storageLayout(
  { columns, rows, slices, bytesPerSample }: { readonly columns: number; readonly rows: number; readonly slices: number; readonly bytesPerSample: number },
  { sideMax, bytesMax }: StorageLimits,
  halvingsMin = 0,
): StorageLayout | null {
  for (let halvings = halvingsMin; halvings <= HALVINGS_MAX; halvings++) {
    const [width, height] = [halved(columns, halvings), halved(rows, halvings)];
    const [acrossMax, downMax] = [Math.floor(sideMax / width), Math.floor(sideMax / height)];
    const tiles = Math.ceil(slices / sideMax);
    const tilesAcross = Math.min(acrossMax, tiles);
    const tilesDown = tilesAcross === 0 ? 0 : Math.ceil(tiles / tilesAcross);
    const layers = tilesDown === 0 ? 0 : Math.ceil(slices / (tilesAcross * tilesDown));
    const bytes = width * tilesAcross * height * tilesDown * layers * bytesPerSample;
    if (tilesAcross > 0 && tilesDown <= downMax && layers <= sideMax && bytes <= bytesMax) {
      return { halvings, columns: width, rows: height, tilesAcross, tilesDown, layers, bytes };
    }
  }
  return null;
}

export function halved(side: number, halvings: number): number {
  return Math.ceil(side / 2 ** halvings);
}

/** The first texel of a slice. */
export function texelOf({ columns, rows, tilesAcross, tilesDown }: StorageLayout, slice: number): readonly [number, number, number] {
  const tile = slice % (tilesAcross * tilesDown);
  return [(tile % tilesAcross) * columns, Math.floor(tile / tilesAcross) * rows, Math.floor(slice / (tilesAcross * tilesDown))];
}

/** Words that can be averaged in place of several. */
export type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/**
 * A slice with its columns and rows halved: each sample is the mean of those it stands for, without padding; all
 * padding stays padding. `into` is used again for the next slice.
 */
export function reduce(
  samples: Samples,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  halvings: number,
  padding: readonly [number, number] | null,
  into: Samples,
): void {
  const side = 2 ** halvings;
  const [width, height] = [halved(columns, halvings), halved(rows, halvings)];
  const isWhole = !(into instanceof Float32Array);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let row = y * side; row < Math.min(rows, (y + 1) * side); row++) {
        for (let column = x * side; column < Math.min(columns, (x + 1) * side); column++) {
          const stored = samples[row * columns + column] ?? 0;
          if (padding === null || stored < padding[0] || stored > padding[1]) {
            sum += stored;
            count += 1;
          }
        }
      }
      const mean = count === 0 ? (padding?.[0] ?? 0) : sum / count;
      into[y * width + x] = isWhole ? Math.round(mean) : mean;
    }
  }
}
