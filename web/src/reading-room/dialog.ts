/** Dialogs over the room: they keep the focus inside, and close with Escape or a press beside them. */

import { make } from "../tools/elements.js";

export function openDialog(title: string, close: string, className: string, ...content: Node[]): HTMLDialogElement {
  const heading = make("h2", { id: `${className}-title` }, title);
  const button = make("button", { type: "button", class: "dialog-close", "aria-label": close }, "✕");
  const dialog = make("dialog", { class: `room-dialog ${className}`, "aria-labelledby": heading.id, "data-keys": "dialog" }, make("header", {}, heading, button), ...content);
  const opener = document.activeElement;
  button.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected) {
      opener.focus();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
