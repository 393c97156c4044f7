/** The page of a new share: copies the link, or passes link and words to the phone's own sharing. */

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
        // The reader closed the dialog.
        if ((error as Partial<Error> | null)?.name !== "AbortError") {
          markLink();
        }
      });
    });
  }
}

/** If neither works, the link is selected, to be copied by hand. */
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
// Not included: the code, which is told by phone, and the label, which is the owner's own note.
offer("share-send", typeof navigator.share === "function", (button) =>
  navigator.share({ title: button.dataset["title"] ?? "", url: link }),
);
