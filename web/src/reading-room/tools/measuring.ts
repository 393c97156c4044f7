/** All that measures in the room: its tools, the hand that sets their points, calibrations by hand, and units of values. */

import type { StageTool } from "../../stage.js";
import type { Room, RoomPane } from "../feature.js";
import { inEveryPane } from "./every-pane.js";
import { setKnownTools } from "./known-tools.js";
import { refine } from "./refine.js";
import { roomTool } from "./registry.js";
import { RoomHand } from "./room-hand.js";
import { Scales } from "./scales.js";
import { askBeside } from "./text-box.js";

setKnownTools(roomTool);

export class Measuring {
  constructor(private readonly room: Room) {
    const scales = new Scales(room);
    inEveryPane(room, ({ marks }) => refine(marks, (of) => scales.of(of)));
    room.panes.forEach(({ stage }) => stage.redraw());
  }

  /** What the left button does in a pane with a tool; null if there is none of that name. */
  hand(pane: RoomPane, name: string): StageTool | null {
    const tool = roomTool(name);
    return tool === null ? null : new RoomHand(pane.marks, tool, { ask: askBeside, onMeasured: (text) => this.room.say(text, pane) });
  }
}
