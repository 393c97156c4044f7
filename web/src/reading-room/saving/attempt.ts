/** The bytes of one save: asked for again, also after a reload, they are the same, so that the portal saves them once. */

import { bodyOf, type Author, type SavedContent } from "./document.js";

const KEY = "filmless:save-attempt";

export class SaveAttempt {
  /** The content, and the name that it was given. */
  private last = stored();

  body(author: Author, saved: SavedContent): string {
    const content = bodyOf("", author, saved);
    if (this.last?.content !== content) {
      this.last = { content, id: uuid() };
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

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is not there on pages without TLS. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}
