/**
 * Serves OHIF as fast as possible: scripts minified, all text compressed with brotli's best, no requests to anybody
 * else, DICOMweb answered from memory. Its frames are the exact bytes that our own viewer decodes.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompressSync, constants, gunzipSync } from "node:zlib";
import { transform } from "esbuild";

/** Uses only the built files in the package; its dependencies are not installed. */
const PACKAGE = "@ohif/app@3.13.2";
const INTEGRITY = "sha512-WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==";
const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};
const COMPRESSED = /\.(css|html|js|json|svg|wasm)$/;
const BOUNDARY = "frame";

const CONFIG = {
  routerBasename: null,
  extensions: [],
  modes: [],
  customizationService: {},
  showStudyList: false,
  maxNumberOfWebWorkers: 2,
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: false,
  investigationalUseDialog: { option: "never" },
  defaultDataSourceName: "dicomweb",
  dataSources: [
    {
      namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
      sourceName: "dicomweb",
      configuration: {
        friendlyName: "bench",
        name: "bench",
        qidoRoot: "/dicomweb",
        wadoRoot: "/dicomweb",
        wadoUriRoot: "/dicomweb",
        imageRendering: "wadors",
        thumbnailRendering: "wadors",
        enableStudyLazyLoad: true,
        staticWado: true,
        singlepart: "bulkdata,video",
        omitQuotationForMultipartRequest: true,
      },
    },
  ],
};

/** Fetches and minifies OHIF once; returns the folder of its files. */
async function install(folder) {
  const files = join(folder, PACKAGE.replaceAll(/[@/]/g, "-").slice(1));
  if (existsSync(files)) {
    return files;
  }
  const work = `${files}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const run = promisify(execFile);
  await run("npm", ["pack", "--silent", "--pack-destination", work, PACKAGE], { cwd: import.meta.dirname });
  const archive = join(work, readdirSync(work)[0]);
  if (`sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}` !== INTEGRITY) {
    throw new Error(`${PACKAGE} is not what it was`);
  }
  await run("tar", ["-xzf", archive, "-C", work, "--exclude=*.map", "--exclude=*/ort/*", "package/dist"]);
  const dist = join(work, "package/dist");
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".js"))) {
    const path = join(dist, name);
    const { code } = await transform(readFileSync(path, "utf8"), { minify: true, legalComments: "none" });
    writeFileSync(path, code);
  }
  writeFileSync(join(dist, "app-config.js"), `window.config = ${JSON.stringify(CONFIG)};`);
  renameSync(dist, files);
  rmSync(work, { recursive: true, force: true });
  return files;
}

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
}

/** A file as sent. Compressed at the first request, which comes from the visit before the measured ones. */
function readStatic(files, path) {
  const name = existsSync(join(files, path)) && extname(path) !== "" ? path : "/index.html";
  const whole = join(files, name);
  const headers = { "content-type": TYPES[extname(name)] ?? "application/octet-stream" };
  if (!COMPRESSED.test(name)) {
    return { headers, body: readFileSync(whole) };
  }
  if (!existsSync(`${whole}.br`)) {
    writeFileSync(`${whole}.br`, brotli(readFileSync(whole)));
  }
  return { headers: { ...headers, "content-encoding": "br" }, body: readFileSync(`${whole}.br`) };
}

function dicomJson(value) {
  const headers = { "content-type": "application/dicom+json", "content-encoding": "br" };
  return { headers, body: brotli(Buffer.from(JSON.stringify(value))) };
}

function frameAnswer({ bytes, mediaType, transferSyntaxUid }) {
  const part = `${mediaType}; transfer-syntax=${transferSyntaxUid}`;
  return {
    headers: { "content-type": `multipart/related; type="${mediaType}"; boundary=${BOUNDARY}` },
    body: Buffer.concat([
      Buffer.from(`--${BOUNDARY}\r\nContent-Type: ${part}\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ]),
  };
}

/** The DICOMweb answers (PS3.18 chapter 10) by path, for one study of one series. */
function dicomWeb({ metadata, frames }) {
  const [first] = metadata;
  const pick = (...tags) => Object.fromEntries(tags.filter((tag) => first[tag]).map((tag) => [tag, first[tag]]));
  const study = first["0020000D"].Value[0];
  const series = first["0020000E"].Value[0];
  const modality = first["00080060"].Value[0];
  const tagsOfStudy = ["00080020", "00080030", "00080050", "00081030", "00100010", "00100020", "00100030", "00100040"];
  const count = (value) => ({ vr: "IS", Value: [value] });
  const answers = new Map();
  const studies = {
    ...pick(...tagsOfStudy, "0020000D", "00200010"),
    "00080061": { vr: "CS", Value: [modality] },
    "00201206": count(1),
    "00201208": count(metadata.length),
  };
  const tagsOfSeries = ["00080060", "0008103E", "0020000D", "0020000E", "00200011"];
  const seriesAnswer = { ...pick(...tagsOfSeries), "00201209": count(metadata.length) };
  answers.set("/dicomweb/studies", dicomJson([studies]));
  answers.set(`/dicomweb/studies/${study}/series`, dicomJson([seriesAnswer]));
  answers.set(`/dicomweb/studies/${study}/series/${series}/metadata`, dicomJson(metadata));
  for (const instance of metadata) {
    const uid = instance["00080018"].Value[0];
    const path = `/dicomweb/studies/${study}/series/${series}/instances/${uid}/frames/1`;
    answers.set(path, frameAnswer(frames.get(uid)));
  }
  return answers;
}

/** What our own system holds of a series, in DICOMweb form: metadata, and the bit-exact frames of the pack. */
export function readSeries(folder) {
  const read = (end) => readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(end))));
  const index = JSON.parse(gunzipSync(read(".index.json")));
  const pack = read(".pack");
  const frames = new Map(
    index.frames.map(({ sop_instance_uid, diagnostic }) => [
      sop_instance_uid,
      {
        bytes: pack.subarray(diagnostic.offset, diagnostic.offset + diagnostic.length),
        mediaType: diagnostic.media_type,
        transferSyntaxUid: diagnostic.transfer_syntax_uid,
      },
    ]),
  );
  const metadata = JSON.parse(gunzipSync(read(".metadata.json")));
  for (const instance of metadata) {
    const uid = instance["00080018"].Value[0];
    // Available Transfer Syntax UID: that of the frames we serve, not of the upload.
    instance["00083002"] = { vr: "UI", Value: [frames.get(uid).transferSyntaxUid] };
  }
  return { index, metadata, frames };
}

/** Serves OHIF and one series on a free port. `framesSent` holds the paths of frames that were sent in full. */
export async function serveOhif(folder, series) {
  const files = await install(folder);
  const answers = dicomWeb(series);
  const framesSent = new Set();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://ohif");
    if (pathname.startsWith("/dicomweb") && !answers.has(pathname)) {
      response.writeHead(404).end();
      return;
    }
    const { headers, body } = answers.get(pathname) ?? readStatic(files, pathname);
    if (pathname.includes("/frames/")) {
      response.on("close", () => framesSent.add(pathname));
    }
    response.writeHead(200, { ...headers, "content-length": body.length, "cache-control": "max-age=3600" });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const path = `/viewer?StudyInstanceUIDs=${series.index.study_instance_uid}`;
  return { port: server.address().port, path, framesSent, close: () => server.close() };
}
