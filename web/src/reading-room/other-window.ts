/**
 * What two windows of one study say to each other: the second scrolls with the active pane of the first one. Both are of one origin
 * and speak by a channel that bears the study's UID, so windows of other studies never hear each other.
 */

import { isSameSpace, nearestFrame, type Place } from "../compare/linking.js";
import type { RoomPane } from "./feature.js";
import type { ReadingRoom } from "./room.js";

const ANSWER_MS_MAX = 400;

/** What the first window says; `hello` is said by the second. */
type Message =
  | { readonly kind: "hello" }
  | { readonly kind: "shown"; readonly series: readonly string[] }
  | { readonly kind: "scrolled"; readonly seriesInstanceUid: string; readonly frame: number; readonly place: Place | null }
  | { readonly kind: "closed" };

function channelOf(room: ReadingRoom): BroadcastChannel {
  return new BroadcastChannel(`filmless-room-${room.page.studyUid}`);
}

/** The first window tells what it shows. */
export function leadOther(room: ReadingRoom): void {
  const channel = channelOf(room);
  const say = (message: Message) => channel.postMessage(message);
  const tell = (pane: RoomPane) => {
    const { pane: shown, content } = pane;
    if (pane === room.active && shown.series !== null && shown.index !== null && content === null) {
      say({ kind: "scrolled", seriesInstanceUid: shown.series.seriesInstanceUid, frame: shown.frame, place: placeOf(pane) });
    }
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.kind === "hello") {
      say({ kind: "shown", series: room.panes.flatMap(({ pane }) => (pane.series === null ? [] : [pane.series.seriesInstanceUid])) });
      tell(room.active);
    }
  });
  room.listen({ onActive: tell, onChange: (pane, what) => (what === "frame" || what === "full" ? tell(pane) : undefined) });
  addEventListener("pagehide", () => say({ kind: "closed" }));
}

/** The second window asks what the first shows, and follows; resolves with the series shown there. */
export function followOther(room: ReadingRoom): Promise<readonly string[]> {
  const channel = channelOf(room);
  document.title = `${document.title} (${room.words.secondTitle})`;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), ANSWER_MS_MAX);
    channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if (data.kind === "shown") {
        clearTimeout(timer);
        room.say(room.words.secondFollows);
        resolve(data.series);
      } else if (data.kind === "scrolled") {
        room.panes.forEach((pane) => follow(pane, data));
      } else if (data.kind === "closed") {
        room.say(room.words.secondAlone);
      }
    });
    channel.postMessage({ kind: "hello" } satisfies Message);
  });
}

function follow({ pane, content }: RoomPane, { seriesInstanceUid, frame, place }: Extract<Message, { kind: "scrolled" }>): void {
  const { full, index } = pane;
  if (content !== null || index === null) {
    return;
  }
  if (pane.series?.seriesInstanceUid === seriesInstanceUid) {
    go(pane, frame);
  } else if (place !== null && full !== null && isSameSpace(place, full.details(pane.frame))) {
    go(pane, nearestFrame(place, index.frames.map((_, at) => full.details(at))) ?? pane.frame);
  }
}

function go(pane: RoomPane["pane"], frame: number): void {
  if (pane.frame !== frame) {
    pane.go(frame);
  }
}

/** Only what is compared leaves the window. */
function placeOf({ pane }: RoomPane): Place | null {
  if (pane.full === null) {
    return null;
  }
  const { position, rowDirection, columnDirection, frameOfReferenceUid } = pane.full.details(pane.frame);
  return { position, rowDirection, columnDirection, frameOfReferenceUid };
}
