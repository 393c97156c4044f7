/** Hand-made series packs with everything that the index contract allows, and values that the walk knows. */

import { deflateRawSync, deflateSync } from "node:zlib";

const PREVIEW_TYPE = "image/png";

/** A grey PNG with eight bits (RFC 2083). */
export function png(columns, rows, grey) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(columns, 0);
  head.writeUInt32BE(rows, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    lines.set(grey.subarray(row * columns, (row + 1) * columns), row * (columns + 1) + 1);
  }
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}

/** PNG's CRC (RFC 2083, 15). */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function samplesBytes(samples) {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

/**
 * Index and pack of a series. Of a frame `{columns, rows, samples, grey, overlays, ...}`, `samples` become a deflated
 * diagnostic frame (or `encoded`: `{bytes, media_type}`), `grey` the preview; the rest goes into the index as it is.
 */
export function makePack({ frames = [], documents = [], ...rest }) {
  const parts = [];
  let size = 0;
  const add = (bytes) => {
    const span = { offset: size, length: bytes.length };
    parts.push(bytes);
    size += bytes.length;
    return span;
  };
  const previews = frames.map(({ columns, rows, grey }) => add(png(columns, rows, grey ?? Buffer.alloc(columns * rows, 60))));
  const entries = frames.map((frame, place) => {
    const { samples, encoded, grey, overlays = [], bits, sampleType, channels = 1, ...meta } = frame;
    const photometric = frame.photometric_interpretation ?? "MONOCHROME2";
    const bytes = encoded?.bytes ?? (samples === undefined ? null : deflateRawSync(samplesBytes(samples)));
    return {
      sop_instance_uid: `1.2.3.${place + 1}`,
      frame: 1,
      photometric_interpretation: photometric,
      ...meta,
      preview: { ...previews[place], width: frame.columns, height: frame.rows, media_type: PREVIEW_TYPE },
      diagnostic:
        bytes === null
          ? null
          : {
              ...add(bytes),
              media_type: encoded?.media_type ?? "application/octet-stream",
              photometric_interpretation: photometric,
              samples_per_pixel: channels,
              bits_per_sample: bits ?? 8 * (samples?.BYTES_PER_ELEMENT ?? 1),
              sample_type: sampleType ?? "unsigned",
            },
      overlays: overlays.map(({ bitmap, ...overlay }) => ({ ...add(deflateRawSync(bitmap)), ...overlay })),
    };
  });
  const held = documents.map(({ bytes, ...document }) => ({ ...add(bytes), ...document }));
  const last = previews.at(-1);
  const index = {
    version: 2,
    preview_layer: { offset: 0, length: last === undefined ? 0 : last.offset + last.length },
    poster_frame: frames.length > 0 ? 0 : null,
    frames: entries,
    documents: held,
    ...rest,
  };
  return { index, pack: Buffer.concat(parts) };
}

/** Answers the page's requests for a series with this pack. */
export async function servePack(page, seriesUid, { index, pack }) {
  const headers = { "access-control-allow-origin": "*" };
  const isOfSeries = (url) => url.pathname.includes(`/${seriesUid}/`);
  await page.route(
    (url) => isOfSeries(url) && url.pathname.endsWith(".index.json"),
    (route) => route.fulfill({ headers, contentType: "application/json", body: JSON.stringify(index) }),
  );
  await page.route(
    (url) => isOfSeries(url) && url.pathname.endsWith(".pack"),
    (route) => {
      const [, first, last] = /bytes=(\d+)-(\d+)/.exec(route.request().headers()["range"] ?? "") ?? [];
      const body = pack.subarray(Number(first), Number(last) + 1);
      return route.fulfill({ status: 206, headers, contentType: "application/octet-stream", body });
    },
  );
}

/** A one-page PDF with this text, in a font that it does not embed. */
export function pdf(text) {
  const content = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let body = "%PDF-1.4\n";
  const offsets = objects.map((object, place) => {
    const offset = body.length;
    body += `${place + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = body.length;
  const lines = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(body, "latin1");
}
