import { describe, expect, it } from "vitest";
import { verdictOf, type PageKind } from "../src/link/member-watch.js";

const STUDY = "/studies/1.2.3";
const PAGE = "/consultations/c0";

function verdict(standing: string, pathname: string, kind: PageKind = "other"): string {
  return verdictOf(200, { standing, reason: null }, pathname, kind);
}

describe("a page of a member", () => {
  it("stays as long as they are in, and goes with them wherever it is", () => {
    for (const [pathname, kind] of [[STUDY, "other"], [`${STUDY}/read`, "room"], [PAGE, "other"]] as const) {
      expect(verdict("in", pathname, kind)).toBe("stays");
      expect(verdict("out", pathname, kind)).toBe("to-start");
      expect(verdictOf(401, null, pathname, kind)).toBe("to-start");
      expect(verdictOf(404, null, pathname, kind)).toBe("to-start");
    }
  });

  it("goes with the room only if it is the room, and with the studies only if it shows them", () => {
    expect(verdict("room-over", `${STUDY}/read`, "room")).toBe("to-consultation");
    expect(verdict("room-over", STUDY)).toBe("stays");
    expect(verdict("room-over", PAGE)).toBe("stays");
    expect(verdict("studies-closed", STUDY)).toBe("to-consultation");
    expect(verdict("studies-closed", PAGE)).toBe("stays");
  });

  it("is read again by whoever waited, once they are in or it is over", () => {
    expect(verdict("waiting", PAGE, "waits")).toBe("stays");
    for (const standing of ["in", "room-over", "studies-closed"]) {
      expect(verdict(standing, PAGE, "waits")).toBe("again");
    }
    expect(verdict("out", PAGE, "waits")).toBe("to-start");
  });

  it("knows nothing from an answer that says nothing", () => {
    for (const [status, body] of [[500, null], [200, null], [200, {}], [200, { standing: 1 }], [503, { standing: "out" }]] as const) {
      expect(verdictOf(status, body, STUDY, "other")).toBe("unknown");
    }
  });
});
