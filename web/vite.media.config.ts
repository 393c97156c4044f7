import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin, Rollup } from "vite";
import { defineConfig } from "vite";
import { withoutNode } from "./vite.config.js";

/** What the viewer asks of the server and of workers has another form where there is neither. */
const REPLACED: Readonly<Record<string, string>> = {
  "/src/link/transfer.ts": "transfer.ts",
  "/src/link/portal.ts": "portal.ts",
  "/src/full/decoder-pool.ts": "decoder-pool.ts",
  "/src/full/codec-jpeg-ls.ts": "codec-jpeg-ls.ts",
  "/src/full/codec-htj2k.ts": "codec-htj2k.ts",
  "/src/documents/pdf.ts": "pdf.ts",
};

/** The style sheets of a study's page, as the portal's build left them. */
const STYLES = ["style.css", "study.css"];

function fromDisc(): Plugin {
  return {
    name: "from-disc",
    enforce: "pre",
    async resolveId(id, importer) {
      const resolved = await this.resolve(id, importer, { skipSelf: true });
      const found = Object.entries(REPLACED).find(([path]) => resolved?.id.endsWith(path));
      return found === undefined ? null : join(import.meta.dirname, "src/media", found[1]);
    },
  };
}

/** Script and style go into the page: one file, which a browser opens from a disk (IHE PDI: INDEX.HTM). */
function oneFile(path: string): Plugin {
  return {
    name: "one-file",
    generateBundle(_, bundle) {
      const all = Object.values(bundle);
      const script = all.filter((file): file is Rollup.OutputChunk => file.type === "chunk").map(({ code }) => code).join("");
      const style = STYLES.map((name) => readFileSync(join(import.meta.dirname, "dist", name), "utf8")).join("");
      const page = readFileSync(join(import.meta.dirname, "src/media/index.html"), "utf8")
        .replace("<!--style-->", () => `<style>${style}</style>`)
        .replace("<!--script-->", () => `<script>${script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}</script>`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, page);
      for (const name of Object.keys(bundle)) {
        delete bundle[name];
      }
    },
  };
}

export default defineConfig({
  build: {
    target: ["es2020", "safari14"],
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 3000,
    rollupOptions: { input: "src/media/main.ts", output: { format: "iife", inlineDynamicImports: true } },
  },
  plugins: [withoutNode(), fromDisc(), oneFile("dist/media/INDEX.HTM")],
});
