/** Goes through the images with a finger, as without tools. */

import type { HandTool } from "./hand-tool.js";

export const BROWSE: HandTool = {
  name: "browse",
  icon: "M4 7h16M4 12h16M4 17h16",
  needsValues: false,
  label: (words) => words.browse,
  create: () => null,
};
