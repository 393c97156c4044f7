import { describe, expect, it } from "vitest";
import { verdictOf } from "../src/link/member-watch.js";

const STUDY = "/studies/1.2.3";
const PAGE = "/consultations/c0";

function verdict(standing: string, pathname: string, isRoom = false): string {
  return verdictOf(200, { standing, reason: null }, pathname, isRoom);
}

describe("a page of a member", () => {
  it("stays as long as they are in, and goes with them wherever it is", () => {
    for (const [pathname, isRoom] of [[STUDY, false], [`${STUDY}/read`, true], [PAGE, false]] as const) {
      expect(verdict("in", pathname, isRoom)).toBe("stays");
      expect(verdict("out", pathname, isRoom)).toBe("to-start");
      expect(verdictOf(401, null, pathname, isRoom)).toBe("to-start");
      expect(verdictOf(404, null, pathname, isRoom)).toBe("to-start");
    }
  });

  it("goes with the room only if it is the room, and with the studies only if it shows them", () => {
    expect(verdict("room-over", `${STUDY}/read`, true)).toBe("to-consultation");
    expect(verdict("room-over", STUDY)).toBe("stays");
    expect(verdict("room-over", PAGE)).toBe("stays");
    expect(verdict("studies-closed", STUDY)).toBe("to-consultation");
    expect(verdict("studies-closed", PAGE)).toBe("stays");
  });

  it("knows nothing from an answer that says nothing", () => {
    for (const [status, body] of [[500, null], [200, null], [200, {}], [200, { standing: 1 }], [503, { standing: "out" }]] as const) {
      expect(verdictOf(status, body, STUDY, false)).toBe("unknown");
    }
  });
});
