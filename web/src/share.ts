/** The page of a new share: copies the link, or hands link and words to the phone's own way of sharing. */

import { copyText } from "./copy.js";

const link = document.getElementById("share-link")?.textContent?.trim() ?? "";
const done = document.getElementById("share-done");

/** A button appears where the browser can do what it says. */
function offer(id: string, isPossible: boolean, act: () => Promise<void>): void {
  const button = document.getElementById(id);
  if (button !== null && isPossible) {
    button.hidden = false;
    button.addEventListener("click", () => {
      act().catch(() => {
        // Closed without sharing, or refused: the link can be marked and copied by hand.
        getSelection()?.selectAllChildren(document.getElementById("share-link") ?? document.body);
      });
    });
  }
}

offer("share-copy", true, async () => {
  await copyText(link);
  if (done !== null) {
    done.textContent = done.dataset["copied"] ?? "";
  }
});
// The code is told by telephone, so it is not part of it.
offer("share-send", typeof navigator.share === "function", () => navigator.share({ title: document.title, url: link }));
