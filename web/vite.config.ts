import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Neither Lambda nor the embedded profile compresses assets, so each is stored as gzip and as Brotli as well. */
export function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      for (const name of readdirSync(dir).filter((name) => /\.(js|css|svg|wasm)$/.test(name))) {
        const path = join(dir, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
      }
    },
  };
}

/** The terms under which what a PDF leaves out is passed on, beside it. */
function licences(): Plugin {
  const files = { "pdf-cmaps-license.txt": "cmaps/LICENSE", "pdf-fonts-license.txt": "standard_fonts/LICENSE_FOXIT" };
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      for (const [fileName, path] of Object.entries(files)) {
        this.emitFile({ type: "asset", fileName, source: readFileSync(join("node_modules/pdfjs-dist", path)) });
      }
    },
  };
}

/** The codecs ask for Node's modules, but only when they run in Node. */
export function withoutNode(): Plugin {
  const names = ["fs", "path"];
  return {
    name: "without-node",
    enforce: "pre",
    resolveId: (id, importer) => (names.includes(id) && importer?.includes("codec-") === true ? "\0nothing" : null),
    load: (id) => (id === "\0nothing" ? "export default {};" : null),
  };
}

/** The style sheets that pages name: what all have, and on top of it that of one study's page, or the console's. */
const STYLES = ["style.css", "study.css", "reading.css", "console.css"];

/** Scripts are called .js, whatever their source is called, so that every server knows their media type. */
function assetName(names: readonly string[]): string {
  const [name = ""] = names;
  if (STYLES.includes(name)) {
    return name;
  }
  return name.endsWith(".mjs") ? `${name.slice(0, -".mjs".length).replaceAll(".", "-")}-[hash].js` : "[name]-[hash][extname]";
}

export const output = {
  entryFileNames: "[name]-[hash].js",
  chunkFileNames: "[name]-[hash].js",
  assetFileNames: ({ names }: { names: readonly string[] }) => assetName(names),
};

/** What draws a frame in full quality comes in one script: no second round trip for a part that the tools share. */
function chunkOf(id: string): string | null {
  return /\/src\/(full\/(?!decoder-pool|decode-worker|codec-)|read\/(frame-details|tables)\.|link\/full-lane\.)/.test(id) ? "full-series" : null;
}

/** All lies in one folder, under names that change with the content; the portal finds the entry by its beginning. */
export default defineConfig({
  base: "/assets/",
  build: {
    target: ["es2020", "safari14"],
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: { viewer: "src/viewer.ts", share: "src/share.ts", "in-app": "src/in-app.ts", member: "src/member.ts", style: "src/styles/style.css", study: "src/styles/study.css", reading: "src/styles/reading.css", console: "src/styles/console.css" }, output: { ...output, manualChunks: chunkOf, onlyExplicitManualChunks: true } },
  },
  worker: { format: "es", plugins: () => [withoutNode()], rollupOptions: { output } },
  plugins: [withoutNode(), licences(), compress()],
  test: { include: ["test/**/*.test.ts"] },
});
