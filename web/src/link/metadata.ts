/**
 * The attributes of the instances of a study, read series by series as they come: one instance per line. It comes with
 * the reading room, and asks for a grant of its own, so that the patient's page does not carry it.
 */

import { Attributes } from "../read/attributes.js";
import { readDescribedSeries, type DescribedSeries } from "../read/metadata-urls.js";
import { instanceLine } from "../read/metadata-lines.js";
import type { Grant } from "./grant.js";
import { fetchFromPortal } from "./portal.js";
import { ExpiredError, fetchLines } from "./transfer.js";

/** Characters held of a study; beyond them, the series that was read first is dropped. */
const TEXT_MAX = 64 * 1024 * 1024;
const RENEWALS_MAX = 1;
/** A new series is granted about a second after it was saved. */
const NEW_SERIES_MS = 1_000;
const NEW_SERIES_TRIES = 20;

/** The lines of one series. */
class SeriesLines {
  readonly lines = new Map<string, string>();
  length = 0;
  isWhole = false;
  /** Why it will never be whole. */
  failure: unknown = null;
  private readonly waiting = new Set<() => void>();

  add(line: string): void {
    const instance = instanceLine(line);
    if (instance !== null) {
      this.lines.set(instance.sopInstanceUid, instance.text);
      this.length += instance.text.length;
      this.wake();
    }
  }

  end(failure: unknown = null): void {
    this.isWhole = true;
    this.failure = failure;
    this.wake();
  }

  /** Throws where the series broke off before what was asked for. */
  check(): void {
    if (this.failure !== null) {
      throw this.failure;
    }
  }

  /** Resolves with the next line, or at the end. */
  change(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private wake(): void {
    this.waiting.forEach((resolve) => resolve());
    this.waiting.clear();
  }
}

export class StudyMetadata {
  private described: Promise<readonly DescribedSeries[]> | null = null;
  private readonly held = new Map<string, SeriesLines>();
  private readonly closing = new AbortController();
  /** Told when the study has new series. */
  readonly onSeries = new Set<() => void>();

  constructor(private readonly grant: Grant) {}

  /** All series, also those without pictures. Throws if the portal cannot be reached. */
  series(): Promise<readonly DescribedSeries[]> {
    this.described ??= fetchFromPortal(this.grant.grantUrl).then(readDescribedSeries);
    this.described.catch(() => (this.described = null));
    return this.described;
  }

  /** Asks for the series again until these, which were just saved, are among them; they are seen later if they are not there by then. */
  async awaitSeries(uids: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < NEW_SERIES_TRIES && !this.closing.signal.aborted; attempt++) {
      this.described = null;
      const there = await this.series().catch(() => []);
      if (uids.every((uid) => there.some(({ seriesInstanceUid, metadataUrl }) => seriesInstanceUid === uid && metadataUrl !== null))) {
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, NEW_SERIES_MS));
    }
    this.onSeries.forEach((told) => told());
  }

  /** The attributes of one instance, as soon as they have arrived; null if the series does not contain it. */
  async instance(seriesInstanceUid: string, sopInstanceUid: string): Promise<Attributes | null> {
    const held = this.open(seriesInstanceUid);
    while (!held.lines.has(sopInstanceUid) && !held.isWhole) {
      await held.change();
    }
    const line = held.lines.get(sopInstanceUid);
    if (line === undefined) {
      held.check();
    }
    return line === undefined ? null : Attributes.parse(line);
  }

  /** Each instance of a series, in its order. Throws where the series breaks off. */
  async *instances(seriesInstanceUid: string): AsyncGenerator<Attributes> {
    const held = this.open(seriesInstanceUid);
    for (let given = 0; ; ) {
      for (const line of [...held.lines.values()].slice(given)) {
        given += 1;
        yield Attributes.parse(line);
      }
      // Lines come while whoever asked is busy with those before, the last ones too.
      if (given < held.lines.size) {
        continue;
      }
      if (held.isWhole) {
        held.check();
        return;
      }
      await held.change();
    }
  }

  close(): void {
    this.closing.abort();
    this.held.clear();
  }

  private open(uid: string): SeriesLines {
    const before = this.held.get(uid);
    if (before !== undefined) {
      return before;
    }
    const lines = new SeriesLines();
    this.held.set(uid, lines);
    this.makeRoom(uid);
    this.read(uid, lines).then(
      () => lines.end(),
      (error: unknown) => {
        // Whoever asks again gets another attempt.
        this.held.delete(uid);
        lines.end(error);
      },
    );
    return lines;
  }

  private async read(uid: string, lines: SeriesLines): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const url = (await this.series()).find(({ seriesInstanceUid }) => seriesInstanceUid === uid)?.metadataUrl ?? null;
      if (url === null) {
        throw new Error("nothing is stored of this series");
      }
      try {
        return await fetchLines(url, this.closing.signal, (line) => lines.add(line));
      } catch (error) {
        if (!(error instanceof ExpiredError) || attempt >= RENEWALS_MAX) {
          throw error;
        }
        this.described = null;
      }
    }
  }

  private makeRoom(but: string): void {
    const total = () => [...this.held.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [uid, { isWhole }] of [...this.held]) {
      if (total() > TEXT_MAX && uid !== but && isWhole) {
        this.held.delete(uid);
      }
    }
  }
}
