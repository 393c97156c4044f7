/** What this browser remembers of the room for all studies: the preset of the hands, and which bars are hidden. */

import type { Bindings } from "./bindings/bindings.js";
import { OHIF } from "./bindings/ohif.js";
import { RADIANT } from "./bindings/radiant.js";
import { WEASIS } from "./bindings/weasis.js";

const KEY = "filmless:room";

export const PRESETS: readonly Bindings[] = [RADIANT, WEASIS, OHIF];

export type Bar = "strip" | "toolbar" | "texts";

export function chosenPreset(): Bindings {
  const name = read("hands");
  return PRESETS.find((preset) => preset.name === name) ?? RADIANT;
}

export function choosePreset({ name }: Bindings): void {
  write("hands", name);
}

export function hiddenBars(): ReadonlySet<string> {
  return new Set((read("hidden") ?? "").split(" ").filter((bar) => bar !== ""));
}

export function hideBars(bars: ReadonlySet<string>): void {
  write("hidden", [...bars].join(" "));
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`${KEY}:${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`${KEY}:${name}`, value);
  } catch {
    // Without storage it lasts as long as the page.
  }
}
