/** For in-app browsers (Zalo, Facebook …): copies the link, to open in a browser that can save files. */

import { copyText } from "./copy.js";

/** Where this tab came in. Another browser, with nobody signed in, can open a link but not the page behind it. */
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

// The viewer repeats these words beside documents.
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

/** Kept while the tab is open, but only until somebody signs out. */
function remember(link: string | null): void {
  try {
    if (link === null) {
      sessionStorage.removeItem(LINK_KEY);
    } else {
      sessionStorage.setItem(LINK_KEY, link);
    }
  } catch {
    // Not allowed, so use the page's address.
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
