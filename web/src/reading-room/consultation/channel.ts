/** What windows of one consultation in one browser tell each other. */

import { STANDING_CHANNEL } from "../../link/member-watch.js";

/** Said when the consultation has ended for this browser: with the reason, in the words of the page. */
export interface Ended {
  readonly why: string;
}

export function channelOf(consultation: string): BroadcastChannel {
  return new BroadcastChannel(`filmless-consultation-${consultation}`);
}

/** Has every other page of this member ask whether it may still be seen (`link/member-watch.ts`). */
export function lookEverywhere(): void {
  const channel = new BroadcastChannel(STANDING_CHANNEL);
  channel.postMessage("look");
  channel.close();
}
