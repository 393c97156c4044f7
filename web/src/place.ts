/** The reader's position, stored in the page's history entry: a reload and the back button return there. */

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

/** The back button of a phone first leaves the large view, then the page. */
export function enterLarge(): void {
  history.pushState({ ...currentPlace(), isLarge: true }, "");
}

export function leaveLarge(): void {
  if (currentPlace().isLarge === true) {
    history.back();
  }
}
