/**
 * How many images a turn of the wheel moves: one per notch. Browsers do not tell what a notch is: 53 to 120 px, a
 * number of lines, or, with trackpads and high-resolution wheels, many small steps.
 */

/** The relevant fields of a wheel event. `wheelDeltaY` is old, not standard, and 120 per notch everywhere. */
export type Turn = Pick<WheelEvent, "deltaY" | "deltaMode" | "timeStamp"> & { readonly wheelDeltaY?: number };

const NOTCH_PX_MIN = 40;
const NOTCH_PX_MAX = 120;
/** A single event larger than this is more than a notch. */
const SEVERAL_PX = 60;
/** Less than this is not a movement yet. */
const FIRST_PX = 4;
/** After a pause of this length the next event begins a new movement. */
const NOTCH_REST_MS = 150;
const SMOOTH_REST_MS = 400;
/** A mouse on a Mac: each notch is one event, a multiple of this that depends on the speed. */
const MAC_PX = 4.000244140625;

export class WheelSteps {
  private sum = 0;
  private sign = 0;
  private done = 0;
  private unit = NOTCH_PX_MAX;
  private isSmooth = false;
  private last = Number.NEGATIVE_INFINITY;

  /** Whole images to go on by; negative goes back. */
  add(turn: Turn): number {
    const { deltaY, deltaMode, timeStamp } = turn;
    const size = Math.abs(deltaY);
    if (size === 0) {
      return 0;
    }
    if (deltaMode === 0 && size % 1 !== 0 && isNearInteger(size / MAC_PX, 1e-6)) {
      return Math.sign(deltaY);
    }
    const rest = timeStamp - this.last;
    const isOther = !this.isSmooth && !isNearInteger(size / this.unit, 0.1);
    if (rest > (this.isSmooth ? SMOOTH_REST_MS : NOTCH_REST_MS) || Math.sign(deltaY) !== this.sign || isOther) {
      this.begin(turn, size);
    }
    this.last = timeStamp;
    this.sum += size;
    // The first image comes with the first movement, the next one a whole notch later.
    const reached = Math.floor((this.sum + (this.isSmooth ? this.unit - FIRST_PX : this.unit / 4)) / this.unit);
    const steps = reached - this.done;
    this.done = reached;
    return steps * this.sign;
  }

  private begin({ deltaY, deltaMode, wheelDeltaY = 0 }: Turn, size: number): void {
    this.sum = this.done = 0;
    this.sign = Math.sign(deltaY);
    this.isSmooth = deltaMode === 0 && size < NOTCH_PX_MIN;
    if (this.isSmooth) {
      // An event of a whole notch says nothing about the steps of a fine wheel.
      const told = Math.abs(wheelDeltaY);
      const px = told > 0 && told < NOTCH_PX_MAX ? (NOTCH_PX_MAX * size) / told : NOTCH_PX_MAX;
      this.unit = Math.min(NOTCH_PX_MAX, Math.max(NOTCH_PX_MIN, px));
    } else {
      this.unit = deltaMode === 0 && size > NOTCH_PX_MAX + 1 ? SEVERAL_PX : size;
    }
  }
}

function isNearInteger(value: number, tolerance: number): boolean {
  return value > 0.5 && Math.abs(value - Math.round(value)) < tolerance;
}
