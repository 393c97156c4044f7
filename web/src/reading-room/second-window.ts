/** A second window, for another screen: a room of its own over the same study. What both say to each other is in `other-window.ts`. */

import type { ReadingRoom } from "./room.js";

const HASH = "#second";

export function isSecondWindow(): boolean {
  return location.hash === HASH;
}

/** Called by a press: browsers open no window otherwise. */
export function openSecondWindow(room: ReadingRoom): void {
  const left = screenX + outerWidth;
  const opened = window.open(`${location.pathname}${HASH}`, `filmless-${room.page.studyUid}`, `popup,left=${left},top=0,width=${screen.availWidth},height=${screen.availHeight}`);
  if (opened === null) {
    room.say(room.words.secondBlocked);
  }
}
