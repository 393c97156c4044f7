/** Keeps frames in memory up to a limit; the frame farthest from the wanted one goes first. */
export class BoundedFrames<Value> {
  private readonly values = new Map<number, { readonly value: Value; readonly bytes: number }>();
  private bytes = 0;

  constructor(
    private bytesMax: number,
    private readonly release: (value: Value, frame: number) => void = () => undefined,
  ) {}

  get bytesHeld(): number {
    return this.bytes;
  }

  get isFull(): boolean {
    return this.bytes >= this.bytesMax;
  }

  has(frame: number): boolean {
    return this.values.has(frame);
  }

  get(frame: number): Value | undefined {
    return this.values.get(frame)?.value;
  }

  /** Keeps a frame and drops others; the wanted frame always stays. */
  put(frame: number, value: Value, bytes: number, wanted: number): void {
    this.drop(frame);
    this.values.set(frame, { value, bytes });
    this.bytes += bytes;
    this.shrink(wanted);
  }

  /** Changes the limit. */
  limit(bytesMax: number, wanted: number): void {
    this.bytesMax = bytesMax;
    this.shrink(wanted);
  }

  private shrink(wanted: number): void {
    while (this.bytes > this.bytesMax) {
      const farthest = this.farthest(wanted);
      if (farthest === null || farthest === wanted) {
        return;
      }
      this.drop(farthest);
    }
  }

  clear(): void {
    for (const frame of [...this.values.keys()]) {
      this.drop(frame);
    }
  }

  /** The kept frame farthest from the wanted one. */
  farthest(wanted: number): number | null {
    let found: number | null = null;
    for (const frame of this.values.keys()) {
      if (found === null || Math.abs(frame - wanted) > Math.abs(found - wanted)) {
        found = frame;
      }
    }
    return found;
  }

  private drop(frame: number): void {
    const entry = this.values.get(frame);
    if (entry !== undefined) {
      this.values.delete(frame);
      this.bytes -= entry.bytes;
      this.release(entry.value, frame);
    }
  }
}
