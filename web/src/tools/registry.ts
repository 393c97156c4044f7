/** All tools, in the order of their buttons. A new tool is a file of its own and a line here. */

import { BROWSE } from "./browse-tool.js";
import type { HandTool } from "./hand-tool.js";
import { ANGLE } from "./measuring/angle.js";
import { ELLIPSE } from "./measuring/ellipse.js";
import { LENGTH } from "./measuring/length.js";
import { PROBE } from "./measuring/probe.js";
import type { MeasuringTool } from "./measuring/tool.js";
import { MOVE } from "./pan-tool.js";
import { WINDOW } from "./window-tool.js";

export const HAND_TOOLS: readonly HandTool[] = [BROWSE, WINDOW, MOVE];

export const MEASURING_TOOLS: readonly MeasuringTool[] = [PROBE, LENGTH, ANGLE, ELLIPSE];

/** Null for a name that an earlier version of the page may have stored. */
export function measuringTool(name: string): MeasuringTool | null {
  return MEASURING_TOOLS.find((tool) => tool.name === name) ?? null;
}
