/** Draws parts of decoded frames, with WebGL2 if a graphics processor has it, else in plain code; the result is the same. */

import { CpuRenderer } from "./cpu-renderer.js";
import type { Drawing, Drawn, Renderer } from "./drawing.js";
import { GlRenderer } from "./gl-renderer.js";

/** Shared by all stages, because browsers allow few WebGL contexts. */
let renderers: readonly Renderer[] | null = null;

export function draw(drawing: Drawing): Drawn | null {
  renderers ??= [new GlRenderer(), new CpuRenderer()];
  for (const renderer of renderers) {
    const drawn = renderer.draw(drawing);
    if (drawn !== null) {
      document.documentElement.dataset["renderer"] = renderer.name;
      return drawn;
    }
  }
  return null;
}
