/** For browsers within Zalo, Facebook and the like: copies the link, to open it in a browser that can save files. */

import { copyText } from "./copy.js";

/**
 * The address by which this tab came in. A link opens in another browser, where nobody is signed in; the page behind it
 * does not.
 */
const LINK_KEY = "filmless-link";
const LINKS = /^\/[xs]\/./;

for (const row of document.querySelectorAll<HTMLElement>(".in-app .copy-row")) {
  row.hidden = false;
  if (LINKS.test(location.pathname)) {
    remember(location.origin + location.pathname);
  }
}
if (location.pathname === "/") {
  remember(null);
}

// The viewer repeats the words beside documents.
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>(".copy-link") : null;
  const done = button?.closest(".in-app")?.querySelector(".copy-done") ?? null;
  if (button !== null && done !== null) {
    void copyLink(button, done);
  }
});

async function copyLink(button: HTMLElement, done: Element): Promise<void> {
  const link = remembered() ?? location.href;
  try {
    await copyText(link);
    done.textContent = button.dataset["copied"] ?? "";
  } catch {
    const shown = document.createElement("span");
    shown.className = "whole-link";
    shown.textContent = link;
    done.replaceChildren(button.dataset["byHand"] ?? "", " ", shown);
    getSelection()?.selectAllChildren(shown);
  }
}

/** Kept while the tab is open, but no longer than until somebody signs out. */
function remember(link: string | null): void {
  try {
    if (link === null) {
      sessionStorage.removeItem(LINK_KEY);
    } else {
      sessionStorage.setItem(LINK_KEY, link);
    }
  } catch {
    // Storage is forbidden: the address of the page will do.
  }
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(LINK_KEY);
  } catch {
    return null;
  }
}

export {};
