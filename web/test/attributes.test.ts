/** The panel of all attributes: what it lists, and what a search finds. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Attributes } from "../src/read/attributes.js";
import { instanceLine } from "../src/read/metadata-lines.js";
import { matching, parseNames, rowsOf } from "../src/reading-room/attributes/rows.js";

const NAMES = parseNames(readFileSync(join(import.meta.dirname, "../src/reading-room/attributes/names.txt"), "utf8"));

const FILE = Attributes.of({
  "00080018": { vr: "UI", Value: ["1.2.3"] },
  "00080008": { vr: "CS", Value: ["ORIGINAL", "PRIMARY", "AXIAL"] },
  "00100010": { vr: "PN", Value: [{ Alphabetic: "NGUYEN^VAN A", Ideographic: "Nguyễn^Văn Á" }] },
  "00280030": { vr: "DS", Value: ["0.5", 0.8] },
  "00081115": { vr: "SQ", Value: [{ "0020000E": { vr: "UI", Value: ["1.2.4"] } }, { "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2.5"] } }] } }] },
  "00090010": { vr: "LO", Value: ["GEMS_PETD_01"] },
  "0009100D": { vr: "DT", Value: ["20260131100000"] },
  "60020010": { vr: "US", Value: [64] },
  "7FE00010": { vr: "OW", BulkDataURI: "instances/1.2.3/bulkdata/7fe00010" },
  "00420011": { vr: "OB", InlineBinary: "AAEC" },
  "00080050": { vr: "SH" },
});

describe("the rows", () => {
  const rows = rowsOf(FILE, NAMES);

  it("name each attribute as the standard does, in the order of the tags, with values and nested items", () => {
    expect(rows.map(({ depth, tag, item, name, vr, value }) => [depth, item === null ? tag : `#${item}`, name, vr, value].join("|"))).toEqual([
      "0|(0008,0008)|Image Type|CS|ORIGINAL \\ PRIMARY \\ AXIAL",
      "0|(0008,0018)|SOP Instance UID|UI|1.2.3",
      "0|(0008,0050)|Accession Number|SH|",
      "0|(0008,1115)|Referenced Series Sequence|SQ|",
      "1|#1|||",
      "1|(0020,000E)|Series Instance UID|UI|1.2.4",
      "1|#2|||",
      "1|(0008,1140)|Referenced Image Sequence|SQ|",
      "2|#1|||",
      "2|(0008,1155)|Referenced SOP Instance UID|UI|1.2.5",
      "0|(0009,0010)|Private Creator|LO|GEMS_PETD_01",
      "0|(0009,100D)|GEMS_PETD_01|DT|20260131100000",
      "0|(0010,0010)|Patient's Name|PN|NGUYEN^VAN A = Nguyễn^Văn Á",
      "0|(0028,0030)|Pixel Spacing|DS|0.5 \\ 0.8",
      "0|(0042,0011)|Encapsulated Document|OB|",
      "0|(6002,0010)|Overlay Rows|US|64",
      "0|(7FE0,0010)|Pixel Data|OW|",
    ]);
    expect(rows.filter(({ isPrivate }) => isPrivate).map(({ tag }) => tag)).toEqual(["(0009,0010)", "(0009,100D)"]);
    expect(rows.find(({ vr }) => vr === "OB")?.bytes).toBe(3);
    expect(rows.find(({ vr }) => vr === "OW")?.isElsewhere).toBe(true);
  });

  it.each([
    ["00280030", ["(0028,0030)"]],
    ["(0028,0030)", ["(0028,0030)"]],
    ["pixel spacing", ["(0028,0030)"]],
    ["spacing PIXEL", ["(0028,0030)"]],
    ["nguyen van a", ["(0010,0010)"]],
    ["1.2.5", ["(0008,1115)", "#2", "(0008,1140)", "#1", "(0008,1155)"]],
    ["1.2.4", ["(0008,1115)", "#1", "(0020,000E)"]],
    ["nothing like this", []],
  ])("a search for %j finds %j, with what it stands in", (searched, found) => {
    expect(matching(rows, searched).map(({ tag, item }) => (item === null ? tag : `#${item}`))).toEqual(found);
  });
});

describe("the values", () => {
  it("are of the kind that is asked for, or missing", () => {
    expect([FILE.numbers("00280030"), FILE.number("00280030"), FILE.text("00280030")]).toEqual([[0.5, 0.8], 0.5, "0.5"]);
    expect([FILE.number("00080018"), FILE.numbers("00080008"), FILE.text("00080050"), FILE.item("00080018")]).toEqual([null, [], null, null]);
    expect([...(FILE.bytes("00420011") ?? [])]).toEqual([0, 1, 2]);
  });
});

it.each([
  ["[", null],
  ["]", null],
  ['[{"00080018":{"vr":"UI","Value":["1.2.3"]}},', { sopInstanceUid: "1.2.3", text: '{"00080018":{"vr":"UI","Value":["1.2.3"]}}' }],
  ['{"00080018":{"vr":"UI","Value":["1.2.3"]}}]', { sopInstanceUid: "1.2.3", text: '{"00080018":{"vr":"UI","Value":["1.2.3"]}}' }],
  ['{"00080018":{"Value":["1.2.3"],"vr":"UI"}}', { sopInstanceUid: "1.2.3", text: '{"00080018":{"Value":["1.2.3"],"vr":"UI"}}' }],
])("the line %j of the metadata", (line, instance) => {
  expect(instanceLine(line)).toEqual(instance);
});
