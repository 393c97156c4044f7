/** Index and pack of one series, over a network that comes and goes and with URLs that expire. */

import type { Grant } from "./grant.js";
import { InvalidIndexError, parseIndex, type SeriesIndex, type Span } from "../read/series-index.js";
import { backOffMs, ExpiredError, fetchBytes, fetchJson, MissingError } from "./transfer.js";

/** What the reader is told about the transfer of the images. */
export type LinkState = "fine" | "offline" | "signed-out" | "failed";

export class PackSource {
  private readonly closing = new AbortController();
  private recovering: Promise<boolean> | null = null;
  private failures = 0;
  private isGivenUp = false;
  private state: LinkState = "fine";
  /** Which pack the index is of. Fresh URLs may lead to that of a later rendering, where other bytes lie at its offsets. */
  private pack: string | null = null;

  constructor(
    private readonly grant: Grant,
    private readonly seriesInstanceUid: string,
    private readonly onState: (state: LinkState) => void,
  ) {}

  /** Nothing can be requested right now. */
  get isPaused(): boolean {
    return this.isGivenUp || this.isClosed || this.recovering !== null;
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Reads the index; null if the series was closed or cannot be shown. */
  async index(): Promise<SeriesIndex | null> {
    return this.persist(async () => {
      const { indexUrl, packUrl } = this.grant.urlsOf(this.seriesInstanceUid);
      this.pack = withoutSignature(packUrl);
      return parseIndex(await fetchJson(indexUrl, this.closing.signal));
    });
  }

  /** Reads a part of the pack; null if the series was closed or cannot be shown. */
  whole({ offset, length }: Span): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.persist(async () => {
      let held = new Uint8Array(0);
      await this.bytes(offset, offset + length, this.closing.signal, (bytes) => {
        held = bytes;
      });
      return held;
    });
  }

  /** Reads bytes of the pack, once; failures are for [`recover`]. */
  async bytes(
    start: number,
    end: number,
    signal: AbortSignal,
    onBytes: (bytes: Uint8Array<ArrayBuffer>) => void,
    isAside = false,
  ): Promise<void> {
    const { packUrl } = this.grant.urlsOf(this.seriesInstanceUid);
    if (this.pack !== null && this.pack !== withoutSignature(packUrl)) {
      throw new MissingError();
    }
    await fetchBytes(packUrl, start, end, signal, onBytes, isAside);
    this.failures = 0;
    this.setState("fine");
  }

  /**
   * Waits out a failure and gets fresh URLs, once for all requests that failed; false if another attempt would be
   * pointless.
   */
  recover(error: unknown): Promise<boolean> {
    this.recovering ??= this.recoverOnce(error).finally(() => {
      this.recovering = null;
    });
    return this.recovering;
  }

  close(): void {
    this.closing.abort();
  }

  private async persist<Value>(attempt: () => Promise<Value>): Promise<Value | null> {
    while (!this.isClosed && !this.isGivenUp) {
      try {
        const value = await attempt();
        this.failures = 0;
        this.setState("fine");
        return value;
      } catch (error) {
        await this.recover(error);
      }
    }
    return null;
  }

  private async recoverOnce(error: unknown): Promise<boolean> {
    if (this.isClosed) {
      return false;
    }
    if (error instanceof InvalidIndexError || error instanceof MissingError) {
      return this.giveUp("failed");
    }
    const renewal = await this.grant.renew();
    if (renewal === "signed-out") {
      return this.giveUp("signed-out");
    }
    if (!(error instanceof ExpiredError && renewal === "renewed" && this.failures === 0)) {
      this.setState("offline");
      await this.pause(backOffMs(this.failures, Math.random()));
    }
    this.failures += 1;
    return !this.isClosed;
  }

  private giveUp(state: LinkState): false {
    this.isGivenUp = true;
    this.setState(state);
    return false;
  }

  private setState(state: LinkState): void {
    if (state !== this.state && !this.isClosed) {
      this.state = state;
      this.onState(state);
    }
  }

  /** Ends early if the network reports that it is back. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        removeEventListener("online", end);
        this.closing.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      addEventListener("online", end);
      this.closing.signal.addEventListener("abort", end);
    });
  }
}

function withoutSignature(url: string): string {
  return url.split("?", 1)[0] ?? url;
}
