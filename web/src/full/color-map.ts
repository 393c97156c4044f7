/** Colours for grey values. */

export type ColourMap = "grey" | "hot-iron";

/**
 * A map of 256 colours, RGB. In "Hot Iron" (PS3.6 Annex B.1.1) red rises over the first half, green over the second and
 * blue over the last quarter.
 */
export function colourMap(name: ColourMap): Uint8Array {
  const ramp = (place: number, start: number, slope: number) => Math.min(255, Math.max(0, slope * (place - start)));
  const colours = new Uint8Array(256 * 3);
  for (let place = 0; place < 256; place++) {
    const rgb = name === "grey" ? [place, place, place] : [ramp(place, 0, 2), ramp(place, 128, 2), ramp(place, 192, 4)];
    colours.set(rgb, place * 3);
  }
  return colours;
}
