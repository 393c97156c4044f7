/** The parts of the study page that the viewer brings to life. The page itself is made on the server. */

export interface SeriesEntry {
  readonly seriesInstanceUid: string;
  readonly button: HTMLButtonElement;
  readonly label: string;
  readonly frames: number;
  readonly posterUrl: string | null;
  readonly indexUrl: string;
  readonly packUrl: string;
}

/** Words, in the language of the page. */
export type Word =
  | "counter"
  | "offline"
  | "signedOut"
  | "failed"
  | "brokenPicture"
  | "play"
  | "pause"
  | "large"
  | "small";

export class Page {
  readonly viewer = part("viewer", HTMLElement);
  readonly stage = part("stage", HTMLElement);
  readonly poster = part("poster", HTMLImageElement);
  readonly canvas = part("picture", HTMLCanvasElement);
  readonly controls = part("controls", HTMLElement);
  readonly counter = part("counter", HTMLOutputElement);
  readonly slider = part("slider", HTMLInputElement);
  readonly scrollRow = part("scroll-row", HTMLElement);
  readonly hint = part("hint", HTMLElement);
  readonly previous = part("previous", HTMLButtonElement);
  readonly next = part("next", HTMLButtonElement);
  readonly play = part("play", HTMLButtonElement);
  readonly zoomIn = part("zoom-in", HTMLButtonElement);
  readonly zoomOut = part("zoom-out", HTMLButtonElement);
  readonly large = part("large", HTMLButtonElement);
  readonly retry = part("retry", HTMLButtonElement);
  private readonly note = part("note", HTMLElement);
  private readonly noteText = part("note-text", HTMLElement);
  private readonly signIn = part("sign-in", HTMLAnchorElement);

  readonly series: readonly SeriesEntry[] = [
    ...document.querySelectorAll<HTMLButtonElement>("button[data-series]"),
  ].map((button) => ({
    seriesInstanceUid: button.dataset["series"] ?? "",
    button,
    label: button.dataset["label"] ?? "",
    frames: Number(button.dataset["frames"]),
    posterUrl: button.dataset["posterUrl"] ?? null,
    indexUrl: button.dataset["indexUrl"] ?? "",
    packUrl: button.dataset["packUrl"] ?? "",
  }));

  get grantUrl(): string {
    return this.viewer.dataset["grantUrl"] ?? "";
  }

  word(word: Word): string {
    return this.viewer.dataset[word] ?? "";
  }

  /** Says something over the picture, with at most one thing to do about it; null clears it. */
  say(word: Word | null, action: "retry" | "signIn" | null = null): void {
    const text = word === null ? "" : this.word(word);
    this.note.hidden = word === null;
    if (this.noteText.textContent !== text) {
      this.noteText.textContent = text;
    }
    this.retry.hidden = action !== "retry";
    this.signIn.hidden = action !== "signIn";
  }

  /** Fills the screen with the viewer, and keeps the keyboard inside it. */
  setLarge(isLarge: boolean): void {
    document.body.classList.toggle("large", isLarge);
    for (const element of document.querySelectorAll<HTMLElement>(".skip, .masthead, .support, .series-section")) {
      element.inert = isLarge;
    }
    setToggle(this.large, isLarge, this.word(isLarge ? "small" : "large"));
  }

  get isLarge(): boolean {
    return document.body.classList.contains("large");
  }

  setPlaying(isPlaying: boolean): void {
    setToggle(this.play, isPlaying, this.word(isPlaying ? "pause" : "play"));
  }
}

function setToggle(button: HTMLButtonElement, isOn: boolean, label: string): void {
  button.classList.toggle("is-on", isOn);
  const words = button.querySelector("span");
  if (words !== null) {
    words.textContent = label;
  }
}

function part<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) {
    throw new Error(`the page lacks #${id}`);
  }
  return element;
}
