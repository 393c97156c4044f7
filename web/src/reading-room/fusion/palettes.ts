/** Colour tables for values from 0 to 255: those of PS3.6 annex B.1, by the points where they bend. */

export type PaletteName = "hot-iron" | "pet" | "hot-metal-blue" | "rainbow";

type Bends = readonly (readonly [place: number, value: number])[];

const BENDS: Readonly<Record<PaletteName, readonly [red: Bends, green: Bends, blue: Bends]>> = {
  "hot-iron": [
    [[0, 0], [127, 254], [128, 255], [255, 255]],
    [[0, 0], [128, 0], [254, 252], [255, 255]],
    [[0, 0], [191, 0], [254, 252], [255, 255]],
  ],
  pet: [
    [[0, 0], [63, 0], [64, 1], [106, 85], [149, 170], [192, 255], [255, 255]],
    [[0, 0], [31, 62], [63, 128], [95, 64], [128, 0], [254, 252], [255, 255]],
    [[0, 0], [128, 255], [192, 0], [254, 250], [255, 255]],
  ],
  "hot-metal-blue": [
    [[0, 0], [85, 0], [119, 90], [153, 190], [170, 255], [255, 255]],
    [[0, 0], [119, 0], [182, 119], [255, 255]],
    [[0, 0], [102, 200], [119, 150], [136, 50], [153, 0], [170, 0], [240, 206], [255, 255]],
  ],
  rainbow: [
    [[0, 0], [127, 0], [191, 255], [255, 255]],
    [[0, 0], [63, 255], [191, 255], [255, 0]],
    [[0, 255], [63, 255], [127, 0], [255, 0]],
  ],
};

export const PALETTES = Object.keys(BENDS) as readonly PaletteName[];

/** 256 colours, RGB. */
export function palette(name: PaletteName): Uint8Array {
  const colours = new Uint8Array(3 * 256);
  BENDS[name].forEach((bends, channel) => {
    for (let place = 0; place < 256; place++) {
      colours[3 * place + channel] = Math.round(between(bends, place));
    }
  });
  return colours;
}

function between(bends: Bends, place: number): number {
  const next = Math.max(1, bends.findIndex(([at]) => at >= place));
  const [from, to] = [bends[next - 1] ?? [0, 0], bends[next] ?? [255, 255]];
  return from[1] + ((place - from[0]) * (to[1] - from[1])) / (to[0] - from[0] || 1);
}
