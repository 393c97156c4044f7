/** The features of the room, in the order in which they are installed. */

import { MarkStore } from "../tools/mark-store.js";
import { install as attributes } from "./attributes/feature.js";
import { install as dimensions } from "./dimensions/feature.js";
import type { Install } from "./feature.js";
import { install as fusion } from "./fusion/feature.js";
import { install as linked } from "./linked/feature.js";
import { install as objects } from "./objects/feature.js";
import { install as saving } from "./saving/feature.js";
import { install as tools } from "./tools/feature.js";
import { knownTool, ROOM_MARKS_KEY } from "./tools/known-tools.js";
import { install as volume } from "./volume/feature.js";

export const FEATURES: readonly Install[] = [tools, linked, volume, dimensions, fusion, objects, saving, attributes];

export function makeStore(): MarkStore {
  return new MarkStore(knownTool, ROOM_MARKS_KEY);
}
