/** Small made-up studies with known contents: a white square that moves from image to image. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const IMPLEMENTATION = "1.2.826.0.1.3680043.10.1999";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const LONG_LENGTH = new Set(["OB", "OW", "UN", "UT", "SQ"]);
const NUL_PADDED = new Set(["UI", "OB"]);

/** One element in explicit VR little endian (PS3.5 7.1.2). */
function element(tag, vr, value) {
  let bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value), "utf8");
  if (vr === "US" && !Buffer.isBuffer(value)) {
    bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
  }
  if (bytes.length % 2 === 1) {
    bytes = Buffer.concat([bytes, Buffer.from(NUL_PADDED.has(vr) ? "\0" : " ")]);
  }
  const head = Buffer.alloc(LONG_LENGTH.has(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, "latin1");
  if (LONG_LENGTH.has(vr)) {
    head.writeUInt32LE(bytes.length, 8);
  } else {
    head.writeUInt16LE(bytes.length, 6);
  }
  return Buffer.concat([head, bytes]);
}

/** A file (PS3.10 7.1) of elements given as [tag, VR, value], sorted by tag. */
export function file(sopClassUid, sopInstanceUid, elements) {
  const meta = Buffer.concat([
    element(0x00020001, "OB", Buffer.from([0, 1])),
    element(0x00020002, "UI", sopClassUid),
    element(0x00020003, "UI", sopInstanceUid),
    element(0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN),
    element(0x00020012, "UI", IMPLEMENTATION),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const group = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from("UL"), Buffer.from([4, 0]), length]);
  const body = [...elements, [0x00080016, "UI", sopClassUid], [0x00080018, "UI", sopInstanceUid]]
    .sort(([a], [b]) => a - b)
    .map(([tag, vr, value]) => element(tag, vr, value));
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), group, meta, ...body]);
}

/** A grey picture with a bright square; `x` is its position from left (0) to right (1). */
function pixels(rows, columns, x, bytesPerPixel, grey, bright) {
  const buffer = Buffer.alloc(rows * columns * bytesPerPixel);
  const side = Math.round(rows / 6);
  const left = Math.round(x * (columns - side));
  const top = Math.round((rows - side) / 2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isInside = row >= top && row < top + side && column >= left && column < left + side;
      const value = isInside ? bright : grey;
      const position = (row * columns + column) * bytesPerPixel;
      if (bytesPerPixel === 2) {
        buffer.writeInt16LE(value, position);
      } else {
        buffer.writeUInt8(value, position);
      }
    }
  }
  return buffer;
}

function common(study, series, modality, rows, columns) {
  return [
    [0x00080005, "CS", "ISO_IR 192"],
    [0x00080020, "DA", study.date ?? "20201123"],
    [0x00080030, "TM", "081500"],
    [0x00080050, "SH", study.accessionNumber],
    [0x00080060, "CS", modality],
    [0x00081030, "LO", "Walk"],
    [0x0008103e, "LO", series.description],
    [0x00100010, "PN", study.patientName],
    [0x00100020, "LO", study.patientId],
    [0x00100030, "DA", "19580302"],
    [0x00100040, "CS", "F"],
    [0x0020000d, "UI", study.uid],
    [0x0020000e, "UI", `${study.uid}.${series.number}`],
    [0x00200010, "SH", "1"],
    [0x00200011, "IS", series.number],
    [0x00280002, "US", 1],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280010, "US", rows],
    [0x00280011, "US", columns],
  ];
}

function eightBit() {
  return [
    [0x00280100, "US", 8],
    [0x00280101, "US", 8],
    [0x00280102, "US", 7],
    [0x00280103, "US", 0],
    [0x00281050, "DS", "128"],
    [0x00281051, "DS", "256"],
  ];
}

function ctSlices(study, series) {
  const [rows, columns] = [160, 160];
  const whole = (slice) => pixels(rows, columns, slice / (series.images - 1), 2, 1024 - 60, 1024 + 400);
  const kept = (slice) => whole(slice).subarray(0, rows * columns * 2 - (slice === 5 ? (series.cutBytes ?? 0) : 0));
  return Array.from({ length: series.images }, (_, slice) => {
    const elements = [
      ...common(study, series, "CT", rows, columns),
      [0x00200013, "IS", slice + 1],
      [0x00200032, "DS", `-80\\-80\\${slice * 3}`],
      [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
      [0x00200052, "UI", `${study.uid}.99`],
      [0x00280030, "DS", "1\\1"],
      [0x00280100, "US", 16],
      [0x00280101, "US", 16],
      [0x00280102, "US", 15],
      [0x00280103, "US", 1],
      [0x00281050, "DS", "40"],
      [0x00281051, "DS", "400"],
      [0x00281052, "DS", "-1024"],
      [0x00281053, "DS", "1"],
      [0x00281054, "LO", "HU"],
      [0x7fe00010, "OW", kept(slice)],
    ];
    return file("1.2.840.10008.5.1.4.1.1.2", `${study.uid}.${series.number}.${slice + 1}`, elements);
  });
}

function ultrasoundClip(study, series) {
  const [rows, columns] = [120, 160];
  const frames = Array.from({ length: series.images }, (_, frame) =>
    pixels(rows, columns, frame / (series.images - 1), 1, 60, 250),
  );
  const elements = [
    ...common(study, series, "US", rows, columns),
    ...eightBit(),
    [0x00181063, "DS", "40"],
    [0x00200013, "IS", 1],
    [0x00280008, "IS", series.announced ?? series.images],
    [0x7fe00010, "OB", Buffer.concat(frames)],
  ];
  return [file("1.2.840.10008.5.1.4.1.1.3.1", `${study.uid}.${series.number}.1`, elements)];
}

/** Large enough that full quality comes resolution by resolution. */
function xRay(study, series) {
  const [rows, columns] = [2400, 1920];
  const elements = [
    ...common(study, series, "DX", rows, columns),
    [0x00181164, "DS", "0.15\\0.15"],
    [0x00200013, "IS", 1],
    [0x00280100, "US", 16],
    [0x00280101, "US", 12],
    [0x00280102, "US", 11],
    [0x00280103, "US", 0],
    [0x00281050, "DS", "2048"],
    [0x00281051, "DS", "4096"],
    [0x7fe00010, "OW", pixels(rows, columns, 0.5, 2, 1000, 4000)],
  ];
  return [file("1.2.840.10008.5.1.4.1.1.1.1", `${study.uid}.${series.number}.1`, elements)];
}

/** The views of a series, each an image. */
function mammograms(study, series) {
  const [rows, columns] = [300, 240];
  return series.views.map(([laterality, view], place) => {
    const elements = [
      ...common(study, series, "MG", rows, columns),
      [0x00180015, "CS", "BREAST"],
      [0x00185101, "CS", view],
      [0x00200013, "IS", place + 1],
      [0x00200020, "CS", `${laterality === "R" ? "P" : "A"}\\${laterality === "R" ? "L" : "R"}`],
      [0x00200062, "CS", laterality],
      ...eightBit(),
      [0x7fe00010, "OB", pixels(rows, columns, laterality === "R" ? 0.8 : 0.2, 1, 60, 250)],
    ];
    return file("1.2.840.10008.5.1.4.1.1.1.2", `${study.uid}.${series.number}.${place + 1}`, elements);
  });
}

const VIEWS = [["L", "MLO"], ["R", "MLO"], ["L", "CC"], ["R", "CC"]];

export const STUDY = {
  uid: `${IMPLEMENTATION}.20201123.1`,
  accessionNumber: "A20201123001",
  patientId: "N20-0317542",
  patientName: "NGUYEN^THI HOA",
  series: [
    { number: 1, description: "Lung", images: 24, files: ctSlices },
    { number: 2, description: "Heart", images: 12, files: ultrasoundClip },
    { number: 3, description: "Chest", images: 1, files: xRay },
  ],
};

/** The same from a bad disc: one slice lacks a row, and two images that the clip announces are missing. */
export const DAMAGED = {
  ...STUDY,
  series: STUDY.series.map((series) => ({
    ...series,
    ...{ Lung: { cutBytes: 320 }, Heart: { images: 10, announced: 12 } }[series.description],
  })),
};

export const ORDER = {
  accession_number: STUDY.accessionNumber,
  patient: {
    id: STUDY.patientId,
    name: "Nguyễn Thị Hoà",
    birth_date: "1958-03-02",
    sex: "F",
    phone: "0903 123 456",
    email: "hoa@example.vn",
    language: "vi",
  },
  service: { code: "18.0220.0041", name: "Chụp CLVT ngực" },
  declared_instances: 26,
  result: { status: "final", conclusion: "Bình thường." },
};

/** The same patient a year earlier: the lung only. */
export const EARLIER = {
  ...STUDY,
  uid: `${IMPLEMENTATION}.20191120.1`,
  accessionNumber: "A20191120001",
  date: "20191120",
  series: STUDY.series.slice(0, 1).map((series) => ({ ...series, images: 12 })),
};

/** Four views, a series each. */
export const MAMMOGRAPHY = {
  ...STUDY,
  series: VIEWS.map(([laterality, view], place) => ({ number: place + 1, description: `${laterality} ${view}`, views: [[laterality, view]], files: mammograms })),
};

/** The year before: one series, and the left CC is missing. */
export const EARLIER_MAMMOGRAPHY = {
  ...EARLIER,
  series: [{ number: 1, description: "Screening", views: VIEWS.filter((view) => view.join() !== "L,CC"), files: mammograms }],
};

/** Writes a study's files and its order; returns both paths. */
export function writeStudy(folder, study = STUDY, order = {}) {
  const files = join(folder, study.uid);
  mkdirSync(files, { recursive: true });
  for (const series of study.series) {
    for (const [index, bytes] of series.files(study, series).entries()) {
      writeFileSync(join(files, `${series.number}-${index + 1}.dcm`), bytes);
    }
  }
  const path = join(folder, `${study.uid}.json`);
  writeFileSync(path, JSON.stringify({ ...ORDER, accession_number: study.accessionNumber, ...order }, null, 2));
  return { files, order: path };
}
