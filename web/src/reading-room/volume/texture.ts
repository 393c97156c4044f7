/** The slices of a volume in textures of the graphics processor: there is no second copy of them in the page. */

import type { SampleArray } from "../../full/samples.js";
import { texture2d, texture3d, UPLOAD_UNIT, type DrawnVolume, type PlaneGl } from "./plane-gl.js";
import type { SamplerName } from "./shader.js";
import { sliceTable, TABLE_ROWS, type StoredSlice } from "./slice-table.js";
import { reduce, storageLayout, texelOf, type Samples, type StorageLayout, type StorageLimits } from "./storage.js";

/** How samples of one kind are stored. */
interface Format {
  readonly sampler: SamplerName;
  readonly internal: number;
  readonly external: number;
  readonly type: number;
  readonly bytesPerSample: number;
}

type Kind = "uint8" | "uint16" | "int16" | "float32";

/** Null for samples that no texture holds exactly. */
export function kindOf(samples: SampleArray): Kind | null {
  return samples instanceof Uint8Array
    ? "uint8"
    : samples instanceof Uint16Array
      ? "uint16"
      : samples instanceof Int16Array
        ? "int16"
        : samples instanceof Float32Array
          ? "float32"
          : null;
}

function formatOf(gl: WebGL2RenderingContext, kind: Kind): Format {
  switch (kind) {
    case "uint8":
      return { sampler: "usampler3D", internal: gl.R8UI, external: gl.RED_INTEGER, type: gl.UNSIGNED_BYTE, bytesPerSample: 1 };
    case "uint16":
      return { sampler: "usampler3D", internal: gl.R16UI, external: gl.RED_INTEGER, type: gl.UNSIGNED_SHORT, bytesPerSample: 2 };
    case "int16":
      return { sampler: "isampler3D", internal: gl.R16I, external: gl.RED_INTEGER, type: gl.SHORT, bytesPerSample: 2 };
    case "float32":
      return { sampler: "sampler3D", internal: gl.R32F, external: gl.RED, type: gl.FLOAT, bytesPerSample: 4 };
  }
}

/** Columns, rows and slices of a volume. */
export interface VolumeSize {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
}

/** A 3D texture, once it is known what it must hold. */
interface Store {
  readonly texture: WebGLTexture;
  readonly format: Format;
  readonly kind: Kind;
  readonly layout: StorageLayout;
  /** For slices with fewer columns and rows; used again and again. */
  readonly scratch: Samples | null;
}

export class VolumeTextures {
  private whole: Store | null = null;
  private quick: Store | null = null;
  private readonly wholeSlices = new Map<number, StoredSlice>();
  private readonly quickSlices = new Map<number, StoredSlice>();
  private table: { readonly texture: WebGLTexture; readonly reach: number; readonly drawn: Pick<DrawnVolume, "count" | "first" | "partsPerPlace" | "even"> } | null = null;
  private isTableOld = true;

  constructor(
    private readonly context: PlaneGl,
    private readonly size: VolumeSize,
    private readonly bytesMax: number,
    private readonly placeOf: (slice: number) => number,
    /** Of so many slices, one preview is kept. */
    private readonly previewStride = 1,
    /** What is expected, until the first slice in full quality has come. */
    private readonly expected: SamplerName = "sampler3D",
  ) {}

  /** Bytes of all textures. */
  get bytes(): number {
    return (this.whole?.layout.bytes ?? 0) + (this.quick?.layout.bytes ?? 0);
  }

  /** How often columns and rows were halved because the device lacks memory. */
  get halvings(): number {
    return this.whole?.layout.halvings ?? 0;
  }

  isWhole(slice: number): boolean {
    return this.wholeSlices.has(slice);
  }

  hasPreview(slice: number): boolean {
    return this.quickSlices.has(slice);
  }

  get wholeCount(): number {
    return this.wholeSlices.size;
  }

  get hasAny(): boolean {
    return this.wholeSlices.size + this.quickSlices.size > 0;
  }

  /** Stores a slice in full quality; false if the device has no room, or its samples are of another kind. */
  putWhole(slice: number, samples: SampleArray, meaning: Pick<StoredSlice, "slope" | "intercept" | "padding">): boolean {
    const kind = kindOf(samples);
    if (kind === null || this.context.isLost) {
      return false;
    }
    this.whole ??= this.allocate(kind);
    const { whole } = this;
    if (whole === null || whole.kind !== kind) {
      return false;
    }
    const { layout, scratch } = whole;
    if (scratch !== null) {
      reduce(samples as Samples, this.size, layout.halvings, meaning.padding, scratch);
    }
    const at = texelOf(layout, slice);
    this.upload(whole, at, scratch ?? (samples as Samples));
    this.wholeSlices.set(slice, { ...meaning, slice, place: this.placeOf(slice), at, isPreview: false });
    this.isTableOld = true;
    return true;
  }

  /** Stores a quick picture; `slope` and `intercept` lead from its brightness, 0 to 1, to values. */
  putPreview(slice: number, picture: ImageBitmap | HTMLImageElement, meaning: Pick<StoredSlice, "slope" | "intercept">): boolean {
    const { gl } = this.context;
    this.quick ??= this.allocateQuick(picture.width, picture.height);
    const { quick } = this;
    if (quick === null || quick.layout.columns !== picture.width || quick.layout.rows !== picture.height || this.context.isLost) {
      return false;
    }
    const at = texelOf(quick.layout, Math.floor(slice / this.previewStride));
    this.bind(quick);
    gl.texSubImage3D(gl.TEXTURE_3D, 0, ...at, picture.width, picture.height, 1, gl.RED, gl.UNSIGNED_BYTE, picture);
    this.quickSlices.set(slice, { ...meaning, slice, place: this.placeOf(slice), at, padding: null, isPreview: true });
    this.isTableOld = true;
    return true;
  }

  /** What there is to draw; slices further apart than `reach` are not joined. Null while there is nothing. */
  drawn(reach: number): DrawnVolume | null {
    if (!this.hasAny || this.context.isLost) {
      return null;
    }
    if (this.isTableOld || this.table?.reach !== reach) {
      this.writeTable(reach);
    }
    const { table, whole, quick } = this;
    if (table === null) {
      return null;
    }
    const { columns, rows } = this.size;
    const sizeOf = (store: Store | null) => [store?.layout.columns ?? 1, store?.layout.rows ?? 1] as const;
    const [quickColumns, quickRows] = sizeOf(quick);
    const scale = 1 / 2 ** this.halvings;
    return {
      ...table.drawn,
      sampler: whole?.format.sampler ?? this.expected,
      whole: whole?.texture ?? null,
      quick: quick?.texture ?? null,
      slices: table.texture,
      size: [columns, rows],
      wholeSize: sizeOf(whole),
      wholeScale: [scale, scale],
      quickSize: [quickColumns, quickRows],
      quickScale: [quickColumns / columns, quickRows / rows],
    };
  }

  /** Once everything is there in full quality, previews only take memory. */
  dropPreviews(): void {
    this.context.gl.deleteTexture(this.quick?.texture ?? null);
    this.quick = null;
    this.quickSlices.clear();
    this.isTableOld = true;
  }

  /** The context has lost all textures. */
  forget(): void {
    this.whole = this.quick = this.table = null;
    this.wholeSlices.clear();
    this.quickSlices.clear();
    this.isTableOld = true;
  }

  close(): void {
    const { gl } = this.context;
    for (const texture of [this.whole?.texture, this.quick?.texture, this.table?.texture]) {
      gl.deleteTexture(texture ?? null);
    }
    this.forget();
  }

  private writeTable(reach: number): void {
    const { gl } = this.context;
    const previews = [...this.quickSlices.values()].filter(({ slice }) => !this.wholeSlices.has(slice));
    const { texels, ...drawn } = sliceTable([...this.wholeSlices.values(), ...previews], reach);
    const texture = this.table?.texture ?? texture2d(gl);
    gl.activeTexture(gl.TEXTURE0 + UPLOAD_UNIT);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, drawn.count, TABLE_ROWS, 0, gl.RGBA, gl.FLOAT, texels);
    this.table = { texture, reach, drawn };
    this.isTableOld = false;
  }

  private upload(store: Store, at: readonly [number, number, number], samples: Samples): void {
    const { gl } = this.context;
    const { layout, format } = store;
    this.bind(store);
    gl.texSubImage3D(gl.TEXTURE_3D, 0, ...at, layout.columns, layout.rows, 1, format.external, format.type, samples);
  }

  private bind({ texture }: Store): void {
    const { gl } = this.context;
    gl.activeTexture(gl.TEXTURE0 + UPLOAD_UNIT);
    gl.bindTexture(gl.TEXTURE_3D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  private get limits(): StorageLimits {
    const { gl } = this.context;
    return { sideMax: gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number, bytesMax: this.bytesMax };
  }

  /** Halves columns and rows until the device has memory for it. */
  private allocate(kind: Kind): Store | null {
    const { gl } = this.context;
    const format = formatOf(gl, kind);
    for (let halvings = 0; ; halvings++) {
      const layout = storageLayout({ ...this.size, bytesPerSample: format.bytesPerSample }, this.limits, halvings);
      if (layout === null) {
        return null;
      }
      halvings = layout.halvings;
      const texture = allocated(gl, format, layout);
      if (texture !== null) {
        const { columns, rows } = layout;
        return { texture, format, kind, layout, scratch: halvings === 0 ? null : samplesFor(kind, columns * rows) };
      }
    }
  }

  private allocateQuick(columns: number, rows: number): Store | null {
    const { gl } = this.context;
    const format: Format = { sampler: "sampler3D", internal: gl.R8, external: gl.RED, type: gl.UNSIGNED_BYTE, bytesPerSample: 1 };
    const layout = storageLayout({ columns, rows, slices: Math.ceil(this.size.slices / this.previewStride), bytesPerSample: 1 }, { ...this.limits, bytesMax: Number.POSITIVE_INFINITY });
    const texture = layout === null || layout.halvings > 0 ? null : allocated(gl, format, layout);
    return texture === null || layout === null ? null : { texture, format, kind: "uint8", layout, scratch: null };
  }
}

function samplesFor(kind: Kind, length: number): Samples {
  switch (kind) {
    case "uint8":
      return new Uint8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "int16":
      return new Int16Array(length);
    case "float32":
      return new Float32Array(length);
  }
}

/** Null if there is no memory for it. */
function allocated(gl: WebGL2RenderingContext, { internal }: Format, layout: StorageLayout): WebGLTexture | null {
  while (gl.getError() !== gl.NO_ERROR && !gl.isContextLost()) {
    // Errors of others would be taken for ours.
  }
  const { columns, rows, tilesAcross, tilesDown, layers } = layout;
  const texture = texture3d(gl, internal, columns * tilesAcross, rows * tilesDown, layers);
  if (gl.getError() !== gl.NO_ERROR) {
    gl.deleteTexture(texture);
    return null;
  }
  return texture;
}
