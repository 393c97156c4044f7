/** The field in which a reader writes what a mark says, beside its point. */

import type { Said } from "../../tools/language.js";
import { make } from "../../tools/elements.js";
import { pageLanguage } from "../../tools/language.js";
import { apply, clamp } from "../../view-geometry.js";
import type { Ask } from "./room-hand.js";

const WORDS: Said<{ readonly keep: string; readonly drop: string }> = {
  vi: { keep: "Ghi", drop: "Bỏ" },
  en: { keep: "Keep", drop: "Drop" },
};
const WIDTH_PX = 260;
const HEIGHT_PX = 110;

/** Asks beside the point; Enter keeps, Escape drops, and so does whatever takes the mark away, such as another image. */
export const askBeside: Ask = (question, at, marks) =>
  new Promise((resolve) => {
    const { stage } = marks.pane;
    const language = pageLanguage();
    const obstacle = make("p", { class: "mark-obstacle", role: "alert" });
    const input = make("input", { type: "text", autocomplete: "off", value: question.suggestion ?? "" });
    const drop = make("button", { type: "button" }, WORDS[language].drop);
    const buttons = make("div", { class: "mark-text-buttons" }, make("button", { type: "submit" }, WORDS[language].keep), drop);
    const form = make("form", { class: "mark-text" }, make("label", {}, question.label(language), input), obstacle, buttons);
    const { x, y } = stage.matrix === null ? at : apply(stage.matrix, at);
    form.style.left = `${clamp(x + 12, 0, Math.max(0, stage.size.width - WIDTH_PX))}px`;
    form.style.top = `${clamp(y + 12, 0, Math.max(0, stage.size.height - HEIGHT_PX))}px`;
    const finish = (text: string | null) => {
      stage.onDraw.delete(watch);
      form.remove();
      stage.element.focus({ preventScroll: true });
      resolve(text);
    };
    const watch = () => {
      if (marks.draft === null) {
        finish(null);
      }
    };
    stage.onDraw.add(watch);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const why = question.obstacle(input.value, language);
      obstacle.textContent = why;
      if (why === null) {
        finish(input.value.trim());
      }
    });
    drop.addEventListener("click", () => finish(null));
    keepToItself(form, () => finish(null));
    stage.element.append(form);
    input.focus();
    input.select();
  });

/** Neither the stage nor the keys of the room take what belongs to the field. */
function keepToItself(form: HTMLElement, onEscape: () => void): void {
  for (const name of ["pointerdown", "pointermove", "pointerup", "wheel", "dblclick", "contextmenu"]) {
    form.addEventListener(name, (event) => event.stopPropagation());
  }
  form.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") {
      onEscape();
    }
  });
}
