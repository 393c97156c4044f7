import { afterEach, describe, expect, it, vi } from "vitest";
import { backOffMs, ExpiredError, fetchBytes, MissingError } from "../src/link/transfer.js";

const PACK = Uint8Array.from({ length: 1000 }, (_, position) => position % 251);

function answer(status: number, from: number, to: number): void {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let position = from; position < to; position += 64) {
        controller.enqueue(PACK.slice(position, Math.min(to, position + 64)));
      }
      controller.close();
    },
  });
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(body, { status }))));
}

async function bring(start: number, end: number): Promise<number[][]> {
  const seen: number[][] = [];
  await fetchBytes("https://s3.example/pack", start, end, new AbortController().signal, (bytes) => {
    seen.push([...bytes]);
  });
  return seen;
}

afterEach(() => vi.unstubAllGlobals());

describe("ranged bytes", () => {
  it("are asked for by range and handed on as they arrive", async () => {
    answer(206, 100, 400);
    const seen = await bring(100, 400);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen[0]).toEqual([...PACK.slice(100, 164)]);
    expect(seen.at(-1)).toEqual([...PACK.slice(100, 400)]);
    expect(vi.mocked(fetch).mock.calls[0]?.[1]).toMatchObject({ headers: { Range: "bytes=100-399" } });
  });

  it("are read to the end of the answer, so that its connection can be used again", async () => {
    const cancel = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(PACK.slice(0, 10));
        setTimeout(() => controller.close());
      },
      cancel,
    });
    vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(body, { status: 206 }))));
    expect((await bring(0, 10)).at(-1)).toEqual([...PACK.slice(0, 10)]);
    expect(cancel).not.toHaveBeenCalled();
  });

  it("are the same when the store ignores the range", async () => {
    answer(200, 0, 1000);
    const seen = await bring(100, 400);
    expect(seen.at(-1)).toEqual([...PACK.slice(100, 400)]);
  });

  it("are an error when they are cut short", async () => {
    answer(206, 100, 300);
    await expect(bring(100, 400)).rejects.toThrow("cut short");
  });

  it.each([
    [403, ExpiredError],
    [400, ExpiredError],
    [404, MissingError],
    [503, Error],
  ])("say what status %i means", async (status, error) => {
    answer(status, 0, 0);
    await expect(bring(0, 10)).rejects.toThrow(error);
  });
});

it("waits longer after each failure, up to a limit", () => {
  expect([0, 1, 2, 3, 4, 50].map((attempt) => backOffMs(attempt, 0.5))).toEqual([
    1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
});
