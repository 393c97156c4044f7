import { defineConfig } from "vite";
import { compress, output, withoutNode } from "./vite.config.js";

/**
 * The reading room: a build of its own into the same folder. In one build with the viewer, what both use would become scripts of
 * their own, and the patient's first picture would wait for more than one.
 */
export default defineConfig({
  base: "/assets/",
  build: {
    // Dialogs are as new.
    target: ["es2022", "safari15.4"],
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    copyPublicDir: false,
    rollupOptions: { input: { read: "src/reading-room/main.ts" }, output },
  },
  worker: { format: "es", plugins: () => [withoutNode()], rollupOptions: { output } },
  plugins: [withoutNode(), compress()],
});
