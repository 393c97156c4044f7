/**
 * A made-up CT of 300 slices, with the same bytes every time. Its noise is like a scanner's, correlated between
 * neighbours, so that it compresses like real slices.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { file } from "../e2e/dicom.js";

const SLICES = 300;
const SIDE = 512;
const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";
const INTERCEPT = -1024;
const NORMALS = 1 << 20;

export const STUDY = {
  uid: "1.2.826.0.1.3680043.10.1999.20240607.1",
  accessionNumber: "A20240607001",
  patientId: "N24-0510733",
  birthDate: "19680314",
  slices: SLICES,
  side: SIDE,
};
/** The same chest again and again, along a whole body. */
export const LONG_STUDY = { ...STUDY, uid: "1.2.826.0.1.3680043.10.1999.20240607.2", accessionNumber: "A20240607002", slices: 2000 };

const order = ({ accessionNumber }) => ({
  accession_number: accessionNumber,
  patient: {
    id: STUDY.patientId,
    name: "Trịnh Thị Minh Nguyệt",
    birth_date: "1968-03-14",
    sex: "F",
    phone: "0903 123 457",
    email: "nguyet@example.vn",
    language: "vi",
  },
  service: { name: "Chụp CLVT ngực" },
  result: { status: "final" },
});

/** mulberry32: small, good enough for noise, and the same everywhere. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Gaussian numbers (Box and Muller), drawn once. Each slice starts reading them at another place. */
function normalNumbers() {
  const random = randomNumbers(20240607);
  return Float32Array.from(
    { length: NORMALS },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** How far a point is from the centre of an ellipse: below 1 is inside. */
function ellipse(x, y, centreX, centreY, radiusX, radiusY) {
  return ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2;
}

/** Hounsfield units of the tissue at a point; `x` and `y` from -1 to 1, `z` from 0 to 1. */
function tissue(x, y, z) {
  const body = ellipse(x, y, 0, 0, 0.82 + 0.06 * Math.sin(3 * z), 0.62 + 0.05 * Math.cos(4 * z));
  if (body >= 1) {
    return -1000;
  }
  const spine = ellipse(x, y, 0, 0.42, 0.11, 0.1);
  if (spine < 1) {
    return 620 - 400 * spine;
  }
  if (Math.abs(body - 0.8) < 0.03 && Math.sin(9 * Math.atan2(y, x) + 14 * z) > 0.55) {
    return 700;
  }
  if (ellipse(x, y, 0.05, -0.08, 0.17, 0.2) < 1) {
    return 180 - 60 * z;
  }
  const lung = ellipse(Math.abs(x), y, 0.38, 0, 0.26 + 0.04 * Math.sin(5 * z), 0.42 * (1 - 0.6 * Math.abs(z - 0.4)));
  if (lung < 1) {
    const vessel = Math.sin(31 * x + 9 * z) * Math.sin(27 * y - 11 * z) * Math.sin(17 * (x + y) + 5 * z);
    return vessel > 0.55 ? -120 : -840 + 60 * lung;
  }
  return body < 0.86 ? 45 + 25 * Math.sin(7 * x + 3 * z) * Math.sin(5 * y - 4 * z) : -90;
}

function slice(number, normals) {
  const z = number / (SLICES - 1);
  const start = (number * 49_999) % NORMALS;
  const normal = (place) => normals[(start + place) % NORMALS];
  const buffer = Buffer.alloc(SIDE * SIDE * 2);
  for (let row = 0, place = 0; row < SIDE; row++) {
    const y = (2 * row) / (SIDE - 1) - 1;
    for (let column = 0; column < SIDE; column++, place++) {
      const x = (2 * column) / (SIDE - 1) - 1;
      const fromCentre = x * x + y * y;
      // Nothing is reconstructed outside the field of view. Inside, the beam is weakest in the middle.
      const noise = (normal(place) + normal(place + 1) + normal(place + SIDE)) * (5 + 6 * Math.exp(-2 * fromCentre));
      const value = fromCentre > 1 ? INTERCEPT : tissue(x, y, z) + noise;
      buffer.writeUInt16LE(Math.min(4095, Math.max(0, Math.round(value) - INTERCEPT)), 2 * place);
    }
  }
  return buffer;
}

function instance(study, number, pixels) {
  const position = -120 - number;
  return file(CT_IMAGE_STORAGE, `${study.uid}.3.${number + 1}`, [
    [0x00080005, "CS", "ISO_IR 192"],
    [0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"],
    [0x00080020, "DA", "20240607"],
    [0x00080030, "TM", "082900"],
    [0x00080050, "SH", study.accessionNumber],
    [0x00080060, "CS", "CT"],
    [0x00081030, "LO", "CT ngực"],
    [0x0008103e, "LO", "Ngực 1.0 B30f"],
    [0x00100010, "PN", "TRINH^THI MINH NGUYET"],
    [0x00100020, "LO", STUDY.patientId],
    [0x00100030, "DA", STUDY.birthDate],
    [0x00100040, "CS", "F"],
    [0x0020000d, "UI", study.uid],
    [0x0020000e, "UI", `${study.uid}.3`],
    [0x00200010, "SH", "1"],
    [0x00200011, "IS", 3],
    [0x00200013, "IS", number + 1],
    [0x00200032, "DS", `-180\\-180\\${position}`],
    [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
    [0x00200052, "UI", `${study.uid}.9`],
    [0x00201041, "DS", position],
    [0x00280002, "US", 1],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280010, "US", SIDE],
    [0x00280011, "US", SIDE],
    [0x00280030, "DS", "0.703125\\0.703125"],
    [0x00280100, "US", 16],
    [0x00280101, "US", 12],
    [0x00280102, "US", 11],
    [0x00280103, "US", 0],
    [0x00281050, "DS", "40"],
    [0x00281051, "DS", "400"],
    [0x00281052, "DS", INTERCEPT],
    [0x00281053, "DS", 1],
    [0x7fe00010, "OW", pixels],
  ]);
}

/** Writes the study's files and its order; returns both paths and a digest of all files. */
export function writeThorax(folder, study = STUDY) {
  const files = join(folder, "study");
  mkdirSync(files, { recursive: true });
  const normals = normalNumbers();
  const digest = createHash("sha256");
  const made = [];
  for (let number = 0; number < study.slices; number++) {
    const pixels = (made[number % SLICES] ??= slice(number, normals));
    const bytes = instance(study, number, pixels);
    digest.update(bytes);
    writeFileSync(join(files, `${String(number + 1).padStart(3, "0")}.dcm`), bytes);
  }
  const path = join(folder, "order.json");
  writeFileSync(path, JSON.stringify(order(study), null, 2));
  return { files, order: path, digest: digest.digest("hex") };
}
