/** Says on each pane what of the presenter's picture is not shown there. */

import { fill } from "../../page.js";
import { make } from "../../tools/elements.js";
import type { Room, RoomPane } from "../feature.js";
import { inEveryPane } from "../tools/every-pane.js";
import { CONSULTATION_WORDS, type ConsultationWords } from "./words.js";

export type Lack = keyof ConsultationWords["lacks"];

/** Which of the presenter's panes is shown, where there is room for one. */
export interface OneOf {
  readonly place: number;
  readonly panes: number;
}

export class Unfollowed {
  private readonly words;
  private readonly noteOf: (pane: RoomPane) => HTMLElement | null;

  constructor(private readonly room: Room) {
    this.words = CONSULTATION_WORDS[room.language];
    this.noteOf = inEveryPane(room, (pane) => {
      const note = make("p", { class: "pane-unfollowed", role: "status", hidden: true });
      pane.element.append(note);
      return note;
    });
  }

  say(pane: RoomPane, lacks: readonly Lack[], oneOf: OneOf | null): void {
    const { words } = this;
    const texts = [
      ...(lacks.length === 0 ? [] : [fill(words.unlike, { what: lacks.map((lack) => words.lacks[lack]).join(", ") })]),
      ...(oneOf === null || oneOf.panes < 2 ? [] : [fill(words.onePane, { n: oneOf.place + 1, all: oneOf.panes })]),
    ];
    this.put(pane, texts.join(". "), lacks.length > 0);
  }

  clear(): void {
    this.room.panes.forEach((pane) => this.put(pane, "", false));
  }

  private put(pane: RoomPane, text: string, isLess: boolean): void {
    const note = this.noteOf(pane);
    if (note !== null && note.textContent !== text) {
      note.hidden = text === "";
      note.textContent = text;
    }
    note?.classList.toggle("is-less", isLess);
  }
}
