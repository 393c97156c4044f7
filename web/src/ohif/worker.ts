/**
 * The service worker below `/ohif/`. OHIF asks DICOMweb for one frame after the other; the frames of the pack come by ranged
 * requests of it instead, many at once, straight from the object store. Everything else goes to the server as it is.
 */

import { readSeriesBut } from "../read/metadata.js";
import { ENDED_MESSAGE } from "./words.js";
import { placeOf } from "./address.js";
import { PackedStudy } from "./packed-study.js";

/** What the standard library of a page does not name. */
interface WorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void>; matchAll(): Promise<readonly { postMessage(message: unknown): void }[]> };
}
interface LifeEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as WorkerScope;
/** By the address that holds token and study. */
const studies = new Map<string, PackedStudy>();

function studyAt(address: string): PackedStudy {
  let study = studies.get(address);
  if (study === undefined) {
    study = new PackedStudy(address, () => void tellEnded());
    studies.set(address, study);
  }
  return study;
}

async function tellEnded(): Promise<void> {
  (await scope.clients.matchAll()).forEach((client) => client.postMessage(ENDED_MESSAGE));
}

/** The server's own answer. It says 404 to a token that has ended, and to that alone where a list is asked for. */
async function plain(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.status === 404) {
    void tellEnded();
  }
  return response;
}

/** Slide microscopy left out: OHIF cannot show it here, and once it has met such a series its screen stays black for all others. */
async function withoutSlides(request: Request): Promise<Response> {
  const response = await plain(request);
  if (!response.ok) {
    return response;
  }
  return new Response(JSON.stringify(await readSeriesBut("SM", response)), { headers: { "Content-Type": "application/dicom+json" } });
}

addEventListener("install", (event) => (event as LifeEvent).waitUntil(scope.skipWaiting()));
addEventListener("activate", (event) => (event as LifeEvent).waitUntil(scope.clients.claim()));
addEventListener("message", (event) => {
  if (event.data === "claim") {
    (event as unknown as LifeEvent).waitUntil(scope.clients.claim());
  }
});

addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent;
  const place = request.method === "GET" ? placeOf(request.url) : null;
  const answer = respondWith.bind(event);
  switch (place?.kind) {
    case "frame":
      answer(studyAt(place.study).frame(place, request));
      break;
    case "metadata":
      answer(studyAt(place.study).metadata(place, request));
      break;
    case "list":
      if (place.study !== null) {
        // Its frames are asked for next.
        studyAt(place.study).prepare();
        answer(withoutSlides(request));
      } else {
        answer(plain(request));
      }
      break;
  }
});
