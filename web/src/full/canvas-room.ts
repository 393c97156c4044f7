/** The canvases on which a graphics processor draws frames before they reach the stage. */

/** Above it, powers of two would take too much memory. */
const POWER_MAX = 2048;
/** Larger canvases change in steps, so that a hand that zooms does not change them each time. */
const STEP = 64;

/**
 * Makes a canvas large enough for a drawing. Part of a canvas is enlarged with other edges than a whole one, so both
 * ways of drawing use a part. What was drawn before must not show: a graphics processor counts in parts of the canvas,
 * and rounds alike in all whose sides are powers of two, but not in others.
 */
export function makeRoom(canvas: { width: number; height: number }, width: number, height: number): void {
  const [columns, rows] = [sideFor(width, canvas.width), sideFor(height, canvas.height)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
}

/** Room for so many pixels and one more. A power of two stays, because shrinking costs more than it saves. */
function sideFor(pixels: number, now: number): number {
  const power = powerFrom(pixels + 1);
  if (power > POWER_MAX) {
    return Math.ceil((pixels + 1) / STEP) * STEP;
  }
  return now <= POWER_MAX && now === powerFrom(now) ? Math.max(now, power) : power;
}

/** The smallest power of two that is not below. */
function powerFrom(pixels: number): number {
  return 2 ** (32 - Math.clz32(pixels - 1));
}
