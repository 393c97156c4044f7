/** The dialog in which marks are saved: who saves, what is saved, and what became of it. */

import { fill } from "../../page.js";
import { postMarks, type MarksAnswer } from "../../link/marks.js";
import { make } from "../../tools/elements.js";
import { openDialog } from "../dialog.js";
import type { Room, RoomStudy } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import { SaveAttempt } from "./attempt.js";
import { keepAuthor, knownAuthor } from "./author.js";
import { collect, type Collected, type Reason } from "./collect.js";
import { LIMITS, type Author } from "./document.js";
import { MarkedFrames } from "./frames.js";
import { faultText, statusText, troubleOf, type Field, type Trouble } from "./troubles.js";
import type { SavedMarks, ToSave } from "./unsaved.js";
import { SAVING_WORDS } from "./words.js";

const FIELDS: readonly Field[] = ["name", "facility", "description"];

export class SaveDialog {
  private readonly words;
  private readonly attempt = new SaveAttempt();

  constructor(
    private readonly room: Room,
    private readonly marksUrl: string,
    private readonly saved: SavedMarks,
    private readonly toSave: () => ToSave,
  ) {
    this.words = SAVING_WORDS[room.language];
  }

  open(): void {
    const study = this.room.studies.find(({ isPresent }) => isPresent);
    if (study !== undefined) {
      new OpenDialog(this.room, study, this.toSave(), {
        send: (author, collected) => this.send(study, author, collected),
      }).begin();
    }
  }

  /** Null if it was saved, else why not. */
  private async send(study: RoomStudy, author: Author, collected: Collected): Promise<Trouble | null> {
    const { words } = this;
    const body = this.attempt.body(author, collected);
    const trouble = troubleOf(author, collected, new TextEncoder().encode(body).length, words);
    if (trouble !== null) {
      return trouble;
    }
    keepAuthor(author);
    // As it is now: what is drawn meanwhile is not saved.
    const all = this.room.store.all;
    const answer = await postMarks(this.marksUrl, body).catch((): MarksAnswer => ({ kind: "status", status: 0 }));
    if (answer.kind === "saved") {
      this.saved.add(collected.saved, all);
      void metadataOf(study.grant).awaitSeries(answer.series.map(({ seriesInstanceUid }) => seriesInstanceUid));
      return null;
    }
    return answer.kind === "refused"
      ? faultText(answer.fault, collected.names, words)
      : { field: null, text: answer.status === 0 ? words.offline : statusText(answer.status, words) };
  }
}

interface SendEvents {
  send(author: Author, collected: Collected): Promise<Trouble | null>;
}

/** While it is open. */
class OpenDialog {
  private readonly words;
  private readonly inputs: Readonly<Record<Field, HTMLInputElement>>;
  private readonly errors: Readonly<Record<Field, HTMLElement>>;
  private readonly counts = make("div", { class: "save-counts" });
  private readonly status = make("p", { role: "status", class: "save-status" });
  private readonly trouble = make("p", { role: "alert", class: "save-trouble" });
  private readonly progress = make("progress", { hidden: true });
  private readonly submit: HTMLButtonElement;
  private readonly close: HTMLButtonElement;
  private collected: Collected | null = null;

  constructor(
    private readonly room: Room,
    private readonly study: RoomStudy,
    private readonly toSave: ToSave,
    private readonly events: SendEvents,
  ) {
    const words = (this.words = SAVING_WORDS[room.language]);
    const known = knownAuthor();
    const input = (field: Field) => {
      const isNeeded = field !== "description";
      const described = isNeeded ? `save-${field}-error save-seen` : `save-${field}-error`;
      return make("input", { id: `save-${field}`, name: field, type: "text", maxlength: LIMITS.nameLength, value: known[field], required: isNeeded, autocomplete: "off", "aria-describedby": described });
    };
    const error = (field: Field) => make("small", { id: `save-${field}-error`, class: "save-error" });
    this.inputs = { name: input("name"), facility: input("facility"), description: input("description") };
    this.errors = { name: error("name"), facility: error("facility"), description: error("description") };
    this.submit = make("button", { type: "submit", class: "save-submit", disabled: true }, words.save);
    this.close = make("button", { type: "button" }, words.cancel);
    this.progress.setAttribute("aria-label", words.saving);
  }

  begin(): void {
    const { words, room, study, toSave } = this;
    const row = (field: Field) => make("div", { class: "save-field" }, make("label", { for: `save-${field}` }, words[field]), this.inputs[field], this.errors[field]);
    const form = make(
      "form",
      { class: "save-form", novalidate: true },
      row("name"),
      row("facility"),
      make("p", { id: "save-seen", class: "save-note" }, words.seen),
      row("description"),
      this.counts,
      make("p", { class: "save-note" }, words.original),
      this.progress,
      this.trouble,
      this.status,
      make("div", { class: "save-buttons" }, this.submit, this.close),
    );
    const dialog = openDialog(words.title, words.cancel, "room-save", form);
    const frames = new MarkedFrames(room, study);
    dialog.addEventListener("close", () => frames.close());
    form.addEventListener("input", () => this.tell(null));
    this.close.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    (FIELDS.map((field) => this.inputs[field]).find(({ value, required }) => required && value === "") ?? this.inputs.description).focus();
    this.status.textContent = words.preparing;
    this.progress.hidden = false;
    const labels = new Map(study.series.map(({ seriesInstanceUid, label }) => [seriesInstanceUid, label]));
    void collect(room, toSave, frames, ({ image, place }) => `${labels.get(image.seriesInstanceUid) ?? ""}, ${fill(words.image, { n: place + 1 })}`)
      .finally(() => frames.close())
      .then((collected) => this.show(collected));
  }

  private show(collected: Collected): void {
    const { words, toSave } = this;
    const lines = (counts: readonly (readonly [string, number])[]) => counts.filter(([, n]) => n > 0).map(([text, n]) => make("li", {}, fill(text, { n })));
    const list = (title: string, className: string, items: readonly HTMLElement[]) => (items.length === 0 ? [] : [make("h3", { class: `${className}-head` }, title), make("ul", { class: className }, ...items)]);
    const { keyImages, measurements, presentations, drawings, windows, skipped } = collected;
    const isAny = keyImages.length + measurements.length + presentations.length > 0;
    const willSave = lines([[words.keyImages, keyImages.length], [words.measurements, measurements.length], [words.drawings, drawings], [words.windows, windows]]);
    const reasons: readonly Reason[] = ["outside", "noValue", "unreadable", "keyUnreadable"];
    const left = lines([...reasons.map((reason) => [words[reason], skipped.get(reason) ?? 0] as const), [words.onPlanes, toSave.onPlanes], [words.elsewhere, toSave.elsewhere]]);
    this.counts.replaceChildren(...list(words.willSave, "save-what", willSave), ...list(words.notSaved, "save-left", left));
    this.status.textContent = isAny ? "" : words.nothing;
    this.progress.hidden = true;
    this.collected = collected;
    this.submit.disabled = !isAny;
  }

  private async send(): Promise<void> {
    const { words, collected } = this;
    if (collected === null || this.submit.disabled) {
      return;
    }
    const [name, facility, description] = FIELDS.map((field) => this.inputs[field].value.trim());
    this.tell(null);
    this.status.textContent = words.saving;
    this.progress.hidden = false;
    this.submit.disabled = true;
    const trouble = await this.events.send({ name: name ?? "", facility: facility ?? "", description: description ?? "" }, collected);
    this.progress.hidden = true;
    this.status.textContent = trouble === null ? words.saved : "";
    if (trouble === null) {
      this.room.say(words.saved);
      this.submit.hidden = true;
      this.counts.querySelector(".save-what-head")?.replaceChildren(words.wasSaved);
      FIELDS.forEach((field) => (this.inputs[field].readOnly = true));
      this.close.focus();
    } else {
      this.submit.disabled = false;
      this.submit.focus();
      this.tell(trouble);
    }
  }

  /** Says at its field what is wrong. */
  private tell(trouble: Trouble | null): void {
    for (const field of FIELDS) {
      const isMeant = trouble?.field === field;
      this.errors[field].textContent = isMeant ? trouble.text : "";
      this.inputs[field].setAttribute("aria-invalid", String(isMeant));
    }
    this.trouble.textContent = trouble === null || trouble.field !== null ? "" : trouble.text;
    if (trouble?.field != null) {
      this.inputs[trouble.field].focus();
    }
  }
}
