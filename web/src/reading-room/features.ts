/** The features of the room, in the order in which they are installed. Each is a script of its own. */

import { MarkStore } from "../tools/mark-store.js";
import type { Install } from "./feature.js";
import { ROOM_MARKS_KEY, roomTool } from "./tools/registry.js";

export const FEATURES: readonly (() => Promise<{ readonly install: Install }>)[] = [
  () => import("./tools/feature.js"),
  () => import("./linked/feature.js"),
  () => import("./volume/feature.js"),
  () => import("./dimensions/feature.js"),
  () => import("./fusion/feature.js"),
  () => import("./objects/feature.js"),
  () => import("./attributes/feature.js"),
];

export function makeStore(): MarkStore {
  return new MarkStore(roomTool, ROOM_MARKS_KEY);
}
