/** Workers that decode, started when the first frame needs them. */

import { decode, type DecodeTask } from "./decode.js";
import type { WorkerAnswer } from "./decode-worker.js";
import type { Decoded } from "./samples.js";

const WORKERS_MAX = 2;

interface Waiting {
  readonly task: DecodeTask;
  resolve(decoded: Decoded | null): void;
}

export class DecoderPool {
  private readonly workers: Worker[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private isWithoutWorkers = typeof Worker === "undefined";
  private next = 0;

  /** The samples of a frame; null when it cannot be decoded here. */
  decode(task: DecodeTask): Promise<Decoded | null> {
    if (this.isWithoutWorkers) {
      return onPage(task);
    }
    return new Promise((resolve) => {
      const id = this.next++;
      this.waiting.set(id, { task, resolve });
      // The page keeps the bytes: they are small, and the page may have to decode them itself.
      this.worker(id)?.postMessage({ id, task });
    });
  }

  private worker(id: number): Worker | null {
    const count = Math.max(1, Math.min(WORKERS_MAX, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
    const place = id % count;
    const worker = this.workers[place] ?? this.start();
    if (worker !== null) {
      this.workers[place] = worker;
    }
    return worker;
  }

  private start(): Worker | null {
    try {
      const worker = new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module" });
      worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer>) => this.answer(data));
      worker.addEventListener("error", () => this.doWithoutWorkers());
      return worker;
    } catch {
      this.doWithoutWorkers();
      return null;
    }
  }

  private answer({ id, decoded, isUnsupportedHere }: WorkerAnswer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (isUnsupportedHere && waiting !== undefined) {
      void onPage(waiting.task).then(waiting.resolve);
    } else {
      waiting?.resolve(decoded);
    }
  }

  /** Module workers are not known to this browser. */
  private doWithoutWorkers(): void {
    this.isWithoutWorkers = true;
    for (const worker of this.workers) {
      worker.terminate();
    }
    for (const { task, resolve } of this.waiting.values()) {
      void onPage(task).then(resolve);
    }
    this.waiting.clear();
  }
}

function onPage(task: DecodeTask): Promise<Decoded | null> {
  return decode(task).catch(() => null);
}
