/**
 * Scales in which the values of a series are given in place of their own unit: SUVbw, where its files allow it. Where they do not, its
 * panes say why, and that window and values are in the unit of the file.
 */

import { fill } from "../../page.js";
import { make } from "../../tools/elements.js";
import { windowUnit } from "../../tools/presets.js";
import type { Marks } from "../../tools/marks.js";
import type { ValueScale } from "../../tools/measuring/tool.js";
import type { Room, RoomPane } from "../feature.js";
import { metadataOf } from "../study-metadata.js";

const PET = "PT";

export class Scales {
  /** By series. */
  private readonly scales = new Map<string, ValueScale>();
  /** Why there is no scale, by series. */
  private readonly refusals = new Map<string, string>();

  constructor(private readonly room: Room) {
    room.listen({
      onChange: (pane, what) => {
        if (what === "index") {
          void this.find(pane);
        } else if (what === "series" || what === "full" || what === "picture") {
          this.explain(pane);
        }
      },
      onPanes: () => room.panes.forEach((pane) => void this.find(pane)),
    });
    room.panes.forEach((pane) => void this.find(pane));
  }

  /** Null for the unit of the pack. What covers a frame may be of another series, so its values keep their unit. */
  of({ pane, subject }: Marks): ValueScale | null {
    return subject === null ? (this.scales.get(pane.series?.seriesInstanceUid ?? "") ?? null) : null;
  }

  private async find(pane: RoomPane): Promise<void> {
    const { pane: { index, series }, study } = pane;
    const uid = series?.seriesInstanceUid ?? "";
    this.explain(pane);
    if (study === null || index?.modality !== PET || this.scales.has(uid) || this.refusals.has(uid)) {
      return;
    }
    // Where the attributes cannot be read now, values keep their own unit.
    const found = await Promise.all([import("../fusion/series-suv.js"), import("../fusion/words.js")])
      .then(async ([{ suvOf }, { WORDS }]) => ({ suv: await suvOf(metadataOf(study.grant), uid), words: WORDS[this.room.language] }))
      .catch(() => null);
    if (found === null) {
      return;
    }
    const { suv, words } = found;
    if ("factor" in suv) {
      this.scales.set(uid, { unit: "SUVbw", factor: suv.factor });
    } else {
      this.refusals.set(uid, `${fill(words.noSuv, { reason: words.refusals[suv.refusal] })} ${words.ownUnit}`);
    }
    this.room.panes.forEach((one) => {
      this.explain(one);
      one.stage.redraw();
    });
  }

  /** Says in the corner of a pane in which unit its window is, and why not in SUVbw. */
  private explain({ element, pane }: RoomPane): void {
    const reason = this.refusals.get(pane.series?.seriesInstanceUid ?? "") ?? null;
    const known = element.querySelector(".pane-scale");
    if (reason === null) {
      known?.remove();
      return;
    }
    const unit = windowUnit(pane.full?.drawn(pane.frame) ?? null, this.room.pageWords);
    const text = fill(reason, { unit: unit === "" ? "–" : unit });
    if (known === null) {
      element.querySelector(".pane-foot")?.prepend(make("span", { class: "pane-scale" }, text));
    } else if (known.textContent !== text) {
      known.textContent = text;
    }
  }
}
