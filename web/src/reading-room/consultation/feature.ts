/** A consultation, if the page is one's: its script comes with it, and nowhere else. */

import { Late } from "../late.js";
import type { ReadingRoom } from "../room.js";

/** A study hangs by itself if the room has said nothing for so long. */
const SHOWN_MS_MAX = 4_000;
const AGAIN_MS = 5_000;

/** Takes part; whether the room's state hangs the study, so that nothing else has to. */
export function attend(room: ReadingRoom, isSecond: boolean): Promise<boolean> {
  const place = room.page.main.dataset["consultation"];
  if (place === undefined) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const late = new Late(room, () => import("./consultation.js"));
    const load = () =>
      void late.use((script) => (isSecond ? script.watchEnd(room, place) : void script.attend(room, place).then(resolve))).then(() => {
        // Without it the reader would sit before images alone, and not know.
        if (late.value === null) {
          setTimeout(load, AGAIN_MS);
        }
      });
    load();
    setTimeout(resolve, isSecond ? 0 : SHOWN_MS_MAX, false);
  });
}
