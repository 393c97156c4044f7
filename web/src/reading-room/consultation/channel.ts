/** What windows of one consultation in one browser tell each other. */

/** Said when the consultation has ended for this browser: with the reason, in the words of the page. */
export interface Ended {
  readonly why: string;
}

export function channelOf(consultation: string): BroadcastChannel {
  return new BroadcastChannel(`filmless-consultation-${consultation}`);
}
