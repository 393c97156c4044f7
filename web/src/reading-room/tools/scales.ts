/** Scales in which the values of a series are given in place of their own unit: SUVbw, where its files allow it. */

import type { Marks } from "../../tools/marks.js";
import type { ValueScale } from "../../tools/measuring/tool.js";
import type { Room, RoomPane } from "../feature.js";
import { metadataOf } from "../study-metadata.js";

const PET = "PT";

export class Scales {
  /** By series. */
  private readonly scales = new Map<string, ValueScale>();

  constructor(private readonly room: Room) {
    room.listen({ onChange: (pane, what) => (what === "index" ? void this.find(pane) : undefined) });
    room.panes.forEach((pane) => void this.find(pane));
  }

  /** Null for the unit of the pack. What covers a frame may be of another series, so its values keep their unit. */
  of({ pane, subject }: Marks): ValueScale | null {
    return subject === null ? (this.scales.get(pane.series?.seriesInstanceUid ?? "") ?? null) : null;
  }

  private async find({ pane, study }: RoomPane): Promise<void> {
    const uid = pane.series?.seriesInstanceUid ?? "";
    if (study === null || pane.index?.modality !== PET || this.scales.has(uid)) {
      return;
    }
    // Where the attributes cannot be read now, values keep their own unit.
    const suv = await import("../fusion/series-suv.js").then(({ suvOf }) => suvOf(metadataOf(study.grant), uid)).catch(() => null);
    if (suv !== null && "factor" in suv) {
      this.scales.set(uid, { unit: "SUVbw", factor: suv.factor });
      this.room.panes.forEach(({ stage }) => stage.redraw());
    }
  }
}
