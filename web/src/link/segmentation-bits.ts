/** The pixels of the segmentations of one series, frame by frame. It comes with the reading room. */

import { readStoredSegmentations, type StoredSegmentation } from "../read/segmentation-bits.js";
import type { Span } from "../read/series-index.js";
import type { Grant } from "./grant.js";
import { PackSource } from "./pack-source.js";
import { fetchJson } from "./transfer.js";

export class SegmentationBits {
  private readonly source: PackSource;
  private readonly closing = new AbortController();
  /** Which pack the offsets are of. */
  private pack: string | null = null;
  private stored: Promise<ReadonlyMap<string, StoredSegmentation>> | null = null;

  constructor(
    private readonly grant: Grant,
    private readonly seriesInstanceUid: string,
  ) {
    this.source = new PackSource(grant, seriesInstanceUid, () => undefined);
  }

  /** What the pack holds of an instance; null if nothing. */
  async of(sopInstanceUid: string): Promise<StoredSegmentation | null> {
    this.stored ??= this.read();
    this.stored.catch(() => (this.stored = null));
    return (await this.stored).get(sopInstanceUid) ?? null;
  }

  /** The deflated bytes of a frame; null if the series was closed, cannot be read, or was rendered anew. */
  frame(span: Span): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.pack === this.packNow() ? this.source.whole(span) : Promise.resolve(null);
  }

  close(): void {
    this.closing.abort();
    this.source.close();
  }

  private async read(): Promise<ReadonlyMap<string, StoredSegmentation>> {
    if (this.packNow() === null) {
      // The page names the series with pictures alone.
      await this.grant.renew();
    }
    this.pack = this.packNow();
    const { indexUrl } = this.grant.urlsOf(this.seriesInstanceUid);
    return readStoredSegmentations(await fetchJson(indexUrl, this.closing.signal));
  }

  /** Without its signature; null while no URL is known. */
  private packNow(): string | null {
    try {
      return this.grant.urlsOf(this.seriesInstanceUid).packUrl.split("?", 1)[0] ?? null;
    } catch {
      return null;
    }
  }
}
