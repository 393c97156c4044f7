/** The bytes of one save: asked for again, also after a reload, they are the same, so that the portal saves them once. */

import { newUuid } from "../uuid.js";
import { bodyOf, type Author, type SavedContent } from "./document.js";

const KEY = "filmless:save-attempt";

export class SaveAttempt {
  /** The content, and the name that it was given. */
  private last = stored();

  body(author: Author, saved: SavedContent): string {
    const content = bodyOf("", author, saved);
    if (this.last?.content !== content) {
      this.last = { content, id: newUuid() };
      try {
        sessionStorage.setItem(KEY, `${this.last.id}\n${content}`);
      } catch {
        // Without storage it lasts as long as the page.
      }
    }
    return bodyOf(this.last.id, author, saved);
  }
}

function stored(): { readonly content: string; readonly id: string } | null {
  try {
    const [, id, content] = /^([^\n]+)\n(.*)$/s.exec(sessionStorage.getItem(KEY) ?? "") ?? [];
    return id === undefined || content === undefined ? null : { id, content };
  } catch {
    return null;
  }
}
