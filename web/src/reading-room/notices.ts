/** What the room tells its reader: a line for some seconds, and a panel at the side. */

import { make } from "../tools/elements.js";

const SAID_MS = 5_000;

export class Notices {
  readonly status = make("p", { id: "room-status", role: "status" });
  readonly panel = make("aside", { id: "room-panel", hidden: true });
  private timer = 0;
  private of: object | null = null;

  constructor(private readonly closeWord: string) {}

  /** `of`: a pane, if it is about the series in it. */
  say(text: string, of: object | null = null): void {
    clearTimeout(this.timer);
    this.of = of;
    this.status.textContent = text;
    this.timer = window.setTimeout(() => {
      this.status.textContent = "";
    }, SAID_MS);
  }

  /** A pane shows another series. */
  forget(of: object): void {
    if (this.of === of) {
      this.say("");
    }
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
