/** Does something at once, and again at most so often; the last change is never left out. */

export class Coalescer {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isDue = false;

  constructor(
    private readonly everyMs: number,
    private readonly run: () => void,
  ) {}

  /** Something has changed. */
  touch(): void {
    if (this.timer !== null) {
      this.isDue = true;
      return;
    }
    this.timer = setTimeout(() => this.end(), this.everyMs);
    this.run();
  }

  close(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.isDue = false;
  }

  private end(): void {
    this.timer = null;
    if (this.isDue) {
      this.isDue = false;
      this.touch();
    }
  }
}
