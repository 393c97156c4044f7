/** The volumes of a series: which axes tell frames of one slice apart, and which frames belong together. */

import { AXES, type Axis, type FramePlace } from "../../read/frame-axes.js";

/** What the axes do not explain, such as directions of diffusion, is counted. */
export type ShownAxis = Axis | "repeat";

export interface VolumeAxis {
  readonly name: ShownAxis;
  /** Along it, the keys that occur, in their order. */
  readonly keys: readonly string[];
}

export interface Volumes {
  readonly axes: readonly VolumeAxis[];
  /** The keys of a frame, one for each axis; null for a frame that stands alone. */
  keysOf(frame: number): readonly string[] | null;
  /** The frame of the same slice, or of the nearest one, with another key on one axis; null if there is none. */
  along(frame: number, axis: number, key: string): number | null;
  /** The frames of the volume of a frame, in the order of their slices; none for a frame that stands alone. */
  runOf(frame: number): readonly number[];
  /** Place, from 1, and number of the slices of the volume of a frame. */
  sliceOf(frame: number): { readonly at: number; readonly of: number };
}

/** Their values differ a little from slice to slice, so that only their order within the slice counts. */
const BY_RANK: readonly ShownAxis[] = ["phase", "reference", "time"];

type Keys = (readonly string[] | null)[];

/** Null if each slice has one frame. */
export function volumesOf(places: readonly (FramePlace | null)[]): Volumes | null {
  const slices = groups(places, (place) => `${place.plane}/${place.slice}`);
  if (![...slices.values()].some((frames) => frames.length > 1)) {
    return null;
  }
  const keys: Keys = places.map((place) => (place === null ? null : []));
  const names: ShownAxis[] = [];
  for (const name of AXES) {
    const of = keysAlong(places, slices, name);
    if (tellsApart(slices, keys, of)) {
      names.push(name);
      keys.forEach((before, frame) => (keys[frame] = before === null ? null : [...before, of[frame] ?? ""]));
    }
  }
  const repeats = countRepeats(slices, keys);
  if (repeats.some((repeat) => repeat > 1)) {
    names.push("repeat");
    keys.forEach((before, frame) => (keys[frame] = before === null ? null : [...before, String(repeats[frame] ?? 1)]));
  }
  return new KnownVolumes(places, keys, names.map((name, at) => ({ name, keys: sorted(keys.flatMap((key) => key?.[at] ?? [])) })));
}

class KnownVolumes implements Volumes {
  /** By plane and keys: the frames, in the order of their slices. */
  private readonly stacks = new Map<string, number[]>();

  constructor(
    private readonly places: readonly (FramePlace | null)[],
    private readonly keys: Keys,
    readonly axes: readonly VolumeAxis[],
  ) {
    places.forEach((place, frame) => {
      if (place !== null) {
        const stack = this.stackAt(place.plane, keys[frame] ?? []);
        stack.push(frame);
        this.stacks.set(nameOf(place.plane, keys[frame] ?? []), stack);
      }
    });
    this.stacks.forEach((stack) => stack.sort((a, b) => (places[a]?.slice ?? 0) - (places[b]?.slice ?? 0)));
  }

  keysOf(frame: number): readonly string[] | null {
    return this.keys[frame] ?? null;
  }

  along(frame: number, axis: number, key: string): number | null {
    const [place, keys] = [this.places[frame], this.keys[frame]];
    if (place == null || keys == null) {
      return null;
    }
    const wanted = keys.map((old, at) => (at === axis ? key : old));
    const exact = this.nearest(this.stackAt(place.plane, wanted), place.slice);
    // Not every combination occurs: then the other axes give way.
    const others = [...this.stacks.values()].filter(([first = -1]) => this.places[first]?.plane === place.plane && this.keys[first]?.[axis] === key);
    return exact ?? this.nearest(others.flat(), place.slice);
  }

  sliceOf(frame: number): { readonly at: number; readonly of: number } {
    const stack = this.runOf(frame);
    return { at: stack.indexOf(frame) + 1, of: stack.length };
  }

  runOf(frame: number): readonly number[] {
    const place = this.places[frame];
    return place == null ? [] : this.stackAt(place.plane, this.keys[frame] ?? []);
  }

  private stackAt(plane: number, keys: readonly string[]): number[] {
    return this.stacks.get(nameOf(plane, keys)) ?? [];
  }

  private nearest(frames: readonly number[], slice: number): number | null {
    const away = (frame: number) => Math.abs((this.places[frame]?.slice ?? 0) - slice);
    return frames.reduce<number | null>((best, frame) => (best === null || away(frame) < away(best) ? frame : best), null);
  }
}

function nameOf(plane: number, keys: readonly string[]): string {
  return [plane, ...keys].join("|");
}

function groups(places: readonly (FramePlace | null)[], of: (place: FramePlace) => string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  places.forEach((place, frame) => {
    if (place !== null) {
      found.set(of(place), [...(found.get(of(place)) ?? []), frame]);
    }
  });
  return found;
}

function keysAlong(places: readonly (FramePlace | null)[], slices: ReadonlyMap<string, readonly number[]>, name: Axis): readonly string[] {
  const value = (frame: number) => String(places[frame]?.values[name] ?? "");
  const keys = places.map((_, frame) => value(frame));
  if (BY_RANK.includes(name)) {
    for (const frames of slices.values()) {
      const order = sorted(frames.map(value));
      frames.forEach((frame) => (keys[frame] = String(order.indexOf(value(frame)) + 1)));
    }
  }
  return keys;
}

/** Whether an axis distinguishes frames of one slice that those before it do not. */
function tellsApart(slices: ReadonlyMap<string, readonly number[]>, keys: Keys, of: readonly string[]): boolean {
  return [...slices.values()].some((frames) => {
    const seen = new Map<string, string>();
    return frames.some((frame) => {
      const before = (keys[frame] ?? []).join("|");
      const other = seen.get(before);
      seen.set(before, other ?? of[frame] ?? "");
      return other !== undefined && other !== of[frame];
    });
  });
}

/** Which of several frames of one slice with the same keys a frame is, from 1. */
function countRepeats(slices: ReadonlyMap<string, readonly number[]>, keys: Keys): readonly number[] {
  const repeats: number[] = [];
  for (const frames of slices.values()) {
    const seen = new Map<string, number>();
    for (const frame of frames) {
      const key = (keys[frame] ?? []).join("|");
      seen.set(key, (seen.get(key) ?? 0) + 1);
      repeats[frame] = seen.get(key) ?? 1;
    }
  }
  return repeats;
}

function sorted(keys: readonly string[]): readonly string[] {
  const isNumber = keys.every((key) => key === "" || Number.isFinite(Number(key)));
  return [...new Set(keys)].sort((a, b) => (isNumber ? Number(a) - Number(b) : a < b ? -1 : Number(a > b)));
}
