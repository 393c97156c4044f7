/** Packs with known values: what the tools must say about them. */

import { makePack, pdf } from "./pack.js";

/** A CT of 12 slices, 5 mm apart: -1000 around a square of 100 + slice, in pixels of 0.5 × 0.8 mm. */
export const CT = { columns: 64, rows: 64, aspect: 1.6, slices: 12, square: { first: 8, last: 23 }, air: -1000, tissue: 100 };

const DEFAULT_WINDOW = { center: 40, width: 400, name: "Soft" };

function squared(pixel, inside, outside) {
  const { first, last } = CT.square;
  const isInside = (place) => place >= first && place <= last;
  for (let row = 0; row < CT.rows; row++) {
    for (let column = 0; column < CT.columns; column++) {
      pixel(row * CT.columns + column, isInside(column) && isInside(row) ? inside : outside);
    }
  }
}

function ctSlice(slice, { z = slice * 5, step = 1 } = {}) {
  const samples = new Int16Array(CT.rows * CT.columns);
  const grey = Buffer.alloc(samples.length);
  squared((place, value) => (samples[place] = value + 1000), CT.tissue + slice * step, CT.air);
  squared((place, value) => (grey[place] = value), 200, 20);
  return {
    columns: CT.columns,
    rows: CT.rows,
    aspect: CT.aspect,
    samples,
    grey,
    bits: 12,
    sampleType: "signed",
    rescale: { slope: 1, intercept: -1000, unit: "HU" },
    window: DEFAULT_WINDOW,
    presets: [DEFAULT_WINDOW, { center: -500, width: 1400, name: "Air", function: "SIGMOID" }],
    spacing: { row_mm: 0.8, column_mm: 0.5, source: "pixel-spacing" },
    position: [0, 0, z],
    orientation: [1, 0, 0, 0, 1, 0],
    slice_position: z,
    frame_of_reference_uid: "1.2.3.4",
    ...(slice === 7 ? { is_key: true } : {}),
  };
}

export function ct() {
  const frames = Array.from({ length: CT.slices }, (_, slice) => ctSlice(slice));
  const thumbs = { tile: 96, columns: 10, frames: [0, 4, 8] };
  return makePack({ modality: "CT", frames, thumbs });
}

/** A chest X-ray that marks left and right only in words. */
export function chest() {
  const samples = new Uint16Array(CT.rows * CT.columns);
  squared((place, value) => (samples[place] = value), 900, 200);
  const sides = { patient_orientation: ["L", "F"], view_position: "PA", laterality: "L" };
  const frame = { columns: CT.columns, rows: CT.rows, samples, window: { center: 512, width: 1024 }, ...sides };
  return makePack({ modality: "DX", frames: [frame] });
}

/** The same place in the patient, in 10 mm slices starting at 10 mm. */
export function thickCt() {
  const frames = Array.from({ length: 5 }, (_, slice) => ctSlice(slice, { z: 10 + slice * 10, step: 10 }));
  return makePack({ modality: "CT", frames });
}

/** An ultrasound film in colour: half of it calibrated, half Doppler. */
export function ultrasound() {
  const frames = Array.from({ length: 6 }, (_, frame) => {
    const samples = new Uint8Array(3 * CT.rows * CT.columns);
    squared((place, ybr) => samples.set(ybr, 3 * place), [76, 85, 255], [29, 255, 107]);
    return {
      columns: CT.columns,
      rows: CT.rows,
      samples,
      channels: 3,
      photometric_interpretation: "YBR_FULL",
      sop_instance_uid: "1.2.3.9",
      frame: frame + 1,
      frame_time_ms: 100,
      regions: [
        { x0: 0, y0: 0, x1: 63, y1: 31, unit_x: 3, unit_y: 3, delta_x: 0.1, delta_y: 0.1 },
        { x0: 0, y0: 32, x1: 63, y1: 63, unit_x: 4, unit_y: 7, delta_x: 0.01, delta_y: 2 },
      ],
    };
  });
  return makePack({ modality: "US", frames });
}

/** A mask, and a picture with 30 more in the square. Shown subtracted, with an overlay in the corner. */
export function angiography() {
  const picture = (inside, rest) => {
    const samples = new Uint16Array(CT.rows * CT.columns);
    squared((place, value) => (samples[place] = value), inside, 500);
    const common = { columns: CT.columns, rows: CT.rows, samples, bits: 10, window: { center: 500, width: 1000 } };
    const spacing = { row_mm: 0.2, column_mm: 0.2, source: "imager-pixel-spacing" };
    return { ...common, spacing, sop_instance_uid: "1.2.3.8", frame_time_ms: 200, ...rest };
  };
  const bitmap = Buffer.alloc((CT.rows * CT.columns) / 8);
  for (let row = 48; row < 64; row++) {
    bitmap.fill(0xff, row * 8 + 6, row * 8 + 8);
  }
  const mask = { frames: [0], shift: [0, 0], is_default: true, window: { center: 0, width: 101 } };
  const overlays = [{ bitmap, rows: CT.rows, columns: CT.columns, origin: [1, 1] }];
  return makePack({
    modality: "XA",
    poster_frame: 1,
    frames: [picture(500, { frame: 1 }), picture(530, { frame: 2, mask, overlays })],
  });
}

/** A gamma camera projection in 32-bit floats. */
export function nuclear() {
  const frames = [1, 2, 3].map((frame) => {
    const samples = new Float32Array(CT.rows * CT.columns);
    squared((place, value) => (samples[place] = value), 0.5, 0.25);
    const place = { detector: 1, angular_view: frame };
    const window = { center: 0.5, width: 1, function: "LINEAR_EXACT" };
    const common = { columns: CT.columns, rows: CT.rows, samples, sampleType: "float", window };
    return { ...common, sop_instance_uid: "1.2.3.7", frame, position_in_run: place };
  });
  return makePack({ modality: "NM", frames });
}

/** A clinical document with a revised finding, a table, a declared character set, and parts that are not text. */
const CDA = `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Kết quả chụp CT</title><component><structuredBody><component><section>
<title>Mô tả</title><text><paragraph>Không thấy <content revised="delete">khối u</content><content revised="insert">tổn thương</content>.</paragraph>
<table><thead><tr><th>Vị trí</th><th>mm</th></tr></thead><tbody><tr><td>S6</td><td/></tr><tr><td>S8</td><td>12</td></tr></tbody></table>
<list listType="ordered"><item>&lt;b&gt;đậm&lt;/b&gt;</item></list><renderMultiMedia referencedObject="X">ảnh</renderMultiMedia></text>
<component><section><title>Kết luận</title><text>Theo dõi sau 3 tháng<br/>Bác sĩ đã ký</text></section></component>
</section></component></structuredBody></component></ClinicalDocument>`;

/** A report as a clinical document, and a truncated one. */
export function clinicalDocuments() {
  const cda = (title, text) => ({ kind: "cda", title, media_type: "text/xml", bytes: Buffer.from(text) });
  return makePack({ modality: "SR", documents: [cda("Kết quả", CDA), cda("Bị cắt", CDA.slice(0, -60))] });
}

/** No picture at all: a report, a PDF, and a file that is only kept. */
export function documents() {
  const report = {
    title: "Báo cáo liều",
    lines: [
      { level: 0, name: "CT" },
      { level: 1, name: "DLP", value: "612 mGy.cm" },
      { level: 1, name: "Ghi chú", value: "<b>không</b>" },
    ],
  };
  return makePack({
    modality: "SR",
    documents: [
      { kind: "report", title: "Báo cáo liều", media_type: "application/json", bytes: Buffer.from(JSON.stringify(report)) },
      { kind: "pdf", title: "", media_type: "application/pdf", bytes: pdf("Ket qua") },
      { kind: "video", title: "", media_type: "video/mpeg", bytes: Buffer.from("mpeg") },
    ],
    others: [1, 2].map((place) => ({ sop_instance_uid: `1.${place}`, name: "Grayscale Softcopy Presentation State Storage" })),
    without_picture: [{ sop_instance_uid: "1.9", code: "corrupt-pixel-data" }],
  });
}
