/** Finds the pane and the frame where something lies. */

import type { Room, RoomPane, RoomStudy } from "../feature.js";
import { imageOnPane, toPlane } from "./plane.js";
import type { Site } from "./shapes.js";

const INDEX_MS_MAX = 20_000;

export interface Found {
  readonly pane: RoomPane;
  readonly frame: number;
}

/** In the active pane if it shows the series, else in another one, else after the series was opened; null if nowhere. */
export async function frameAt(room: Room, study: RoomStudy, site: Site, seriesOf: ReadonlyMap<string, string>): Promise<Found | null> {
  const panes = [room.active, ...room.panes.filter((pane) => pane !== room.active)].filter((pane) => pane.study === study);
  for (const pane of panes) {
    const frame = frameIn(pane, site);
    if (frame !== null) {
      return { pane, frame };
    }
  }
  const uid = "sopInstanceUid" in site ? seriesOf.get(site.sopInstanceUid) : undefined;
  const series = study.series.find(({ seriesInstanceUid }) => seriesInstanceUid === uid);
  if (series === undefined) {
    return null;
  }
  const { active } = room;
  const arrived = indexOf(room, active);
  await room.show(active, study, series);
  await arrived;
  const frame = frameIn(active, site);
  return frame === null ? null : { pane: active, frame };
}

function frameIn({ pane }: RoomPane, site: Site): number | null {
  const frames = pane.index?.frames ?? [];
  if ("sopInstanceUid" in site) {
    const at = frames.findIndex(({ sopInstanceUid, number }) => sopInstanceUid === site.sopInstanceUid && (site.frame === null || (number ?? 1) === site.frame));
    return at < 0 ? null : at;
  }
  let nearest: { frame: number; mm: number } | null = null;
  for (let frame = 0; frame < frames.length; frame++) {
    const image = imageOnPane(frames, frame);
    if (image?.plane?.frameOfReferenceUid === site.frameOfReferenceUid) {
      const mm = Math.abs(toPlane(image.plane, site.point).awayMm);
      nearest = mm <= image.reachMm && (nearest === null || mm < nearest.mm) ? { frame, mm } : nearest;
    }
  }
  return nearest?.frame ?? null;
}

/** Resolves when the next index of a pane has come, or when it takes too long. */
function indexOf(room: Room, wanted: RoomPane): Promise<void> {
  return new Promise((resolve) => {
    const stop = room.listen({
      onChange: (pane, what) => {
        if (pane === wanted && what === "index") {
          end();
        }
      },
    });
    const timer = setTimeout(() => end(), INDEX_MS_MAX);
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
  });
}
