/** The outlines of what objects draw (PS3.3 C.10.5.2, C.18.6.1.2, C.18.9.1.2), as lines, in two or three dimensions. */

export type Vector = readonly number[];

export interface Curve {
  readonly lines: readonly (readonly Vector[])[];
  /** Points that stand for themselves. */
  readonly marks: readonly Vector[];
  readonly isClosed: boolean;
}

const NOTHING: Curve = { lines: [], marks: [], isClosed: false };
const ROUND_STEPS = 64;
const SPLINE_STEPS = 8;

/** Nothing for a kind that is not known, or whose points are missing. */
export function curveOf(type: string, points: readonly Vector[]): Curve {
  const [first, second] = points;
  switch (type) {
    case "POINT":
    case "MULTIPOINT":
      return { ...NOTHING, marks: points };
    case "POLYLINE":
    case "POLYGON":
      return points.length < 2 ? NOTHING : { lines: [points], marks: [], isClosed: type === "POLYGON" || isLoop(points) };
    case "INTERPOLATED":
      return points.length < 2 ? NOTHING : { lines: [spline(points)], marks: [], isClosed: isLoop(points) };
    case "CIRCLE":
      return first === undefined || second === undefined ? NOTHING : round(first, radii(first, second));
    case "ELLIPSE":
      return ellipse(points);
    default:
      return NOTHING;
  }
}

function ellipse([left, right, top, bottom]: readonly Vector[]): Curve {
  if (left === undefined || right === undefined || top === undefined || bottom === undefined) {
    return NOTHING;
  }
  const centre = mix(left, right, 0.5);
  return round(centre, [mix(right, left, 0.5, -0.5), mix(bottom, top, 0.5, -0.5)]);
}

/** Two half axes of a circle in the picture. */
function radii([x = 0, y = 0]: Vector, on: Vector): readonly [Vector, Vector] {
  const radius = Math.hypot((on[0] ?? 0) - x, (on[1] ?? 0) - y);
  return [[radius, 0], [0, radius]];
}

function round(centre: Vector, [a, b]: readonly [Vector, Vector]): Curve {
  const line = Array.from({ length: ROUND_STEPS }, (_, step) => {
    const angle = (2 * Math.PI * step) / ROUND_STEPS;
    return centre.map((value, axis) => value + (a[axis] ?? 0) * Math.cos(angle) + (b[axis] ?? 0) * Math.sin(angle));
  });
  return { lines: [line], marks: [], isClosed: true };
}

/** A smooth line through all points (Catmull-Rom). */
function spline(points: readonly Vector[]): readonly Vector[] {
  const at = (place: number) => points[Math.min(points.length - 1, Math.max(0, place))] ?? [];
  const line: Vector[] = [at(0)];
  for (let place = 0; place + 1 < points.length; place++) {
    const [p0, p1, p2, p3] = [at(place - 1), at(place), at(place + 1), at(place + 2)];
    for (let step = 1; step <= SPLINE_STEPS; step++) {
      const t = step / SPLINE_STEPS;
      line.push(
        p1.map((value, axis) => {
          const [before = 0, next = 0, after = 0] = [p0[axis], p2[axis], p3[axis]];
          const bend = (2 * before - 5 * value + 4 * next - after) * t * t + (3 * value - before - 3 * next + after) * t ** 3;
          return value + ((next - before) * t + bend) / 2;
        }),
      );
    }
  }
  return line;
}

function isLoop(points: readonly Vector[]): boolean {
  const [first, last] = [points[0], points[points.length - 1]];
  return points.length > 3 && first !== undefined && first.every((value, axis) => value === last?.[axis]);
}

function mix(a: Vector, b: Vector, partA: number, partB = partA): Vector {
  return a.map((value, axis) => value * partA + (b[axis] ?? 0) * partB);
}
