/** Who is here, who waits, who presents, whose line is slow; and what the chair and the presenter decide about them. */

import { fill } from "../../page.js";
import type { Member } from "../../read/room-message.js";
import { make } from "../../tools/elements.js";
import { openDialog } from "../dialog.js";
import { colourOf } from "./colours.js";
import type { Meeting } from "./meeting.js";
import type { ConsultationWords } from "./words.js";

export interface PeopleEvents {
  onHandOver(member: string): void;
  onAdmit(member: string): void;
  onRemove(member: string): void;
}

export class PeoplePanel {
  readonly element = make("div", { class: "consultation-people" });
  private drawn = "";

  constructor(
    private readonly meeting: Meeting,
    private readonly words: ConsultationWords,
    private readonly close: string,
    private readonly events: PeopleEvents,
  ) {
    this.refresh();
  }

  refresh(): void {
    const { meeting, words } = this;
    const { members } = meeting;
    const now = JSON.stringify([members, meeting.driver, meeting.you]);
    if (now === this.drawn) {
      return;
    }
    this.drawn = now;
    const waiting = members.filter(({ status }) => status === "waiting");
    const here = members.filter(({ status, isHere }) => status === "admitted" && isHere);
    const away = members.filter(({ status, isHere }) => status === "invited" || (status === "admitted" && !isHere));
    const focused = (document.activeElement as HTMLElement | null)?.dataset["act"];
    const groups = [[words.waitingGroup, waiting], [words.hereGroup, here], [words.awayGroup, away]] as const;
    this.element.replaceChildren(...groups.filter(([, group]) => group.length > 0).map(([title, group]) => this.group(title, group)));
    if (focused !== undefined) {
      // Whoever decides by keyboard keeps the place.
      this.element.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
    }
  }

  private group(title: string, members: readonly Member[]): HTMLElement {
    return make("section", { "aria-label": title }, make("h3", {}, `${title} (${members.length})`), make("ul", {}, ...members.map((member) => this.entry(member))));
  }

  private entry(member: Member): HTMLElement {
    const { words, meeting } = this;
    const { id, name, title, facility, role } = member;
    const swatch = make("span", { class: "room-swatch", "aria-hidden": "true" });
    swatch.style.background = id === meeting.you ? "#ffe34d" : colourOf(id, meeting.members);
    const full = [title, name].filter((part) => part !== "").join(" ");
    const named = id === meeting.you ? `${full} (${words.you})` : full;
    const about = [role === "member" ? "" : words.roles[role], facility].filter((part) => part !== "").join(" · ");
    const buttons = this.acts(member).map(({ act, text, run }) => {
      const button = make("button", { type: "button", "data-act": `${act} ${id}`, "aria-label": `${text}: ${name}` }, text);
      button.addEventListener("click", run);
      return button;
    });
    return make(
      "li",
      { "data-member": id },
      make("p", { class: "person-name" }, swatch, make("strong", {}, named)),
      ...(about === "" ? [] : [make("p", { class: "person-about" }, about)]),
      make("p", { class: "person-state" }, this.stateOf(member)),
      ...(buttons.length === 0 ? [] : [make("div", { class: "person-acts" }, ...buttons)]),
    );
  }

  private stateOf({ id, status, isHere, loaded, isSlow }: Member): string {
    const { words, meeting } = this;
    if (status !== "admitted") {
      return status === "waiting" ? words.waiting : words.invited;
    }
    const parts = [
      meeting.driver === id ? words.drives : "",
      isHere ? (meeting.driver === id ? "" : words.here) : words.away,
      isHere && loaded !== null && loaded < 1 ? fill(words.loading, { n: Math.floor(100 * loaded) }) : "",
      isHere && isSlow ? words.slow : "",
    ];
    return parts.filter((part) => part !== "").join(" · ");
  }

  private acts({ id, name, status, isHere }: Member): readonly { act: string; text: string; run: () => void }[] {
    const { meeting, words, events } = this;
    if (id === meeting.you) {
      return [];
    }
    const mayHandOver = (meeting.isDriver || meeting.isChair) && status === "admitted" && isHere && meeting.driver !== id;
    return [
      ...(mayHandOver ? [{ act: "hand-over", text: words.handOver, run: () => events.onHandOver(id) }] : []),
      ...(meeting.isChair && status === "waiting"
        ? [
            { act: "admit", text: words.admit, run: () => events.onAdmit(id) },
            { act: "refuse", text: words.refuse, run: () => events.onRemove(id) },
          ]
        : []),
      ...(meeting.isChair && status === "admitted" ? [{ act: "remove", text: words.remove, run: () => this.ask(id, name) }] : []),
    ];
  }

  /** It ends what they see, so it is asked once more. */
  private ask(id: string, name: string): void {
    const { words, events, close } = this;
    confirm(fill(words.removeSure, { name }), words.removeWhy, words.remove, words.cancel, close, () => events.onRemove(id));
  }
}

/** Asks once more; the first button changes nothing. */
export function confirm(title: string, why: string, yes: string, no: string, close: string, run: () => void): void {
  const [refuse, agree] = [make("button", { type: "button" }, no), make("button", { type: "button", class: "is-grave" }, yes)];
  const dialog = openDialog(title, close, "room-confirm", make("p", {}, why), make("div", { class: "save-buttons" }, refuse, agree));
  refuse.addEventListener("click", () => dialog.close());
  agree.addEventListener("click", () => {
    dialog.close();
    run();
  });
  refuse.focus();
}
