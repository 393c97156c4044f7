/** The short-lived URLs of a study, renewed after they expire. */

import { readUrls, type SeriesUrls } from "../read/grant.js";
import { fetchFromPortal, PortalError } from "./portal.js";

export type Renewal = "renewed" | "signed-out" | "unreachable";

export class Grant {
  private renewal: Promise<Renewal> | null = null;

  constructor(
    readonly grantUrl: string,
    private readonly urls: Map<string, SeriesUrls>,
  ) {}

  urlsOf(seriesInstanceUid: string): SeriesUrls {
    const urls = this.urls.get(seriesInstanceUid);
    if (urls === undefined) {
      throw new Error("the page holds no URLs of this series");
    }
    return urls;
  }

  /** Requests fresh URLs from the portal, once for all who ask at the same time. */
  renew(): Promise<Renewal> {
    this.renewal ??= this.fetchUrls().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async fetchUrls(): Promise<Renewal> {
    try {
      for (const [uid, urls] of readUrls(await fetchFromPortal(this.grantUrl))) {
        this.urls.set(uid, urls);
      }
      return "renewed";
    } catch (error) {
      const isSignedOut = error instanceof PortalError && (error.status === 401 || error.status === 404);
      return isSignedOut ? "signed-out" : "unreachable";
    }
  }
}
