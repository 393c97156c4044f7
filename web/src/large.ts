/**
 * The large view without its bars: they disappear when nobody needs them, and return with a tap, a key or the mouse.
 */

import type { Page } from "./page.js";

const QUIET_AFTER_MS = 3_000;

export class LargeView {
  private timer = 0;
  /** A tap that brings the bars back also moves the focus, before it becomes a click. */
  private wasQuiet = false;

  constructor(
    private readonly page: Page,
    leave: () => void,
  ) {
    const { viewer, stage } = page;
    document.addEventListener("fullscreenchange", () => {
      if (document.fullscreenElement === null && page.isLarge) {
        leave();
      }
    });
    document.addEventListener("keydown", () => this.wake());
    viewer.addEventListener("pointerdown", () => {
      this.wasQuiet = viewer.classList.contains("is-quiet");
    }, true);
    viewer.addEventListener("focusin", () => this.wake());
    viewer.addEventListener("pointermove", ({ pointerType }) => {
      if (pointerType === "mouse") {
        this.wake();
      }
    });
    viewer.addEventListener("click", (event) => {
      const isTap = (event as PointerEvent).pointerType !== "mouse" && event.target instanceof Element;
      const isOnPicture = isTap && (event.target as Element).closest(".stage") !== null && (event.target as Element).closest("button, a") === null;
      if (isOnPicture && !stage.classList.contains("has-tool") && !this.wasQuiet) {
        this.setQuiet(this.mayBeQuiet());
      } else {
        this.wake();
      }
    });
  }

  set(isLarge: boolean): void {
    if (!isLarge && document.fullscreenElement !== null) {
      document.exitFullscreen().catch(() => undefined);
    }
    this.wake();
  }

  private setQuiet(isQuiet: boolean): void {
    this.page.viewer.classList.toggle("is-quiet", isQuiet);
  }

  private wake(): void {
    clearTimeout(this.timer);
    this.setQuiet(false);
    if (this.page.isLarge) {
      this.timer = window.setTimeout(() => this.rest(), QUIET_AFTER_MS);
    }
  }

  private rest(): void {
    if (this.mayBeQuiet()) {
      this.setQuiet(true);
    } else {
      this.wake();
    }
  }

  /** Not while a finger or the focus is in the bars, or a message is shown. */
  private mayBeQuiet(): boolean {
    const { page } = this;
    const isUsed = page.stage.classList.contains("has-tool") || page.controls.querySelector(":focus-visible, :active") !== null;
    return page.isLarge && !isUsed && page.stage.querySelector(".note:not([hidden])") === null;
  }
}
