/** The short-lived URLs of a study, renewed when they have run out. */

import { readGrant } from "./read/portal.js";

export interface SeriesUrls {
  readonly indexUrl: string;
  readonly packUrl: string;
}

export type Renewal = "renewed" | "signed-out" | "unreachable";

export class Grant {
  private renewal: Promise<Renewal> | null = null;

  constructor(
    private readonly grantUrl: string,
    private readonly urls: Map<string, SeriesUrls>,
  ) {}

  urlsOf(seriesInstanceUid: string): SeriesUrls {
    const urls = this.urls.get(seriesInstanceUid);
    if (urls === undefined) {
      throw new Error("the page holds no URLs of this series");
    }
    return urls;
  }

  /** Asks the portal for fresh URLs, once for all who ask at the same time. */
  renew(): Promise<Renewal> {
    this.renewal ??= this.fetchUrls().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async fetchUrls(): Promise<Renewal> {
    try {
      const response = await fetch(this.grantUrl, { credentials: "same-origin", cache: "no-store" });
      if (response.status === 401 || response.status === 404) {
        return "signed-out";
      }
      if (!response.ok) {
        return "unreachable";
      }
      for (const series of readGrant(await response.json())) {
        this.urls.set(series.seriesInstanceUid, series);
      }
      return "renewed";
    } catch {
      return "unreachable";
    }
  }
}
