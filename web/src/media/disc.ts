/**
 * What a page on a disk knows of its study, and where the bytes of its series are. A page opened from a disk may fetch nothing, but it
 * may load scripts: each part of a pack is a script that hands over its bytes in base64.
 *
 * `IHE_PDI/STUDY.JS` sets `filmlessStudy`, `IHE_PDI/S0000001/INDEX.JS` calls `filmlessIndex(folder, index)`, and
 * `IHE_PDI/S0000001/P0000001.JS`, the first part of a pack, calls `filmlessPart(folder, 1, base64)`.
 */

/** As many bytes of a pack are in one script (`PART_BYTES` of `media_viewer.rs`). */
export const PART_BYTES = 1 << 20;

/** Parts that are kept in memory. */
const PARTS_KEPT = 32;

/** The script is not there, or it is not what it should be. */
export class MissingPartError extends Error {}

interface Receiver {
  filmlessIndex?: (folder: string, index: unknown) => void;
  filmlessPart?: (folder: string, part: number, base64: string) => void;
  filmlessStudy?: unknown;
}

const receiver = globalThis as Receiver;
const indexes = new Map<string, unknown>();
const parts = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
let arrived: string | null = null;

receiver.filmlessIndex = (folder, index) => indexes.set(folder, index);
receiver.filmlessPart = (_folder, _part, base64) => {
  arrived = base64;
};

/** What `STUDY.JS` says, as it came. */
export function studyJson(): unknown {
  return receiver.filmlessStudy;
}

/** A file of a series beside the page. */
export function fileOf(folder: string, name: string): string {
  return `IHE_PDI/${folder}/${name}`;
}

export async function indexOf(folder: string): Promise<unknown> {
  if (!indexes.has(folder)) {
    await load(fileOf(folder, "INDEX.JS"));
  }
  return indexes.get(folder);
}

/** One part of a pack, from 0; the last ones asked for are kept. */
export function partOf(folder: string, part: number): Promise<Uint8Array<ArrayBuffer>> {
  const name = fileOf(folder, `P${String(part + 1).padStart(7, "0")}.JS`);
  const found = parts.get(name) ?? loadPart(name);
  parts.delete(name);
  parts.set(name, found);
  for (const old of parts.keys()) {
    if (parts.size <= PARTS_KEPT) {
      break;
    }
    parts.delete(old);
  }
  found.catch(() => parts.delete(name));
  return found;
}

/** One script after the other: each tells its bytes when it runs, and its load event follows at once. */
let turn: Promise<unknown> = Promise.resolve();

function loadPart(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const loaded = turn.then(async () => {
    arrived = null;
    await load(name);
    if (arrived === null) {
      throw new MissingPartError(name);
    }
    return bytesOf(arrived);
  });
  turn = loaded.catch(() => undefined);
  return loaded;
}

function load(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => resolve();
    script.onerror = () => reject(new MissingPartError(src));
    document.head.append(script);
    script.addEventListener("load", () => script.remove());
  });
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) {
    bytes[place] = text.charCodeAt(place);
  }
  return bytes;
}
