/** Bundles the page of these tests, and serves it beside the files of a folder. */

import { createReadStream, existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const WEB = resolve(import.meta.dirname, "../../../web");

/** Machine code by its address, as Vite does it; the codecs ask for modules of Node, but only when they run there. */
const codecs = {
  name: "codecs",
  setup(build) {
    build.onResolve({ filter: /\?url$/ }, ({ path, resolveDir }) => ({ path: createRequire(join(resolveDir, "_")).resolve(path.replace("?url", "")), namespace: "file-url" }));
    build.onLoad({ filter: /.*/, namespace: "file-url" }, ({ path }) => ({ contents: readFileSync(path), loader: "file" }));
    build.onResolve({ filter: /^(fs|path)$/ }, ({ path }) => ({ path, namespace: "nothing" }));
    build.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "export default {};" }));
  },
};
const WORKERS = ["decode-worker", "decode-worker-jpeg-ls", "decode-worker-htj2k"];

/** Returns the folder with the scripts. */
export async function buildPage() {
  const { build } = createRequire(join(WEB, "package.json"))("esbuild");
  const outdir = mkdtempSync(join(tmpdir(), "filmless-planes-"));
  const workers = WORKERS.map((name) => [name, join(WEB, `src/full/${name}.ts`)]);
  const entryPoints = { planes: join(import.meta.dirname, "page.ts"), ...Object.fromEntries(workers) };
  await build({ entryPoints, outdir, bundle: true, splitting: true, format: "esm", target: "es2022", publicPath: "/assets/", nodePaths: [join(WEB, "node_modules")], plugins: [codecs], logLevel: "error" });
  return outdir;
}

const TYPES = { html: "text/html", js: "text/javascript", json: "application/json", wasm: "application/wasm", css: "text/css" };

/** Serves scripts below /assets/, and ranges of the files of a folder. `onRequest` hears of each. */
export async function serve(scripts, folder, { onRequest = () => undefined } = {}) {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Planes</title><link rel="icon" href="data:,"><style>
    body{margin:0;background:#000;display:flex}.pane,.stage{width:400px;height:600px;position:relative}.stage canvas,.stage svg{position:absolute;inset:0;width:100%;height:100%}
    .plane-lines line,.plane-lines circle{stroke:#f80}</style>
    <script type="module" src="/assets/planes.js"></script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    onRequest(pathname, request.headers.range);
    if (pathname === "/") {
      response.writeHead(200, { "content-type": TYPES.html }).end(html);
      return;
    }
    // Bundlers leave the name of a worker as it is in the source.
    const path = pathname.startsWith("/assets/") ? join(scripts, pathname.slice("/assets/".length).replace(/\.ts$/, ".js")) : join(folder, pathname);
    if (!existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[path.split(".").at(-1)] ?? "application/octet-stream";
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    const range = start === undefined ? {} : { start: Number(start), end: Number(end) };
    response.writeHead(start === undefined ? 200 : 206, { "content-type": type });
    createReadStream(path, range).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}/`, port: server.address().port, close: () => server.close() };
}
