/** The room's measuring tools, as far as their script has come: without it nothing is measured, and there is no mark to show. */

import type { ToolRegistry } from "../../tools/measuring/tool.js";

/** The room's marks are kept apart, because the study's page has no tools to show them all. */
export const ROOM_MARKS_KEY = "filmless:room-marks";

let tools: ToolRegistry = () => null;

export const knownTool: ToolRegistry = (name) => tools(name);

/** Called by the script of the tools. */
export function setKnownTools(registry: ToolRegistry): void {
  tools = registry;
}

/** Whether marks of before a reload wait for the tools that read them. */
export function hasStoredMarks(): boolean {
  try {
    return (sessionStorage.getItem(ROOM_MARKS_KEY) ?? "[]") !== "[]";
  } catch {
    return false;
  }
}
