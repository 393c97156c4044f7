/** What the room tells its reader: a line for some seconds, and a panel at the side. */

import { make } from "../tools/elements.js";

const SAID_MS = 5_000;

export class Notices {
  readonly status = make("p", { id: "room-status", role: "status" });
  readonly panel = make("aside", { id: "room-panel", hidden: true });
  private timer = 0;

  constructor(private readonly closeWord: string) {}

  say(text: string): void {
    clearTimeout(this.timer);
    this.status.textContent = text;
    this.timer = window.setTimeout(() => {
      this.status.textContent = "";
    }, SAID_MS);
  }

  /** Null closes it. */
  setPanel(title: string, content: HTMLElement | null, onClose: () => void): void {
    this.panel.hidden = content === null;
    this.panel.setAttribute("aria-label", title);
    if (content === null) {
      this.panel.replaceChildren();
      return;
    }
    const close = make("button", { type: "button", class: "panel-close" }, this.closeWord);
    close.addEventListener("click", () => {
      this.setPanel("", null, onClose);
      onClose();
    });
    this.panel.replaceChildren(make("header", {}, make("h2", {}, title), close), content);
  }
}
