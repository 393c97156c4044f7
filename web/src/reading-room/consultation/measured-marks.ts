/** What marks measure on this screen, as it is saved: the minutes write it without reading a pixel. */

import type { MarkMeasurement, SharedMark } from "../../read/room-message.js";
import type { Room } from "../feature.js";
import { drawnOf, OF_VALUES } from "../saving/drawn.js";

interface Known {
  readonly inputs: readonly unknown[];
  readonly measurement: MarkMeasurement | null;
}

export class MeasuredMarks {
  /** By the text of the mark: regions have many values, and marks are asked for again and again. */
  private readonly known = new Map<string, Known>();

  constructor(private readonly room: Pick<Room, "panes">) {}

  /** Null while no pane shows its image with all that is needed, and for what has no numbers. */
  of({ kind, image, points, text }: SharedMark): MarkMeasurement | null {
    const pane = this.room.panes.find(({ marks }) => marks.image === image && marks.subject === null);
    if (pane === undefined || pane.pane.full === null) {
      return null;
    }
    const measured = pane.marks.measured(text === null ? {} : { text });
    if (OF_VALUES.includes(kind) && measured.values === null) {
      return null;
    }
    const name = JSON.stringify([kind, image, points, text]);
    const inputs = [measured.details, measured.values, measured.scale?.factor, measured.scale?.unit];
    const before = this.known.get(name);
    if (before !== undefined && before.inputs.every((input, place) => input === inputs[place])) {
      return before.measurement;
    }
    const drawn = drawnOf({ kind, points: [...points], ...(text === null ? {} : { text }) }, measured);
    const measurement = typeof drawn !== "string" && "measurement" in drawn ? drawn.measurement : null;
    this.known.set(name, { inputs, measurement });
    return measurement;
  }
}
