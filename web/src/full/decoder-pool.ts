/** Workers that decode. Script and machine code of a codec are requested together, before the first frame arrives. */

import openjphWasmUrl from "@cornerstonejs/codec-openjph/wasm?url";
import charlsWasmUrl from "@cornerstonejs/codec-charls/decodewasm?url";
import type { DecodeTask } from "./decode.js";
import type { WorkerAnswer, WorkerStart, WorkerTask } from "./decode-worker.js";
import type { Decoded } from "./samples.js";

const WORKERS_MAX = 2;
/** The memory of a codec never shrinks: after a larger picture its worker ends, and a new one starts. */
const KEPT_PIXELS_MAX = 8_000_000;

interface Waiting {
  readonly task: DecodeTask;
  resolve(decoded: Decoded | null): void;
}

class DecoderPool {
  private readonly workers: (Worker | null)[] = [];
  private readonly waiting = new Map<number, Waiting>();
  /** How many answers each worker owes; it gets the machine code before its first task. */
  private readonly owed = new WeakMap<Worker, number>();
  private readonly wasm: Promise<ArrayBuffer | null>;
  private isWithoutWorkers = typeof Worker === "undefined";
  private next = 0;

  constructor(
    private readonly newWorker: () => Worker,
    wasmUrl: string | null,
  ) {
    this.wasm = wasmUrl === null ? Promise.resolve(null) : fetchWasm(wasmUrl);
    this.worker(0);
  }

  /** The samples of a frame; null if it cannot be decoded here. */
  async decode(task: DecodeTask): Promise<Decoded | null> {
    const wasm = await this.wasm;
    if (this.isWithoutWorkers) {
      return onPage(task);
    }
    return new Promise((resolve) => {
      const id = this.next++;
      this.waiting.set(id, { task, resolve });
      // The page keeps the bytes: they are small, and it may have to decode them itself.
      const message: WorkerTask = { id, task };
      const worker = this.worker(id);
      if (worker !== null) {
        if (!this.owed.has(worker)) {
          const start: WorkerStart = { wasm };
          worker.postMessage(start);
        }
        this.owed.set(worker, (this.owed.get(worker) ?? 0) + 1);
        worker.postMessage(message);
      }
    });
  }

  private worker(id: number): Worker | null {
    const count = Math.max(1, Math.min(WORKERS_MAX, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
    const place = id % count;
    return (this.workers[place] ??= this.start());
  }

  private start(): Worker | null {
    try {
      const worker = this.newWorker();
      worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer>) => this.answer(worker, data));
      worker.addEventListener("error", () => this.doWithoutWorkers());
      return worker;
    } catch {
      this.doWithoutWorkers();
      return null;
    }
  }

  private answer(worker: Worker, { id, decoded, isUnsupportedHere }: WorkerAnswer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    const owed = (this.owed.get(worker) ?? 1) - 1;
    this.owed.set(worker, owed);
    const pixels = (waiting?.task.rows ?? 0) * (waiting?.task.columns ?? 0);
    if (pixels > KEPT_PIXELS_MAX && owed === 0) {
      worker.terminate();
      this.workers[this.workers.indexOf(worker)] = null;
    }
    if (isUnsupportedHere && waiting !== undefined) {
      void onPage(waiting.task).then(waiting.resolve);
    } else {
      waiting?.resolve(decoded);
    }
  }

  /** This browser has no module workers. */
  private doWithoutWorkers(): void {
    this.isWithoutWorkers = true;
    for (const worker of this.workers) {
      worker?.terminate();
    }
    for (const { task, resolve } of this.waiting.values()) {
      void onPage(task).then(resolve);
    }
    this.waiting.clear();
  }
}

/** Shared by all series, so that a codec is loaded once. */
const pools = new Map<string, DecoderPool>();

/** Starts loading what frames of a media type need for decoding. */
export function prepareDecoder(mediaType: string): void {
  poolFor(mediaType);
}

export function decodeFrame(task: DecodeTask): Promise<Decoded | null> {
  return poolFor(task.mediaType).decode(task);
}

function poolFor(mediaType: string): DecoderPool {
  const codec = mediaType === "image/jls" || mediaType === "image/jphc" ? mediaType : "";
  const found = pools.get(codec) ?? newPool(codec);
  pools.set(codec, found);
  return found;
}

function newPool(codec: string): DecoderPool {
  switch (codec) {
    case "image/jls":
      return new DecoderPool(
        () => new Worker(new URL("./decode-worker-jpeg-ls.ts", import.meta.url), { type: "module" }),
        charlsWasmUrl,
      );
    case "image/jphc":
      return new DecoderPool(
        () => new Worker(new URL("./decode-worker-htj2k.ts", import.meta.url), { type: "module" }),
        openjphWasmUrl,
      );
    default:
      return new DecoderPool(
        () => new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module" }),
        null,
      );
  }
}

/** Null if it did not arrive: the decoder requests it again. */
async function fetchWasm(url: string): Promise<ArrayBuffer | null> {
  try {
    const response = await fetch(url);
    return response.ok ? await response.arrayBuffer() : null;
  } catch {
    return null;
  }
}

async function onPage(task: DecodeTask): Promise<Decoded | null> {
  try {
    const { decode } = await import("./decode.js");
    return await decode(task);
  } catch {
    return null;
  }
}
