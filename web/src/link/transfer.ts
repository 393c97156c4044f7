/** Single requests to the object store. */

/** The URL has expired (or the object is gone: without the right to list, the store gives the same answer). */
export class ExpiredError extends Error {}

/** The object is not there. */
export class MissingError extends Error {}

/** A connection that is silent for this long is dead; a phone that slept often does not notice. */
const SILENCE_MS_MAX = 20_000;

/** When to retry a request: after 1, 2, 4, 8, then every 15 seconds, at slightly different times from others. */
export function backOffMs(attempt: number, random: number): number {
  return Math.min(15_000, 1_000 * 2 ** attempt) * (0.75 + random / 2);
}

/** The store is another origin, so it gets no cookies; this mode also lets the browser reuse the page's preload. */
async function get(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, mode: "cors", credentials: "same-origin" });
  if (response.status === 403 || response.status === 400) {
    throw new ExpiredError();
  }
  if (response.status === 404) {
    throw new MissingError();
  }
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return response;
}

export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  return (await get(url, { signal })).json();
}

/**
 * Fetches bytes `start` to `end` (exclusive) of an object and passes on what has arrived so far, each time from
 * `start`. By its cache a browser brings one part of an object after the other; `isAside` goes past it.
 */
export async function fetchBytes(
  url: string,
  start: number,
  end: number,
  signal: AbortSignal,
  onBytes: (bytes: Uint8Array<ArrayBuffer>) => void,
  isAside = false,
): Promise<void> {
  const silence = new Silence(signal);
  try {
    const headers = { Range: `bytes=${start}-${end - 1}` };
    const response = await get(url, { signal: silence.signal, headers, cache: isAside ? "no-store" : "default" });
    await read(response, start, end - start, () => silence.end(), onBytes);
  } finally {
    silence.stop();
  }
}

/** Passes on each line of a text as it arrives, without its end. */
export async function fetchLines(url: string, caller: AbortSignal, onLine: (line: string) => void): Promise<void> {
  const silence = new Silence(caller);
  try {
    const reader = (await get(url, { signal: silence.signal })).body?.getReader();
    if (reader === undefined) {
      throw new Error("the answer has no body");
    }
    const decoder = new TextDecoder();
    let rest = "";
    for (let isDone = false; !isDone; ) {
      const { done, value } = await reader.read();
      silence.end();
      isDone = done;
      const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
      rest = isDone ? "" : (lines.pop() ?? "");
      lines.filter((line) => line !== "").forEach(onLine);
    }
  } finally {
    silence.stop();
  }
}

/** Reads the answer to a range to its end: after a broken-off answer a connection cannot be used again. */
async function read(
  response: Response,
  start: number,
  length: number,
  onLife: () => void,
  onBytes: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const held = new Uint8Array(length);
  const isRange = response.status === 206;
  let position = isRange ? 0 : -start;
  const reader = response.body?.getReader();
  if (reader === undefined) {
    throw new Error("the answer has no body");
  }
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    onLife();
    const from = Math.max(0, -position);
    const to = Math.min(held.length, Math.max(0, position));
    held.set(value.subarray(from, from + held.length - to), to);
    position += value.length;
    onBytes(held.subarray(0, Math.max(0, Math.min(position, held.length))));
    if (position >= held.length && !isRange) {
      await reader.cancel();
      return;
    }
  }
  if (position < held.length) {
    throw new Error("the answer was cut short");
  }
}

/** Aborts a request that has fallen silent, or that its caller aborts. */
class Silence {
  private readonly abort = new AbortController();
  private timer = 0;
  private readonly onAbort = () => this.abort.abort();

  constructor(private readonly caller: AbortSignal) {
    if (caller.aborted) {
      this.abort.abort();
    }
    caller.addEventListener("abort", this.onAbort);
    this.end();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Something arrived. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onAbort, SILENCE_MS_MAX) as unknown as number;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.caller.removeEventListener("abort", this.onAbort);
  }
}
