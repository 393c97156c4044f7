/** All measuring tools of the reading room, in the order of `buttons.ts`: those of every page, and those for readers. */

import { ARROW } from "../../tools/measuring/arrow.js";
import { BIDIRECTIONAL } from "../../tools/measuring/bidirectional.js";
import { CALIBRATE, CALIBRATE_SERIES } from "../../tools/measuring/calibrate.js";
import { CARDIOTHORACIC } from "../../tools/measuring/cardiothoracic.js";
import { COBB } from "../../tools/measuring/cobb.js";
import { SLOPE, VELOCITY } from "../../tools/measuring/doppler.js";
import { FREEHAND } from "../../tools/measuring/freehand.js";
import { RECTANGLE } from "../../tools/measuring/rectangle.js";
import { SPINE } from "../../tools/measuring/spine.js";
import { TEXT } from "../../tools/measuring/text.js";
import type { MeasuringTool } from "../../tools/measuring/tool.js";
import { MEASURING_TOOLS } from "../../tools/registry.js";

export const ROOM_TOOLS: readonly MeasuringTool[] = [
  ...MEASURING_TOOLS,
  BIDIRECTIONAL,
  RECTANGLE,
  FREEHAND,
  COBB,
  CARDIOTHORACIC,
  ARROW,
  TEXT,
  SPINE,
  VELOCITY,
  SLOPE,
  CALIBRATE,
  CALIBRATE_SERIES,
];

export function roomTool(name: string): MeasuringTool | null {
  return ROOM_TOOLS.find((tool) => tool.name === name) ?? null;
}
