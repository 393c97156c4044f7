/** Which side of the patient an edge of the picture is (PS3.3 C.7.6.2.1.1, C.7.6.1.1.1). */

import type { Triple } from "../read/frame-details.js";
import type { Matrix } from "../view-geometry.js";

export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** The axes of the patient: to the left, to the back, to the head. */
const POSITIVE = ["L", "P", "H"];
const NEGATIVE = ["R", "A", "F"];
/** A direction also gets the letter of a second axis if it leans towards it by about 20 degrees or more. */
const SHARE_MIN = 0.34;

/** The letters of a direction, the main one first. */
export function lettersOf(direction: readonly number[]): string {
  return direction
    .map((share, axis) => ({ size: Math.abs(share), letter: (share > 0 ? POSITIVE : NEGATIVE)[axis] ?? "" }))
    .filter(({ size }) => size >= SHARE_MIN)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join("");
}

/** The letters at the edges of the stage, for the current rotation. */
export function edgeLetters(row: Triple, column: Triple, { a, b, c, d }: Matrix): EdgeLetters {
  // The inverse of a rotation is its transpose: the stage's right and bottom, as directions in the picture.
  const along = (x: number, y: number) => row.map((share, axis) => share * x + (column[axis] ?? 0) * y);
  const right = along(a, c);
  const bottom = along(b, d);
  const opposite = (direction: readonly number[]) => lettersOf(direction.map((share) => -share));
  return { left: opposite(right), right: lettersOf(right), top: opposite(bottom), bottom: lettersOf(bottom) };
}

/** The same for named directions, such as `L` and `F` of a chest (PS3.3 C.7.6.1.1.1). */
export function namedEdges(row: string, column: string, { a, b, c, d }: Matrix): EdgeLetters {
  const towards = (x: number, y: number) => (Math.abs(x) >= Math.abs(y) ? named(row, x) : named(column, y));
  const [right, bottom] = [towards(a, c), towards(b, d)];
  return { left: named(right, -1), right, top: named(bottom, -1), bottom };
}

function named(direction: string, sign: number): string {
  const opposite: Readonly<Record<string, string>> = { L: "R", R: "L", P: "A", A: "P", H: "F", F: "H" };
  return sign >= 0 ? direction : [...direction].map((letter) => opposite[letter] ?? "").join("");
}
