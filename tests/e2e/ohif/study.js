/** A study with one series of each kind that OHIF has to show; every picture is known, so that its pixels can be asked for. */

import { file } from "../dicom.js";

const IMPLEMENTATION = "1.2.826.0.1.3680043.10.1999";
const SIDE = 64;

const CLASSES = {
  CT: "1.2.840.10008.5.1.4.1.1.2",
  MR: "1.2.840.10008.5.1.4.1.1.4",
  US: "1.2.840.10008.5.1.4.1.1.3.1",
  OT: "1.2.840.10008.5.1.4.1.1.7",
  NM: "1.2.840.10008.5.1.4.1.1.20",
  DOC: "1.2.840.10008.5.1.4.1.1.104.1",
};

/** Top left dark, bottom right bright, and different in every image. */
export function level(row, column, image) {
  return row + column + 4 * image;
}

function grey(image, bytesPerSample, value = (sample) => sample) {
  const buffer = Buffer.alloc(SIDE * SIDE * bytesPerSample);
  for (let place = 0; place < SIDE * SIDE; place++) {
    const sample = value(level(Math.floor(place / SIDE), place % SIDE, image));
    if (bytesPerSample === 2) {
      buffer.writeInt16LE(sample, 2 * place);
    } else {
      buffer.writeUInt8(sample, place);
    }
  }
  return buffer;
}

/** Red from the top, green from the left, blue by the image. */
function colours(image) {
  const pixel = (place) => [4 * Math.floor(place / SIDE), 4 * (place % SIDE), 16 * image];
  return Buffer.from(Array.from({ length: SIDE * SIDE }, (_, place) => pixel(place)).flat());
}

/** Every index its own colour: red is the index, green what is left of 255. */
function palette() {
  const table = (value) => Buffer.from(new Uint16Array(Array.from({ length: 256 }, (_, index) => value(index) * 257)).buffer);
  return [
    ...[0x00281101, 0x00281102, 0x00281103].map((tag) => [tag, "US", Buffer.from(new Uint16Array([256, 0, 16]).buffer)]),
    [0x00281201, "OW", table((index) => index)],
    [0x00281202, "OW", table((index) => 255 - index)],
    [0x00281203, "OW", table(() => 40)],
  ];
}

const bits = (allocated, stored, isSigned = false) => [
  [0x00280100, "US", allocated],
  [0x00280101, "US", stored],
  [0x00280102, "US", stored - 1],
  [0x00280103, "US", isSigned ? 1 : 0],
];

const window = (center, width) => [
  [0x00281050, "DS", center],
  [0x00281051, "DS", width],
];

function common(study, series, modality, description) {
  return [
    [0x00080005, "CS", "ISO_IR 192"],
    [0x00080020, "DA", "20210504"],
    [0x00080030, "TM", "101500"],
    [0x00080050, "SH", study.accessionNumber],
    [0x00080060, "CS", modality],
    [0x00081030, "LO", "Every kind"],
    [0x0008103e, "LO", description],
    [0x00100010, "PN", study.patientName],
    [0x00100020, "LO", study.patientId],
    [0x00100030, "DA", "19580302"],
    [0x00100040, "CS", "F"],
    [0x0020000d, "UI", study.uid],
    [0x0020000e, "UI", `${study.uid}.${series}`],
    [0x00200010, "SH", "1"],
    [0x00200011, "IS", series],
  ];
}

function picture(photometric = "MONOCHROME2", samples = 1) {
  return [
    [0x00280002, "US", samples],
    [0x00280004, "CS", photometric],
    ...(samples === 3 ? [[0x00280006, "US", 0]] : []),
    [0x00280010, "US", SIDE],
    [0x00280011, "US", SIDE],
  ];
}

/** Slices of a stack, 3 mm apart. */
function slices(study, series, { modality, images, more }) {
  return Array.from({ length: images }, (_, image) => {
    const place = [
      [0x00200013, "IS", image + 1],
      [0x00200032, "DS", `-32\\-32\\${image * 3}`],
      [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
      [0x00200052, "UI", `${study.uid}.99`],
      [0x00280030, "DS", "1\\1"],
    ];
    const elements = [...common(study, series, modality, `${modality} stack`), ...picture(), ...place, ...more(image)];
    return file(CLASSES[modality], `${study.uid}.${series}.${image + 1}`, elements);
  });
}

const signedCt = (image) => [
  ...bits(16, 16, true),
  ...window(40, 400),
  [0x00281052, "DS", "-1024"],
  [0x00281053, "DS", "1"],
  [0x00281054, "LO", "HU"],
  [0x7fe00010, "OW", grey(image, 2, (sample) => 1024 - 160 + 2 * sample)],
];

const unsignedMr = (image) => [
  ...bits(16, 12),
  ...window(500, 1000),
  [0x7fe00010, "OW", grey(image, 2, (sample) => 5 * sample)],
];

function single(study, series, modality, description, elements) {
  return [file(CLASSES[modality], `${study.uid}.${series}.1`, [...common(study, series, modality, description), [0x00200013, "IS", 1], ...elements])];
}

function clip(study, series) {
  const frames = Array.from({ length: 12 }, (_, image) => colours(image));
  return single(study, series, "US", "US clip", [
    ...picture("RGB", 3),
    ...bits(8, 8),
    [0x00181063, "DS", "40"],
    [0x00280008, "IS", frames.length],
    [0x00280009, "AT", Buffer.from([0x18, 0, 0x63, 0x10])],
    [0x7fe00010, "OB", Buffer.concat(frames)],
  ]);
}

function indexed(study, series) {
  return single(study, series, "OT", "Palette", [
    ...picture("PALETTE COLOR"),
    ...bits(8, 8),
    ...palette(),
    [0x7fe00010, "OB", grey(0, 1)],
  ]);
}

function nuclear(study, series) {
  const frames = Array.from({ length: 4 }, (_, image) => grey(image, 2));
  return single(study, series, "NM", "NM whole body", [
    ...picture(),
    ...bits(16, 16),
    ...window(90, 180),
    [0x00280008, "IS", frames.length],
    [0x00280009, "AT", Buffer.from([0x54, 0, 0x20, 0])],
    [0x00540020, "US", Buffer.from(new Uint16Array([1, 2, 1, 2]).buffer)],
    [0x7fe00010, "OW", Buffer.concat(frames)],
  ]);
}

/** A PDF of one empty page; OHIF shows it with the browser's own reader. */
export const PDF = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

function report(study, series) {
  return single(study, series, "DOC", "PDF report", [
    [0x00420010, "ST", "Report"],
    [0x00420011, "OB", PDF],
    [0x00420012, "LO", "application/pdf"],
  ]);
}

/** How many images each series has, in the order of their numbers. */
export const KINDS = [
  { number: 1, modality: "CT", description: "CT stack", images: 12, files: (study) => slices(study, 1, { modality: "CT", images: 12, more: signedCt }) },
  { number: 2, modality: "MR", description: "MR stack", images: 8, files: (study) => slices(study, 2, { modality: "MR", images: 8, more: unsignedMr }) },
  { number: 3, modality: "US", description: "US clip", images: 12, files: (study) => clip(study, 3) },
  { number: 4, modality: "OT", description: "Palette", images: 1, files: (study) => indexed(study, 4) },
  { number: 5, modality: "NM", description: "NM whole body", images: 4, files: (study) => nuclear(study, 5) },
  { number: 6, modality: "DOC", description: "PDF report", images: 0, files: (study) => report(study, 6) },
];

export const STUDY = {
  uid: `${IMPLEMENTATION}.20210504.1`,
  accessionNumber: "A20210504001",
  patientId: "N20-0317542",
  patientName: "NGUYEN^THI HOA",
  series: KINDS,
};

/** Of the same patient; the token does not open it. */
export const OTHER = { ...STUDY, uid: `${IMPLEMENTATION}.20210611.1`, accessionNumber: "A20210611001", series: KINDS.slice(0, 1) };
