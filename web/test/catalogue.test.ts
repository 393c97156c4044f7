import { expect, it, vi } from "vitest";
import { earlierLike, fetchStudies, orderOf, seriesLike } from "../src/compare/catalogue.js";

function study(uid: string, day: string | null, title: string, ...modalities: string[]) {
  return { uid, day, title, modalities, label: title, grantUrl: `/studies/${uid}/grant` };
}

it("a comparison begins with the latest earlier study of the same kind, best of the same name", () => {
  const here = study("now", "2020-11-23", "CT ngực", "CT", "US");
  const studies = [
    study("later", "2021-01-01", "CT ngực", "CT"),
    here,
    study("echo", "2020-11-01", "Siêu âm", "US"),
    study("head", "2020-06-01", "CT sọ", "CT"),
    study("chest", "2019-11-20", "CT ngực", "CT", "SR"),
    study("unknown", null, "CT ngực", "CT"),
  ];
  expect(earlierLike(studies, here, "CT")).toBe(4);
  expect(earlierLike(studies.slice(0, 4), here, "CT")).toBe(3);
  expect(earlierLike(studies, here, "MR"), "none of its kind").toBe(2);
  expect(earlierLike(studies.slice(0, 2), here, "CT")).toBeNull();
});

it("and with the series that is most like the one that is open", () => {
  const series = (label: string, modality: string, frames: number) => ({
    seriesInstanceUid: label,
    label,
    modality,
    frames,
    posterUrl: null,
    thumbsUrl: null,
  });
  const found = [series("Scout", "CT", 2), series("Lung", "CT", 90), series("Heart", "US", 100)];
  expect(seriesLike(found, series("Lung", "CT", 100), "CT")).toBe(1);
  expect(seriesLike(found, series("Thorax", "CT", 100), "CT")).toBe(1);
});

it("a study is earlier or later than another only where both have a date", () => {
  const at = (day: string | null) => ({ day });
  expect(orderOf(at("2019-11-20"), at("2020-11-23"))).toBe("earlier");
  expect(orderOf(at("2021-01-01"), at("2020-11-23"))).toBe("later");
  expect(orderOf(at("2020-11-23"), at("2020-11-23"))).toBe("same-day");
  expect(orderOf(at(null), at("2020-11-23")), "an undated one").toBe("unknown");
  expect(orderOf(at("2019-11-20"), at(null)), "beside an undated one").toBe("unknown");
  expect(orderOf(at(null), null)).toBe("unknown");
});

it("a study without a date is named as such", async () => {
  const studies = [
    { study_instance_uid: "1", title: "CT ngực", date: "23/11/2020", day: "2020-11-23" },
    { study_instance_uid: "2", title: "CT sọ", date: null, day: null },
  ];
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ studies })));
  const found = await fetchStudies("Không rõ ngày chụp").finally(() => vi.unstubAllGlobals());
  expect(found.map(({ label }) => label)).toEqual(["23/11/2020 · CT ngực", "Không rõ ngày chụp · CT sọ"]);
});
