/**
 * Asks whether a member may still see what this page has loaded: every few seconds; at once when another tab finds out, when the tab is
 * looked at again, and when the browser takes the page out of its memory (by the back button). Until the answer is there, a page
 * that comes out of memory shows nothing.
 */

/** In front of somebody's eyes, and behind. */
const LOOK_MS = 5_000;
const HIDDEN_MS = 15_000;
const AGAIN_MS = 2_000;
/** A room hears of its end by itself, and says why in its own words. */
const GRACE_MS = 2_000;
/** On which pages of one browser tell each other to ask. */
export const STANDING_CHANNEL = "filmless-standing";

/** Where this member stands for this page. */
export type Verdict = "stays" | "again" | "to-consultation" | "to-start" | "unknown";

/** What a page is: the room itself, the one on which somebody waits for the chair, or any other. */
export type PageKind = "room" | "waits" | "other";

/** What the server's answer means for a page. */
export function verdictOf(status: number, body: unknown, pathname: string, kind: PageKind): Verdict {
  if (status === 401 || status === 404) {
    return "to-start";
  }
  const standing = typeof body === "object" && body !== null && "standing" in body ? body.standing : null;
  if (kind === "waits" && status === 200 && ["in", "room-over", "studies-closed"].includes(String(standing))) {
    return "again";
  }
  switch (status === 200 ? standing : null) {
    case "waiting":
    case "in":
      return "stays";
    case "room-over":
      return kind === "room" ? "to-consultation" : "stays";
    case "studies-closed":
      return pathname.startsWith("/studies") ? "to-consultation" : "stays";
    case "out":
      return "to-start";
    default:
      return "unknown";
  }
}

export class MemberWatch {
  private readonly root = document.documentElement;
  private readonly channel = new BroadcastChannel(STANDING_CHANNEL);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isLooking = false;
  private isOut = false;
  /** Whether the browser keeps the page in its memory: nothing is asked, and nothing shown, before it comes out. */
  private isKept = false;
  private veils = 0;

  constructor(
    private readonly url: string,
    private readonly pathname: string,
  ) {
    this.channel.addEventListener("message", () => void this.look());
    // What the browser keeps in its memory is not seen again before it is asked for.
    addEventListener("pagehide", () => this.keep());
    addEventListener("pageshow", ({ persisted }) => this.comeBack(persisted));
    document.addEventListener("freeze", () => this.keep());
    document.addEventListener("resume", () => this.comeBack(true));
    document.addEventListener("visibilitychange", () => void this.look());
    addEventListener("focus", () => void this.look());
    addEventListener("online", () => void this.look());
    this.again();
  }

  /** Whether this page is the room of a consultation that goes on, or a window beside it. */
  private get isRoom(): boolean {
    const place = document.getElementById("room")?.dataset["consultation"];
    return place !== undefined && !place.includes('"is_over":true');
  }

  private get kind(): PageKind {
    return this.isRoom ? "room" : document.querySelector("[data-waits]") === null ? "other" : "waits";
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.isOut || this.isKept) {
      return;
    }
    this.isLooking = true;
    clearTimeout(this.timer);
    const { veils } = this;
    const verdict = await this.ask();
    this.isLooking = false;
    if (verdict === "stays" && veils !== this.veils) {
      // Asked before the page was veiled: that says nothing of now.
      void this.look();
      return;
    }
    if (verdict === "stays") {
      this.root.style.removeProperty("display");
    } else if (verdict === "again") {
      // The chair let them in, or it is over: the page says which.
      this.isOut = true;
      location.reload();
      return;
    } else if (verdict !== "unknown") {
      this.leave(verdict === "to-start" ? "/" : this.url.replace(/\/standing$/, ""));
      return;
    }
    this.again(verdict === "unknown" ? AGAIN_MS : undefined);
  }

  private async ask(): Promise<Verdict> {
    try {
      const response = await fetch(this.url, { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } });
      const body: unknown = response.status === 200 ? await response.json() : null;
      return verdictOf(response.status, body, this.pathname, this.kind);
    } catch {
      return "unknown";
    }
  }

  private again(ms = document.visibilityState === "visible" ? LOOK_MS : HIDDEN_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), ms);
  }

  private keep(): void {
    this.isKept = true;
    this.veil();
  }

  private comeBack(wasKept: boolean): void {
    this.isKept = false;
    if (wasKept) {
      this.veil();
    }
    void this.look();
  }

  private veil(): void {
    this.veils += 1;
    this.root.style.setProperty("display", "none", "important");
  }

  /** Nothing is seen from here on; the next page says why, and takes this one's memory. */
  private leave(to: string): void {
    this.isOut = true;
    this.channel.postMessage("look");
    if (document.getElementById("consultation-ended") !== null) {
      // The room has cleared itself, and said why.
      this.root.style.removeProperty("display");
      return;
    }
    this.veil();
    const go = () => {
      if (document.getElementById("consultation-ended") === null) {
        location.replace(to);
      } else {
        this.root.style.removeProperty("display");
      }
    };
    setTimeout(go, this.isRoom ? GRACE_MS : 0);
  }
}
