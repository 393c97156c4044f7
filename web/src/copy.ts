/** Puts text on the clipboard. */

/**
 * Uses the clipboard API if the browser allows it, else the old way that browsers within other apps still support;
 * throws if neither works.
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyMarked(text);
  }
}

function copyMarked(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "off-screen";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  field.setSelectionRange(0, text.length);
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) {
    focused.focus({ preventScroll: true });
  }
  if (!isCopied) {
    throw new Error("nothing was copied");
  }
}
