/** What was saved from the reading room (`shared/marks`) is read again as it was: KO, SR with several values of one place, authors. */

import { describe, expect, it } from "vitest";
import { Attributes } from "../src/read/attributes.js";
import { readKeySelection } from "../src/read/key-selection.js";
import { readMeasurementReport } from "../src/read/measurement-report.js";
import { savedText } from "../src/reading-room/saved-series.js";
import { readObject, studyObjects, type BitsOf } from "../src/reading-room/objects/study-objects.js";
import { isKeyFrame, SAVED_KEY_IMAGES } from "../src/reading-room/tools/key-images.js";
import { SavedSelections } from "../src/reading-room/tools/saved-selections.js";
import { metadataOf } from "../src/reading-room/study-metadata.js";
import type { Grant } from "../src/link/link.js";
import type { StudyMetadata } from "../src/link/metadata.js";
import type { RoomStudy } from "../src/reading-room/feature.js";

type Json = Readonly<Record<string, unknown>>;

const element = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const coded = (code: string, meaning: string) => element("SQ", { "00080100": element("SH", code), "00080104": element("LO", meaning) });
const item = (type: string, name: readonly [string, string] | null, more: Json = {}): Json => ({ "0040A040": element("CS", type), ...(name === null ? {} : { "0040A043": coded(...name) }), ...more });
const reference = (uid: string, ...frames: number[]): Json => ({ "00081155": element("UI", uid), ...(frames.length === 0 ? {} : { "00081160": element("IS", ...frames) }) });
const image = (uid: string, ...frames: number[]) => item("IMAGE", null, { "00081199": element("SQ", reference(uid, ...frames)) });
const evidence = (series: string, ...uids: string[]) =>
  element("SQ", { "00081115": element("SQ", { "0020000E": element("UI", series), "00081199": element("SQ", ...uids.map((uid) => reference(uid))) }) });
const observer = [
  item("PNAME", ["121008", "Person Observer Name"], { "0040A123": element("PN", { Alphabetic: "BS. Trần Văn A" }) }),
  item("TEXT", ["121009", "Person Observer's Organization Name"], { "0040A160": element("UT", "BV Chợ Rẫy") }),
];

const KO = {
  "00080016": element("UI", "1.2.840.10008.5.1.4.1.1.88.59"),
  "00080018": element("UI", "1.9.1"),
  "00080023": element("DA", "20260131"),
  "0008103E": element("LO", "Hội chẩn tim"),
  "0040A043": coded("113000", "Of Interest"),
  "0040A375": evidence("1.2", "1.2.1", "1.2.2"),
  "0040A730": element("SQ", ...observer, image("1.2.1"), image("1.2.2", 3, 5)),
};

const scoord = (...points: number[]) => item("SCOORD", null, { "00700022": element("FL", ...points), "00700023": element("CS", "POLYLINE"), "0040A730": element("SQ", image("1.2.1")) });
const num = (name: readonly [string, string], value: string, unit: string, ...below: Json[]) =>
  item("NUM", name, { "0040A300": element("SQ", { "0040A30A": element("DS", value), "004008EA": coded(unit, unit) }), "0040A730": element("SQ", ...below) });
const tracking = (text: string) => item("TEXT", ["112039", "Tracking Identifier"], { "0040A160": element("UT", text) });
const mean = { ...item("CODE", ["121401", "Derivation"], { "0040A168": coded("373098007", "Mean") }), "0040A010": element("CS", "HAS CONCEPT MOD") };
const group = (...below: Json[]) => item("CONTAINER", ["125007", "Measurement Group"], { "0040A730": element("SQ", ...below) });

const SR = {
  "00080016": element("UI", "1.2.840.10008.5.1.4.1.1.88.33"),
  "00080018": element("UI", "1.9.2"),
  "00080023": element("DA", "20260131"),
  "0008103E": element("LO", "Hội chẩn tim"),
  "0040A043": coded("126000", "Imaging Measurement Report"),
  "0040A375": evidence("1.2", "1.2.1"),
  "0040A730": element("SQ", ...observer, item("CONTAINER", ["126010", "Imaging Measurements"], {
    "0040A730": element(
      "SQ",
      // Two values of two lines, and three of one.
      group(tracking("Bidirectional 1"), num(["103339001", "Long axis"], "20", "mm", scoord(10, 50, 50, 50)), num(["103340004", "Short axis"], "9", "mm", scoord(30, 41, 30, 59))),
      group(tracking("Slope 2"), ...[["103335007", "Duration", "0.4", "s"], ["VELOCITY", "Velocity", "40", "cm/s"], ["SLOPE", "Change over time", "100", "cm/s2"]].map(([code = "", name = "", value = "", unit = ""]) => num([code, name], value, unit, scoord(10, 48.5, 30, 40.5)))),
      group(tracking("Rectangle 3"), { ...scoord(10, 10, 30, 10, 30, 20, 10, 20, 10, 10), "0040A043": coded("111030", "Image Region") }, num(["42798000", "Area"], "50", "mm2"), num(["112031", "Attenuation Coefficient"], "-305", "[hnsf'U]", mean)),
    ),
  })),
};

describe("a saved selection of key images", () => {
  it("says its images and frames, who chose them, where and when", () => {
    expect(readKeySelection(Attributes.of(KO))).toEqual({
      sopInstanceUid: "1.9.1",
      title: "Hội chẩn tim",
      creator: "BS. Trần Văn A · BV Chợ Rẫy",
      date: "20260131",
      images: [{ sopInstanceUid: "1.2.1", frames: [] }, { sopInstanceUid: "1.2.2", frames: [3, 5] }],
      seriesOf: new Map([["1.2.1", "1.2"], ["1.2.2", "1.2"]]),
    });
  });

  it("is listed with its images to go to, and draws nothing", () => {
    const object = readObject(Attributes.of(KO), "1.9", null as never, "vi");
    expect(object).toMatchObject({ kind: "selection", title: "Hội chẩn tim", creator: "BS. Trần Văn A · BV Chợ Rẫy", date: "20260131" });
    expect(object?.drawable.parts.map((_, part) => object.drawable.siteOf(part))).toEqual([{ sopInstanceUid: "1.2.1", frame: null }, { sopInstanceUid: "1.2.2", frame: 3 }, { sopInstanceUid: "1.2.2", frame: 5 }]);
  });

  it("marks its frames for the filter, also one that others saved meanwhile, each series once", async () => {
    const grant = {} as Grant;
    const read: string[] = [];
    const series = [{ seriesInstanceUid: "1.2", modality: "CT" }, { seriesInstanceUid: "1.9", modality: "KO" }].map((one) => ({ ...one, label: "", frames: 0, metadataUrl: "https://example.vn" }));
    const metadata = metadataOf(grant) as unknown as { -readonly [Name in keyof StudyMetadata]: StudyMetadata[Name] };
    metadata.series = async () => series;
    metadata.instances = async function* (uid: string) {
      read.push(uid);
      yield Attributes.of(uid === "1.9" ? KO : { ...KO, "0040A730": element("SQ", image("1.2.7")) });
    };
    const frames = [["1.2.1", null], ["1.2.2", 3], ["1.2.2", 4], ["1.2.7", null]].map(([sopInstanceUid, number]) => ({ sopInstanceUid, number, isKey: false }));
    const pane = { series: { seriesInstanceUid: "1.2" }, index: { frames } } as unknown as Parameters<typeof isKeyFrame>[0];
    const keys = () => frames.map((_, frame) => isKeyFrame(pane, frame, { has: () => false }));
    let refreshed = 0;
    const selections = new SavedSelections({ studies: [{ grant } as RoomStudy] }, () => refreshed++);
    expect(await selections.read()).toBe(true);
    expect([keys(), read]).toEqual([[true, true, false, false], ["1.9"]]);
    series.push({ seriesInstanceUid: "1.10", modality: "KO", label: "", frames: 0, metadataUrl: "https://example.vn" });
    await metadata.awaitSeries(["1.10"]);
    await new Promise((resolve) => setTimeout(resolve));
    expect([keys(), read, refreshed]).toEqual([[true, true, false, true], ["1.9", "1.10"], 1]);
    expect(SAVED_KEY_IMAGES.has(undefined)).toBe(false);
  });
});

describe("a saved report", () => {
  it("has the values of each group with its places, each place once", () => {
    const report = readMeasurementReport(Attributes.of(SR));
    expect([report.creator, report.date]).toEqual(["BS. Trần Văn A · BV Chợ Rẫy", "20260131"]);
    expect(report.groups.map(({ name, values, regions }) => [name, values.map((one) => `${one.name}: ${one.value}`), regions.map(({ points }) => points.length)])).toEqual([
      ["Bidirectional 1", ["Long axis: 20 mm", "Short axis: 9 mm"], [2, 2]],
      ["Slope 2", ["Duration: 0.4 s", "Velocity: 40 cm/s", "Change over time: 100 cm/s2"], [2]],
      ["Rectangle 3", ["Area: 50 mm²", "Attenuation Coefficient, Mean: -305 HU"], [5]],
    ]);
    expect(report.groups[0]?.regions.map(({ images }) => images)).toEqual(Array.from({ length: 2 }, () => [{ sopInstanceUid: "1.2.1", frames: [] }]));
  });

  it("is called as its author called it", () => {
    expect(readObject(Attributes.of(SR), "1.9", null as never, "vi")).toMatchObject({ kind: "measurements", title: "Hội chẩn tim", creator: "BS. Trần Văn A · BV Chợ Rẫy" });
  });
});

describe("what a reader saved, in the strip", () => {
  const saved = (changed: Readonly<Record<string, unknown>>) => Attributes.of({ ...SR, "00080060": element("CS", "SR"), "00080070": element("LO", "Filmless"), "00080080": element("LO", "BV Chợ Rẫy"), "00080021": element("DA", "20260131"), "00080031": element("TM", "142503"), ...changed });

  it("is called what it is, by whom, where and when it was saved", () => {
    expect(savedText(saved({ "0008103E": element("LO", "Measurements") }), "vi")).toEqual({ title: "Số đo của người đọc, không phải bản kết quả", lines: ["BS. Trần Văn A · BV Chợ Rẫy lưu lúc 14:25 31/01/2026"] });
    expect(savedText(saved({ "0008103E": element("LO", "Measurements") }), "en")).toEqual({ title: "Measurements of a reader, not a report", lines: ["Saved by BS. Trần Văn A · BV Chợ Rẫy at 14:25 31/01/2026"] });
    expect(savedText(saved({ "00080060": element("CS", "KO") }), "vi")).toEqual({ title: "Hội chẩn tim", lines: ["Ảnh đánh dấu của người đọc", "BS. Trần Văn A · BV Chợ Rẫy lưu lúc 14:25 31/01/2026"] });
  });

  it("says which version of minutes it is", () => {
    const minutes = { "00080060": element("CS", "DOC"), "00420010": element("ST", "Biên bản hội chẩn, bản 2 (thay bản 1)"), "0040A730": element("SQ") };
    expect(savedText(saved(minutes), "vi")).toEqual({ title: "Biên bản hội chẩn, bản 2 (thay bản 1)", lines: ["Tài liệu đã ký", "lúc 14:25 31/01/2026"] });
  });

  it("is not what other software wrote", () => {
    expect(savedText(saved({ "00080070": element("LO", "SIEMENS") }), "vi")).toBeNull();
    expect(savedText(saved({ "00080060": element("CS", "SEG") }), "vi")).toBeNull();
  });
});

it("objects of a study are read once, and those of new series when they come", async () => {
  const series = [{ seriesInstanceUid: "1.8", modality: "SR", metadataUrl: "https://example.vn" }];
  const metadata = { series: async () => series, instances: async function* (uid: string) { yield Attributes.of(uid === "1.8" ? SR : KO); } } as unknown as StudyMetadata;
  const read = new Set<string>();
  const kinds = async () => {
    const found: string[] = [];
    for await (const { kind } of studyObjects(metadata, null as unknown as BitsOf, read, "vi")) {
      found.push(kind);
    }
    return found;
  };
  expect(await kinds()).toEqual(["measurements"]);
  series.push({ seriesInstanceUid: "1.9", modality: "KO", metadataUrl: "https://example.vn" });
  expect(await kinds()).toEqual(["selection"]);
});
