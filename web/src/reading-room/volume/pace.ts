/**
 * When planes are drawn again: once per frame of the screen, but not before the graphics processor is done with the last
 * time, so that no drawings queue up behind each other. What merely arrives leaves it as much time as it takes.
 */

/** More than a frame of the screen, and a hand that moves a plane gets a coarse one. */
const SLOW_MS = 25;
/** A coarse plane has half the resolution, so a quarter of the pixels. */
const COARSE_STEP = 2;

export class Pace {
  /** Pixels of the screen to a pixel of the drawing. */
  step = 1;
  private waiting = 0;
  private isWanted = false;
  private isUrgent = false;
  private fence: WebGLSync | null = null;
  private began = 0;
  private restUntil = 0;
  /** What a drawing that is not coarse takes; not known before the first. */
  private sharpMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly mayBeCoarse: () => boolean,
    private readonly draw: () => void,
  ) {}

  /** Something is to be drawn: at once if a hand did it. */
  soon(isUrgent: boolean): void {
    this.isWanted = true;
    this.isUrgent ||= isUrgent;
    this.waiting ||= requestAnimationFrame((now) => this.tick(now));
  }

  close(): void {
    cancelAnimationFrame(this.waiting);
    this.gl.deleteSync(this.fence);
    this.fence = null;
  }

  private tick(now: number): void {
    const { gl } = this;
    if (!this.isDrawing(now) && this.isWanted && (this.isUrgent || now >= this.restUntil)) {
      this.isWanted = this.isUrgent = false;
      this.step = this.sharpMs > SLOW_MS && this.mayBeCoarse() ? COARSE_STEP : 1;
      this.began = performance.now();
      this.draw();
      this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      gl.flush();
    }
    this.waiting = this.isWanted || this.fence !== null ? requestAnimationFrame((later) => this.tick(later)) : 0;
  }

  private isDrawing(now: number): boolean {
    const { gl, fence } = this;
    if (fence === null) {
      return false;
    }
    if (!gl.isContextLost() && gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) {
      return true;
    }
    gl.deleteSync(fence);
    this.fence = null;
    const tookMs = performance.now() - this.began;
    this.sharpMs = tookMs * this.step ** 2;
    this.restUntil = now + tookMs;
    return false;
  }
}
