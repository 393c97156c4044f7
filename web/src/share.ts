/** The page of a new share: copies the link, or passes link and words to the phone's share menu. */

import { copyText } from "./copy.js";

const shown = document.getElementById("share-link");
const done = document.getElementById("share-done");
const link = shown?.textContent?.trim() ?? "";

/** Shows a button if the browser can do what it says. */
function offer(id: string, isPossible: boolean, act: (button: HTMLElement) => Promise<void>): void {
  const button = document.getElementById(id);
  if (button !== null && isPossible) {
    button.hidden = false;
    button.addEventListener("click", () => {
      act(button).catch((error: unknown) => {
        // The person closed the menu.
        if ((error as Partial<Error> | null)?.name !== "AbortError") {
          markLink();
        }
      });
    });
  }
}

/** If neither works, selects the link for copying by hand. */
function markLink(): void {
  if (shown !== null) {
    getSelection()?.selectAllChildren(shown);
  }
  say("byHand");
}

function say(what: "copied" | "byHand"): void {
  if (done !== null) {
    done.textContent = done.dataset[what] ?? "";
  }
}

offer("share-copy", true, async () => {
  await copyText(link);
  say("copied");
});
// The code is told by telephone, so leave it out; also whom the share is for, which is the owner's own note.
offer("share-send", typeof navigator.share === "function", (button) =>
  navigator.share({ title: button.dataset["title"] ?? "", url: link }),
);
