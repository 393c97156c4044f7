/** What tells a frame from its neighbours: gaps of a stack, and what several images of one place differ in. */

type Json = Readonly<Record<string, unknown>>;

/** A frame as the index describes it. */
interface Described {
  readonly raw: Json;
}

/** Two frames that lie further apart than the slices of their stack usually do. */
export interface Gap {
  /** The first of the two. */
  readonly after: number;
  readonly mm: number;
  readonly usualMm: number;
}

/** With fewer distances nobody can say what is usual. */
const DISTANCES_MIN = 4;
/** So large a share of the distances must be the usual one. */
const USUAL_SHARE_MIN = 0.75;
/** Distances that differ by less are the same. */
const SAME_SHARE = 0.1;
/** A gap is larger than the usual distance times this. */
const GAP_SHARE_MIN = 1.5;
const SAME_PLACE_MM = 0.005;

/** Gaps of every evenly spaced stack of the series. */
export function gapsOf(frames: readonly Described[]): readonly Gap[] {
  const stacks = new Map<string, { after: number; mm: number }[]>();
  frames.forEach(({ raw }, at) => {
    const [here, next] = [placeOf(raw), placeOf(frames[at + 1]?.raw ?? {})];
    const mm = here === null || next === null || here.stack !== next.stack ? 0 : Math.abs(next.mm - here.mm);
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

function placeOf(raw: Json): { stack: string; mm: number } | null {
  const place = object(raw["place"]);
  const mm = raw["slice_position"];
  return place === null || typeof mm !== "number" ? null : { stack: [place["plane"], place["volume"]].join(), mm };
}

/** How the values are written that images of one place may differ in. */
const LABELS: readonly (readonly [string, (value: string) => string])[] = [
  ["b_value", (value) => `b ${value}`],
  ["echo_ms", (value) => `TE ${value} ms`],
  ["inversion_ms", (value) => `TI ${value} ms`],
  ["flip_angle", (value) => `${value}°`],
];

/** What differs within the series of a frame's physics, as doctors write it: "b 1000", "TE 80 ms". */
export function toldApartBy(frames: readonly Described[]): (frame: number) => string {
  const valueOf = ({ raw }: Described, name: string) => object(raw["dimensions"])?.[name];
  const differing = LABELS.filter(([name]) => new Set(frames.map((frame) => valueOf(frame, name))).size > 1);
  return (at) => {
    const frame = frames[at];
    const values = differing.map(([name, label]) => {
      const value = frame === undefined ? undefined : valueOf(frame, name);
      return typeof value === "number" ? label(String(Number(value.toPrecision(6)))) : "";
    });
    return values.filter((value) => value !== "").join(" · ");
  };
}

function object(value: unknown): Json | null {
  return typeof value === "object" && value !== null ? (value as Json) : null;
}
