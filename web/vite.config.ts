import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Neither Lambda nor the embedded profile compresses, so each text is stored in its gzip form as well. */
function gzip(): Plugin {
  return {
    name: "gzip",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      for (const name of readdirSync(dir).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const path = join(dir, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

/** Names are stable: the portal puts a hash of the content into each URL itself. */
export default defineConfig({
  build: {
    target: ["es2020", "safari14"],
    modulePreload: false,
    rollupOptions: {
      input: { viewer: "src/viewer.ts", style: "src/style.css" },
      output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
  plugins: [gzip()],
  test: { include: ["test/**/*.test.ts"] },
});
