/** The packs of a study that a viewer token opens. */

import { Grant } from "../link/grant.js";
import { PackSource } from "../link/pack-source.js";
import { readDescriptions, type Description } from "../read/metadata.js";
import { readPackedFrames, type PackedFrame } from "../read/packed-frames.js";
import type { FramePlace, MetadataPlace } from "./address.js";
import { contradicts } from "./codestream.js";
import { FrameQueue } from "./frame-queue.js";
import { NATIVE, answerOf, areOfOne, fits } from "./frame-answer.js";

/** Which frames a pack has, by instance and number, and the queue that brings them. */
interface Pack {
  readonly url: string;
  readonly frames: ReadonlyMap<string, PackedFrame>;
  readonly queue: FrameQueue;
}

/** One series: each part is asked for once, when it is first needed. */
interface Series {
  pack: Promise<Pack | null>;
  told: Promise<Told> | null;
}

/** What metadata say of the instances, and by which tag the server knows those metadata. */
interface Told {
  readonly descriptions: ReadonlyMap<string, Description>;
  readonly etag: string | null;
}

async function toldBy(response: Response): Promise<Told> {
  return { descriptions: await readDescriptions(response), etag: response.headers.get("ETag") };
}

export class PackedStudy {
  private readonly grant: Grant;
  private granted: Promise<void> | null = null;
  private readonly urls = new Map<string, { indexUrl: string; packUrl: string }>();
  private readonly series = new Map<string, Series>();

  /** `address`: of the study, with its token. */
  constructor(
    private readonly address: string,
    private readonly onEnded: () => void,
  ) {
    this.grant = new Grant(`${address}/packs`, this.urls);
  }

  /** Asks where the packs are now, ahead of the first frame. */
  prepare(): void {
    this.granted = this.renew();
  }

  /** The metadata of a series, as the server says it. What it says decides whether the pack's frames can be given. */
  async metadata({ series: uid }: MetadataPlace, request: Request): Promise<Response> {
    // Whoever reads the metadata anew may read those of a later rendering, and gets the frames of that one.
    const series = this.seriesAnew(uid);
    const response = await fetch(request);
    if (response.ok) {
      series.told = toldBy(response.clone());
      series.told.catch(() => (series.told = null));
    } else if (response.status === 404) {
      void this.renew();
    }
    return response;
  }

  /** A frame out of the pack; or else the server's, when the pack has it not or in another form than the metadata say. */
  async frame(place: FramePlace, request: Request): Promise<Response> {
    const packed = await this.packed(place).catch(() => null);
    if (packed !== null) {
      return packed;
    }
    const response = await fetch(request);
    if (response.status === 404) {
      void this.renew();
    }
    return response.ok ? this.asSaid(place, request, response) : response;
  }

  /** The server's frame; decoded by the server where OHIF would make other values of it than everybody else. */
  private async asSaid({ series: uid, instance }: FramePlace, request: Request, response: Response): Promise<Response> {
    const told = await this.toldOf(uid).catch(() => null);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const said = told?.descriptions.get(instance);
    if (said !== undefined && contradicts(bytes, said)) {
      return fetch(request.url, { headers: { Accept: NATIVE }, signal: request.signal });
    }
    return new Response(bytes, { status: response.status, headers: response.headers });
  }

  private toldOf(uid: string): Promise<Told> {
    const series = this.seriesOf(uid);
    series.told ??= fetch(`${this.address}/series/${uid}/metadata`, { headers: { Accept: "application/dicom+json" } }).then(toldBy);
    series.told.catch(() => (series.told = null));
    return series.told;
  }

  private async packed({ series: uid, instance, frame: number }: FramePlace): Promise<Response | null> {
    const series = this.seriesOf(uid);
    const pack = await series.pack;
    const frame = pack?.frames.get(`${instance}/${number}`);
    if (pack === null || frame === undefined) {
      return null;
    }
    const { descriptions, etag } = await this.toldOf(uid);
    if (!areOfOne(etag, pack.url)) {
      // The series changed: where its pack is now is asked for with the next metadata.
      this.granted = null;
      return null;
    }
    const description = descriptions.get(instance);
    if (description === undefined || !fits(frame, description)) {
      return null;
    }
    const bytes = await pack.queue.ask(frame);
    return frame.mediaType === "image/jpeg" && contradicts(bytes, description) ? null : answerOf(frame, bytes);
  }

  private seriesOf(uid: string): Series {
    return this.series.get(uid) ?? this.seriesAnew(uid);
  }

  private seriesAnew(uid: string): Series {
    const series = { pack: this.open(uid), told: null };
    this.series.set(uid, series);
    return series;
  }

  private async open(uid: string): Promise<Pack | null> {
    this.granted ??= this.renew();
    await this.granted;
    const url = this.urls.get(uid)?.packUrl;
    if (url === undefined) {
      return null;
    }
    const source = new PackSource(this.grant, uid, (state) => {
      if (state === "signed-out") {
        this.onEnded();
      }
    });
    const index = await source.index();
    if (index === null) {
      return null;
    }
    const frames = readPackedFrames(index);
    return { url, frames: new Map(frames.map((frame) => [`${frame.sopInstanceUid}/${frame.number}`, frame])), queue: new FrameQueue(source, frames) };
  }

  /** Asks for fresh URLs, and so whether the token still opens the study. */
  private async renew(): Promise<void> {
    const renewal = await this.grant.renew();
    if (renewal === "signed-out") {
      this.onEnded();
    } else if (renewal === "unreachable") {
      // Asked for again with the next metadata.
      this.granted = null;
    }
  }
}
