import { describe, expect, it } from "vitest";
import { frameDetails, type Triple } from "../src/read/frame-details.js";
import { framePlace } from "../src/read/frame-place.js";
import { cornersOf, isRefusal, transform, volumeOf, type SliceFacts, type VolumeGeometry } from "../src/reading-room/volume/geometry.js";
import { Crosshair } from "../src/reading-room/volume/crosshair.js";
import { normalOf, placesTouched, pointAt, rasterOf, rasterPoint, samplingOf, stepped, turned, UPRIGHT, voxelMm, type Slab } from "../src/reading-room/volume/plane.js";
import { sliceTable, type StoredSlice } from "../src/reading-room/volume/slice-table.js";
import { reduce, storageLayout, texelOf } from "../src/reading-room/volume/storage.js";
import { refusalText } from "../src/reading-room/volume/words.js";

const [ROWS, COLUMNS] = [60, 72];
const SPACING = { row_mm: 0.9, column_mm: 0.7, source: "pixel-spacing" };

type Raw = Readonly<Record<string, unknown>>;

/** A slice as the index tells it: upright, at a place along the axis of the patient. */
function slice(z: number, more: Raw = {}): SliceFacts {
  const raw = {
    photometric_interpretation: "MONOCHROME2",
    diagnostic: { offset: 0, length: 1, media_type: "image/jls", samples_per_pixel: 1, bits_per_sample: 16, sample_type: "signed" },
    rescale: { slope: 1, intercept: -1024, unit: "HU" },
    spacing: SPACING,
    position: [-30, -45.5, z],
    orientation: [1, 0, 0, 0, 1, 0],
    frame_of_reference_uid: "1.2",
    place: { plane: 1, slice: 1, volume: 1 },
    ...more,
  };
  return { details: frameDetails({ raw, rows: ROWS, columns: COLUMNS, aspect: 1 }), place: framePlace({ raw }) };
}

function stack(places: readonly number[], more: (place: number) => Raw = () => ({})): readonly SliceFacts[] {
  return places.map((z, place) => slice(z, more(place)));
}

function volume(frames: readonly SliceFacts[], shown = 0): VolumeGeometry {
  const found = volumeOf(frames, shown);
  if (isRefusal(found)) {
    throw new Error(found.reason);
  }
  return found;
}

function close(actual: readonly number[], expected: readonly number[], digits = 9): void {
  actual.forEach((value, place) => expect(value).toBeCloseTo(expected[place] ?? Number.NaN, digits));
}

const EVEN = [0, 2.5, 5, 7.5, 10];

describe("a volume", () => {
  it("places voxels where the header says (numpy: position + column · row direction · 0.7 + row · column direction · 0.9)", () => {
    const { toPatient, toVoxel, places, isEven, tiltDegrees, distanceMm } = volume(stack(EVEN));
    close(transform(toPatient, [3, 7, 2]), [-27.9, -39.2, 5]);
    close(transform(toVoxel, [-27.9, -39.2, 5]), [3, 7, 2]);
    expect([places, isEven, distanceMm.usual]).toEqual([[0, 1, 2, 3, 4], true, 2.5]);
    expect(tiltDegrees).toBeCloseTo(0, 5);
  });

  it("is sheared where the gantry is tilted, and says by how much", () => {
    const tilt = (18 * Math.PI) / 180;
    const orientation = [1, 0, 0, 0, Math.cos(tilt), Math.sin(tilt)];
    const found = volume(stack(EVEN, () => ({ orientation })));
    // numpy: [-30, -45.5, 5] + 3 · 0.7 · [1, 0, 0] + 7 · 0.9 · [0, 0.9510565, 0.3090170]
    close(transform(found.toPatient, [3, 7, 2]), [-27.9, -39.5083440, 6.9468071], 6);
    expect(found.tiltDegrees).toBeCloseTo(18, 6);
    expect(found.distanceMm.usual, "along the normal").toBeCloseTo(2.5 * Math.cos(tilt), 9);
  });

  it("is the same whichever end the series begins with", () => {
    const found = volume(stack([...EVEN].reverse()));
    expect(found.frames).toEqual([4, 3, 2, 1, 0]);
    close(transform(found.toPatient, [0, 0, 4]), [-30, -45.5, 10]);
  });

  it("goes towards the feet if the normal does", () => {
    const found = volume(stack(EVEN, () => ({ orientation: [1, 0, 0, 0, -1, 0] })));
    expect(found.frames).toEqual([4, 3, 2, 1, 0]);
    close(transform(found.toPatient, [0, 10, 1]), [-30, -54.5, 7.5]);
  });

  it("keeps uneven slices where they are", () => {
    const found = volume(stack([0, 2, 5, 7, 10]));
    expect([found.isEven, found.distanceMm.least, found.distanceMm.greatest]).toEqual([false, 2, 3]);
    found.places.forEach((place, at) => close(transform(found.toPatient, [0, 0, place]), [-30, -45.5, [0, 2, 5, 7, 10][at] ?? 0]));
  });

  it("is even if no slice is off by more than a hundredth of a distance, also after hundreds of them", () => {
    const rounded = Array.from({ length: 300 }, (_, place) => Math.round(place * 0.7 * 100) / 100);
    expect(volume(stack(rounded)).isEven).toBe(true);
    const drifting = Array.from({ length: 300 }, (_, place) => place * 0.7 + (place < 150 ? place : 300 - place) * 0.006);
    expect(volume(stack(drifting)).isEven, "each distance is within a hundredth of the others, the sum is not").toBe(false);
  });

  it("is one phase, echo or direction of a series with several", () => {
    const frames = [...stack(EVEN, () => ({ place: { plane: 1, volume: 1 } })), ...stack(EVEN, () => ({ place: { plane: 1, volume: 2 } }))];
    expect(volume(frames, 7).frames).toEqual([5, 6, 7, 8, 9]);
    const beats = stack([0, 0, 2.5, 2.5, 5, 5], (place) => ({ place: { plane: 1, volume: 1, phase: (place % 2) + 1 } }));
    expect(volume(beats, 3).frames).toEqual([1, 3, 5]);
  });

  const turnedAway = { orientation: [0, 1, 0, 0, 0, -1] };
  it.each<readonly [string, readonly SliceFacts[], string, RegExp]>([
    ["of too few slices", stack([0, 1]), "few", /only 2 images .* at least 3/],
    ["of localizers in three directions", [slice(0, { place: { plane: 1 } }), slice(0, { place: { plane: 2 } }), ...stack([1, 2], () => ({ place: { plane: 3 } }))], "few", /only 1 images/],
    ["of slices that are not parallel", stack(EVEN, (place) => (place === 3 ? turnedAway : {})), "turned", /not parallel/],
    ["of slices half a degree apart", stack(EVEN, (place) => (place === 3 ? { orientation: [1, 0, 0, 0, 0.99996, 0.0087265] } : {})), "turned", /not parallel/],
    ["of images at one position", stack([0, 2, 2, 4]), "repeated", /2 images are at the same position/],
    ["with a gap", stack([0, 2, 4, 10, 12]), "gap", /images 3 and 4 are 6\.0 mm apart, usually it is 2\.0 mm/],
    ["of slices beside each other", stack(EVEN, (place) => (place === 2 ? { position: [-20, -45.5, 5] } : {})), "scattered", /one line/],
    ["without positions", stack(EVEN, (place) => (place === 1 ? { position: null } : {})), "unplaced", /do not say where/],
    ["without the size of a pixel", stack(EVEN, () => ({ spacing: null })), "unplaced", /how large a pixel is/],
    ["without directions", stack(EVEN, () => ({ orientation: null })), "unplaced", /do not say where/],
    ["in colour", stack(EVEN, () => ({ diagnostic: { offset: 0, length: 1, samples_per_pixel: 3 } })), "colour", /colour/],
    ["without full quality", stack(EVEN, (place) => (place === 4 ? { diagnostic: null } : {})), "incomplete", /full quality/],
    ["of 32-bit integers", stack(EVEN, () => ({ diagnostic: { offset: 0, length: 1, bits_per_sample: 32 } })), "values", /kind of values/],
    ["with a modality table", stack(EVEN, () => ({ modality_lut: 0 })), "values", /kind of values/],
    ["in two units", stack(EVEN, (place) => (place === 2 ? { rescale: { slope: 1, intercept: 0, unit: "US" } } : {})), "different", /unit/],
    ["of two frames of reference", stack(EVEN, (place) => (place === 2 ? { frame_of_reference_uid: "1.3" } : {})), "different", /frame of reference/],
  ])("is refused %s", (_, frames, reason, sentence) => {
    const found = volumeOf(frames, 0);
    expect(isRefusal(found) ? found.reason : "none").toBe(reason);
    if (isRefusal(found)) {
      expect(refusalText("en", found)).toMatch(sentence);
      expect(refusalText("vi", found)).toMatch(/^Không dựng được mặt cắt: [^{}]+\.$/);
    }
  });

  it("allows one missing slice, and slices as far apart as they are thick", () => {
    expect(volume(stack([0, 2, 4, 8, 10])).isEven).toBe(false);
    const two = (mm: (place: number) => number) => stack([0, 2, 4, 6, 14, 22], (place) => ({ dimensions: { thickness_mm: mm(place) } }));
    expect(volumeOf(two(() => 2), 0)).toMatchObject({ reason: "gap" });
    expect(volume(two((place) => (place < 4 ? 2 : 8))).distanceMm.greatest).toBe(8);
  });

  it("takes a slope for each slice, as PET has", () => {
    const frames = stack(EVEN, (place) => ({ rescale: { slope: 1 + place, intercept: 0, unit: "BQML" } }));
    expect(volume(frames).frames).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("a plane", () => {
  const geometry = volume(stack(EVEN));

  it("along the axes has its pixels where the voxels are", () => {
    const raster = rasterOf(geometry, UPRIGHT.axial, [0, 0, 5]);
    expect([raster.columns, raster.rows, raster.mm]).toEqual([72, 78, 0.7]);
    close(pointAt(raster, 0.5, 0), [-30, -45.95, 5]);
    const { origin, right, down, samples } = samplingOf(geometry, raster, { mode: "mean", mm: 0 });
    close(origin, [0, -0.5 + 0.35 / 0.9, 2]);
    close([...right, ...down], [1, 0, 0, 0, 0.7 / 0.9, 0]);
    expect(samples).toBe(1);
    close(Object.values(rasterPoint(raster, pointAt(raster, 12, 34))), [12, 34]);
  });

  it("looks from the feet, from the front and from the left", () => {
    close(normalOf(UPRIGHT.axial), [0, 0, 1]);
    close(normalOf(UPRIGHT.coronal), [0, 1, 0]);
    close(normalOf(UPRIGHT.sagittal), [-1, 0, 0]);
  });

  it("covers the whole volume, turned as it may be", () => {
    const basis = turned(UPRIGHT.coronal, [0, 0, 1], 0.6);
    const raster = rasterOf(geometry, basis, [0, 0, 5]);
    for (const corner of cornersOf(geometry)) {
      const { x, y } = rasterPoint(raster, corner);
      expect(x >= -1e-6 && x <= raster.columns + 1e-6 && y >= -1e-6 && y <= raster.rows + 1e-6).toBe(true);
    }
  });

  it("goes on by a slice, a column or a row", () => {
    expect(voxelMm(geometry, [0, 0, 1])).toBeCloseTo(2.5, 9);
    expect(voxelMm(geometry, [0, 1, 0])).toBeCloseTo(0.9, 9);
    close(stepped(geometry, UPRIGHT.axial, [0, 0, 5.3], 1), [0, 0, 7.5]);
    close(stepped(geometry, UPRIGHT.axial, [0, 0, 10], 3), [0, 0, 10]);
    close(stepped(geometry, UPRIGHT.coronal, [0, 0, 5], -2), [0, -1.8, 5]);
  });

  it("goes from slice to slice where they are uneven", () => {
    const uneven = volume(stack([0, 2, 5, 7, 10]));
    close(stepped(uneven, UPRIGHT.axial, [0, 0, 2], 1), [0, 0, 5]);
  });

  it("is put together from equal layers of a slab, about a voxel thick", () => {
    const raster = rasterOf(geometry, UPRIGHT.coronal, [0, 0, 5]);
    const { samples, deep } = samplingOf(geometry, raster, { mode: "maximum", mm: 10 });
    expect(samples).toBe(12);
    close(deep, [0, 10 / 12 / 0.9, 0]);
  });

  it("needs the slices that it touches, and no others", () => {
    const touched = (basis: typeof UPRIGHT.axial, mm: number, mode: Slab["mode"] = "mean") => {
      const raster = rasterOf(geometry, basis, [0, 0, 5]);
      return placesTouched(raster, samplingOf(geometry, raster, { mode, mm }), { mode, mm });
    };
    close(touched(UPRIGHT.axial, 0), [2, 2]);
    close(touched(UPRIGHT.axial, 5), [1.5, 2.5]);
    close(touched(UPRIGHT.axial, 5, "maximum"), [1, 3]);
    const [first, last] = touched(UPRIGHT.sagittal, 0);
    expect(first < 0 && last > 4 - 1e-9).toBe(true);
  });
});

describe("the crosshair", () => {
  it("turns the other planes around the line of sight, and keeps each plane's directions perpendicular", () => {
    const crosshair = new Crosshair(volume(stack(EVEN)));
    for (let time = 0; time < 100; time++) {
      crosshair.turn("axial", 0.01);
    }
    close(crosshair.bases.coronal.right, [Math.cos(1), Math.sin(1), 0], 9);
    close(crosshair.bases.coronal.down, [0, 0, -1], 9);
    expect([crosshair.isTurned("axial"), crosshair.isTurned("sagittal")]).toEqual([false, true]);
    crosshair.reset();
    expect(crosshair.isTurned("sagittal")).toBe(false);
  });

  it("stays within the volume", () => {
    const crosshair = new Crosshair(volume(stack(EVEN)));
    crosshair.moveTo([500, 0, -500] as Triple, "coronal");
    close(crosshair.point, [-30 + 71 * 0.7, 0, 0]);
  });

  it("keeps the plane in which it is moved, where the slices lie across it", () => {
    const across = { orientation: [1, 0, 0, 0, 0.8, 0.6] };
    const geometry = volume([0, 1, 2, 3].map((place) => slice(4 * place, { ...across, position: [-30, -45.5, 4 * place] })));
    const crosshair = new Crosshair(geometry);
    const before = crosshair.point;
    crosshair.moveTo([before[0] + 5, before[1], before[2] + 60], "coronal");
    expect(crosshair.point[1]).toBeCloseTo(before[1], 9);
    const voxel = transform(geometry.toVoxel, crosshair.point);
    expect(voxel[2]).toBeCloseTo(3, 9);
    expect(voxel[0]).toBeGreaterThan(36);
  });
});

describe("slices that have arrived", () => {
  const stored = (slice: number, more: Partial<StoredSlice> = {}): StoredSlice => ({ slice, place: slice, at: [0, 0, slice], slope: 1, intercept: 0, padding: null, isPreview: false, ...more });
  const cell = ({ texels, count }: ReturnType<typeof sliceTable>, row: number, column: number) => [...texels.subarray(4 * (row * count + column), 4 * (row * count + column) + 4)];

  it("are described one by one, in the order of their places", () => {
    const table = sliceTable([stored(9, { slope: 2, intercept: -3, padding: [-5, -4] }), stored(1, { at: [64, 0, 7], isPreview: true })], 8);
    expect(cell(table, 0, 0)).toEqual([1, 64, 0, 7]);
    expect(cell(table, 1, 1)).toEqual([2, -3, -5, -4]);
    expect([cell(table, 2, 0), cell(table, 2, 1)]).toEqual([[1, 1, 0, 0], [0, 0, 0, 0]]);
  });

  it("looks nothing up where all slices mean the same and lie in their places", () => {
    const layer = (slice: number, more: Partial<StoredSlice> = {}) => stored(slice, { place: slice, at: [0, 0, slice], slope: 2, intercept: -3, padding: [-5, -4], isPreview: false, ...more });
    expect(sliceTable([layer(1), layer(0)], 1).even).toEqual([2, -3, -5, -4]);
    for (const other of [{ isPreview: true }, { slope: 1 }, { padding: null }, { place: 1.5 }, { at: [64, 0, 1] as const }]) {
      expect(sliceTable([layer(0), layer(1, other)], 1).even, JSON.stringify(other)).toBeNull();
    }
    expect(sliceTable([layer(0), layer(2)], 1).even, "a slice is missing").toBeNull();
  });

  it("are joined within reach only", () => {
    expect(cell(sliceTable([stored(0), stored(8)], 8), 2, 0)[1]).toBe(1);
    expect(cell(sliceTable([stored(0), stored(9)], 8), 2, 0)[1]).toBe(0);
    expect(cell(sliceTable([stored(0), stored(2)], 1), 2, 0)[1], "a slice that cannot be read leaves a hole").toBe(0);
  });

  it("are found by part of the way, however uneven", () => {
    const places = [0, 0.1, 0.2, 5, 10];
    const table = sliceTable(places.map((place, slice) => stored(slice, { place })), 8);
    for (let part = 0; part < table.count; part++) {
      const [before = -1] = cell(table, 3, part);
      const at = table.first + part / table.partsPerPlace;
      expect((places[before] ?? 0) <= at && (places[before + 1] ?? 99) > at, `part ${part}`).toBe(true);
    }
  });
});

describe("the memory of the device", () => {
  const size = { columns: 512, rows: 512, slices: 300, bytesPerSample: 2 };
  const MB = 1024 * 1024;

  it.each<readonly [string, typeof size, number, number, object]>([
    ["holds a CT of 300 slices whole", size, 2048, 512 * MB, { halvings: 0, layers: 300, tilesAcross: 1, bytes: 157_286_400 }],
    ["of a phone holds it at half the resolution", size, 2048, 64 * MB, { halvings: 1, columns: 256, bytes: 39_321_600 }],
    ["holds 2,000 slices at half the resolution", { ...size, slices: 2000 }, 2048, 512 * MB, { halvings: 1, layers: 2000, bytes: 262_144_000 }],
    ["with few layers holds several slices in each", { ...size, slices: 2000 }, 1024, 2048 * MB, { halvings: 0, tilesAcross: 2, tilesDown: 1, layers: 1000 }],
    ["with the fewest layers that there may be, holds what fits side by side", size, 256, 512 * MB, { halvings: 2, columns: 128, tilesAcross: 2, layers: 150 }],
  ])("%s", (_, asked, sideMax, bytesMax, expected) => {
    expect(storageLayout(asked, { sideMax, bytesMax })).toMatchObject(expected);
  });

  it("refuses what does not fit at an eighth", () => {
    expect(storageLayout({ ...size, slices: 20_000 }, { sideMax: 2048, bytesMax: 64 * MB })).toBeNull();
  });

  it("gives each slice a place of its own", () => {
    const layout = storageLayout({ ...size, slices: 2000 }, { sideMax: 1024, bytesMax: 2048 * MB });
    const places = new Set(Array.from({ length: 2000 }, (_, slice) => (layout === null ? "" : texelOf(layout, slice).join())));
    expect(places.size).toBe(2000);
    expect(layout === null ? [] : texelOf(layout, 1999)).toEqual([512, 0, 999]);
  });

  it("keeps the mean of what it puts together, without padding", () => {
    const samples = Int16Array.from([10, 20, -2000, -2000, 30, 41, -2000, 7, 5, 6, 8, 9]);
    const into = new Int16Array(4);
    reduce(samples, { columns: 4, rows: 3 }, 1, [-2000, -2000], into);
    expect([...into]).toEqual([25, 7, 6, 9]);
    reduce(Int16Array.from([-2000, -2000, -2000, -2000]), { columns: 2, rows: 2 }, 1, [-2000, -2000], into);
    expect(into[0]).toBe(-2000);
  });
});
