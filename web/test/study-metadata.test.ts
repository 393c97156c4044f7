/** The attributes of a series reach whoever asks for them, however slow they are with each. */

import { afterEach, expect, it, vi } from "vitest";
import type { Grant } from "../src/link/grant.js";
import { StudyMetadata } from "../src/link/metadata.js";

const ADDRESS = "https://objects.example/1.9.metadata.json";
const GRANT = { series: [{ series_instance_uid: "1.9", modality: "PT", label: "PET", frames: 2, metadata_url: ADDRESS }] };
const line = (uid: string) => new TextEncoder().encode(`{"00080018":{"vr":"UI","Value":["${uid}"]}},\n`);

afterEach(() => vi.unstubAllGlobals());

it("lines that come while earlier ones are read are not missed, the last ones among them", async () => {
  let body: ReadableStreamDefaultController<Uint8Array> | null = null;
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
  vi.stubGlobal("fetch", async (url: string) => (url === ADDRESS ? new Response(stream) : Response.json(GRANT)));
  const metadata = new StudyMetadata({ grantUrl: "https://images.example/grant" } as unknown as Grant);
  const instances = metadata.instances("1.9");
  const send = (bytes: Uint8Array) => (body as unknown as ReadableStreamDefaultController<Uint8Array>).enqueue(bytes);
  send(line("1.1"));
  expect((await instances.next()).done).toBe(false);
  // The rest arrives, and the answer ends, before the next one is asked for.
  send(line("1.2"));
  (body as unknown as ReadableStreamDefaultController<Uint8Array>).close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await instances.next()).done).toBe(false);
  expect((await instances.next()).done).toBe(true);
});
