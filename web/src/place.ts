/** Where the reader is, kept with the page's entry in the history: a reload and a way back lead there again. */

interface Place {
  readonly seriesInstanceUid?: string;
  readonly frame?: number;
  readonly isLarge?: boolean;
}

export function currentPlace(): Place {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? (state as Place) : {};
}

export function keepPlace(place: Place): void {
  history.replaceState({ ...currentPlace(), ...place }, "");
}

/** The back button of a phone leaves the large view first, and then the page. */
export function enterLarge(): void {
  history.pushState({ ...currentPlace(), isLarge: true }, "");
}

export function leaveLarge(): void {
  if (currentPlace().isLarge === true) {
    history.back();
  }
}
