/** The short-lived URLs of a study, renewed when they have run out. */

export interface SeriesUrls {
  readonly indexUrl: string;
  readonly packUrl: string;
}

export type Renewal = "renewed" | "signed-out" | "unreachable";

interface GrantJson {
  readonly series: readonly {
    readonly series_instance_uid: string;
    readonly index_url: string;
    readonly pack_url: string;
  }[];
}

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
      const grant = (await response.json()) as GrantJson;
      for (const series of grant.series) {
        this.urls.set(series.series_instance_uid, { indexUrl: series.index_url, packUrl: series.pack_url });
      }
      return "renewed";
    } catch {
      return "unreachable";
    }
  }
}
