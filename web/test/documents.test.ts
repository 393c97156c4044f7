import { expect, it } from "vitest";
import { isoOf } from "../src/documents/cda-header.js";
import { lineOf, moment } from "../src/documents/lines.js";
import { replacedWords } from "../src/documents/replaced.js";
import { placeOf, seriesOf } from "../src/documents/selection.js";
import { readImages, readLine } from "../src/read/report.js";

const reportWords = { "image-reference": "Ảnh tham chiếu", images: "{n} ảnh", "one-images": "1 image", table: "Bảng" };
const vi = { reportWords, moment: { date: "{dd}/{mm}/{yyyy}", yearMonth: "{mm}/{yyyy}", months: "" } };
const en = {
  reportWords,
  moment: { date: "{d} {month} {yyyy}", yearMonth: "{month} {yyyy}", months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec" },
};

it("dates and times of a report are written as the page writes them", () => {
  for (const [text, vietnamese, english] of [
    ["2024-01-31", "31/01/2024", "31 Jan 2024"],
    ["2024-01", "01/2024", "Jan 2024"],
    ["2024", "2024", "2024"],
    ["14:30:05", "14:30:05", "14:30:05"],
    ["2024-02-03 14:30", "14:30, 03/02/2024", "14:30, 3 Feb 2024"],
    ["2024-02-03 14:30:05 +07:00", "14:30:05, 03/02/2024 (UTC+07:00)", "14:30:05, 3 Feb 2024 (UTC+07:00)"],
    ["Riesmeier Jörg, OFFIS e.V., 2001-02-13 18:47:46", "Riesmeier Jörg, OFFIS e.V., 18:47:46, 13/02/2001", "Riesmeier Jörg, OFFIS e.V., 18:47:46, 13 Feb 2001"],
    ["20241331", "20241331", "20241331"],
  ] as const) {
    expect(moment(text, vi)).toBe(vietnamese);
    expect(moment(text, en)).toBe(english);
  }
});

it("words of ours are said in the language of the page, and those of the author as they are", () => {
  const line = (json: object) => {
    const { name, value } = lineOf(readLine(json), vi);
    return [name, value];
  };
  const images = { name: "Image reference", value: "2 images", name_word: "image-reference", value_word: "images" };
  expect(line({ ...images, count: 2 })).toEqual(["Ảnh tham chiếu", "2 ảnh"]);
  expect(line({ ...images, count: 1, value: "1 image" })).toEqual(["Ảnh tham chiếu", "1 image"]);
  expect(line({ name: "Lịch sử", value: "Table", value_word: "table" })).toEqual(["Lịch sử", "Bảng"]);
  expect(line({ name: "Finding", value: "2024-01-31" })).toEqual(["Finding", "2024-01-31"]);
  expect(line({ name: "Day", value: "2024-01-31", value_word: "moment" })).toEqual(["Day", "31/01/2024"]);
  expect(line({ name: "Findings" })).toEqual(["Findings", null]);
  expect(line({ value: "Cube", value_word: "unknown-here" })).toEqual(["", "Cube"]);
});

it("a selected image is found in its series, frame by frame", () => {
  const images = readImages({
    images: [
      { series_instance_uid: "1.1", sop_instance_uid: "1.1.1" },
      { sop_instance_uid: "1.2.1", frames: [3, 7] },
      { frames: [1] },
    ],
  });
  expect(images.map(({ sopInstanceUid, frame }) => [sopInstanceUid, frame])).toEqual([["1.1.1", null], ["1.2.1", 3], ["1.2.1", 7]]);
  const series = ["1.1", "1.2", "1.9"].map((seriesInstanceUid, place) => ({
    seriesInstanceUid,
    label: "",
    frames: place < 2 ? 9 : 0,
    posterUrl: null,
    thumbsUrl: null,
  }));
  const uids = (place: number) => seriesOf(images[place]!, series).map(({ seriesInstanceUid }) => seriesInstanceUid);
  expect(uids(0)).toEqual(["1.1"]);
  expect(uids(1), "any that has pictures").toEqual(["1.1", "1.2"]);
  const frames = [1, 3, 7].map((number) => ({ sopInstanceUid: "1.2.1", number }));
  expect([images[1]!, images[2]!, images[0]!].map((image) => placeOf(image, frames))).toEqual([1, 2, -1]);
});

it("a time of a CDA document is read as far as it goes", () => {
  for (const [value, expected] of [
    ["20261120103000+0700", "10:30:00, 20/11/2026 (UTC+07:00)"],
    ["202611201030", "10:30, 20/11/2026"],
    ["2026112010", "20/11/2026"],
    ["20261120103000.123-0330", "10:30:00, 20/11/2026 (UTC-03:30)"],
    ["19580302", "02/03/1958"],
    ["195803", "03/1958"],
    ["1958", "1958"],
    ["soon", "soon"],
  ] as const) {
    expect(moment(isoOf(value), vi), value).toBe(expected);
  }
});

it("minutes that a later version replaces say so, and nothing else does", () => {
  const titles = ["Biên bản hội chẩn, bản 3 (thay bản 1)", "Biên bản hội chẩn, bản 1", "Khác, bản 1", "Phim, bản 2"];
  expect(titles.map((title) => replacedWords(title, titles, "vi"))).toEqual(["", "đã thay bằng bản 3", "", ""]);
  expect(replacedWords("Biên bản hội chẩn, bản 1", titles, "en")).toBe("replaced by version 3");
});
