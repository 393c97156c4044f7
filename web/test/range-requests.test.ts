import { describe, expect, it } from "vitest";
import { sharpEnough } from "../src/full/first-resolutions.js";
import type { PackSource } from "../src/link/pack-source.js";
import { RangeRequests } from "../src/link/range-requests.js";

const LENGTH = 10;
const OFFSET = 5;

/** A pack of one frame with ascending bytes. Each connection carries this many bytes, then breaks. */
function open(bytesPerConnection: readonly number[]) {
  const asked: string[] = [];
  const parts: number[] = [];
  let connection = 0;
  const whole = new Promise<Uint8Array>((resolve) => {
    const source = {
      isPaused: false,
      bytes: (start: number, end: number, _: AbortSignal, onBytes: (bytes: Uint8Array<ArrayBuffer>) => void) => {
        asked.push(`${start}-${end}`);
        const there = Math.min(end - start, bytesPerConnection[connection++] ?? Number.POSITIVE_INFINITY);
        const held = Uint8Array.from({ length: there }, (_, place) => start + place);
        for (let length = 1; length <= there; length++) {
          onBytes(held.subarray(0, length));
        }
        return there < end - start ? Promise.reject(new Error("broken off")) : Promise.resolve();
      },
      recover: () => Promise.resolve(true),
    } as unknown as PackSource;
    let isThere = false;
    const requests = new RangeRequests(source, [{ offset: OFFSET, length: LENGTH }], {
      requestsMax: () => 1,
      bytesMax: () => LENGTH,
      isNeeded: () => !isThere,
      onPart: (_, bytes) => parts.push(bytes.length),
      onFrame: (_, bytes) => {
        isThere = true;
        resolve(bytes);
      },
    });
    requests.want(0);
  });
  return { whole, asked, parts };
}

describe("a large frame", () => {
  it("is handed on as far as it has come", async () => {
    const { whole, parts } = open([]);
    await whole;
    expect(parts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("goes on where its connection broke off", async () => {
    const { whole, asked, parts } = open([4, 3]);
    expect([...(await whole)]).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(asked).toEqual(["5-15", "9-15", "12-15"]);
    expect(parts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("the first resolution that is drawn", () => {
  const resolutions = [128, 256, 512, 1024, 2048, 4096].map((columns) => ({ columns, rows: columns, length: columns }));

  it.each([
    ["a phone", 1170, 1024],
    ["a desktop", 620, 1024],
    ["a picture enlarged beyond all of them", 9000, 2048],
    ["a look of the reader's own, where any will do", 0, 512],
  ])("fits %s", (_, screenColumns, columns) => {
    expect(sharpEnough(resolutions, screenColumns)?.columns).toBe(columns);
  });

  it("is none where there is none smaller, or none that says more than the quick picture", () => {
    expect(sharpEnough([], 500)).toBeNull();
    expect(sharpEnough(resolutions.slice(-1), 500)).toBeNull();
    expect(sharpEnough([...resolutions.slice(0, 2), ...resolutions.slice(-1)], 500)).toBeNull();
  });
});
