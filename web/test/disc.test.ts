import { afterEach, expect, it, vi } from "vitest";
import { bytesOf, PART_BYTES } from "../src/media/disc.js";
import { fetchBytes, MissingError } from "../src/media/transfer.js";

/** A pack of two parts and a half. */
const PACK = Uint8Array.from({ length: 2.5 * PART_BYTES }, (_, place) => (place * 7) % 251);

interface Receiver {
  filmlessPart(folder: string, part: number, base64: string): void;
}

/** A page whose scripts are read from a disk: each hands over its part, or is not there. */
function disk(parts: number): readonly string[] {
  const asked: string[] = [];
  const head = {
    append(script: { src: string; onload(): void; onerror(): void }) {
      asked.push(script.src);
      const part = Number(/P(\d{7})\.JS$/.exec(script.src)?.[1]);
      queueMicrotask(() => {
        if (part > parts) {
          script.onerror();
          return;
        }
        const bytes = PACK.subarray((part - 1) * PART_BYTES, part * PART_BYTES);
        (globalThis as unknown as Receiver).filmlessPart("", part, Buffer.from(bytes).toString("base64"));
        script.onload();
      });
    },
  };
  const createElement = () => ({ addEventListener: () => undefined, remove: () => undefined });
  vi.stubGlobal("document", { head, createElement });
  return asked;
}

async function bring(folder: string, start: number, end: number): Promise<Uint8Array> {
  let held = new Uint8Array();
  await fetchBytes(`disc:${folder}`, start, end, new AbortController().signal, (bytes) => {
    held = bytes;
  });
  return held;
}

afterEach(() => vi.unstubAllGlobals());

it("bytes are those of the pack, within a part, over its edge and to the end", async () => {
  disk(3);
  for (const [start, end] of [[0, 1], [10, 500], [PART_BYTES - 5, PART_BYTES + 5], [100, PACK.length], [PACK.length - 1, PACK.length]] as const) {
    expect(Buffer.compare(await bring("S1", start, end), PACK.subarray(start, end)), `${start} to ${end}`).toBe(0);
  }
});

it("only the parts that are needed are read, and each once", async () => {
  const asked = disk(3);
  await bring("S2", PART_BYTES, PART_BYTES + 9);
  await bring("S2", PART_BYTES + 9, PART_BYTES + 20);
  expect(asked).toEqual(["IHE_PDI/S2/P0000002.JS"]);
});

it("a part that is not on the disk is missed, and so is what lies beyond the last one", async () => {
  disk(1);
  await expect(bring("S3", 0, PART_BYTES + 1)).rejects.toThrow(MissingError);
  disk(3);
  await expect(bring("S4", 0, PACK.length + 1)).rejects.toThrow(MissingError);
});

it("base64 is read byte by byte", () => {
  expect([...bytesOf("AAH/gA==")]).toEqual([0, 1, 255, 128]);
});
