/** The images that a reader marked, and those that a doctor marked before; a series can be gone through by them alone. */

import type { Pane } from "../../pane.js";
import { refersTo, type ImageKey, type ImageReference } from "../../read/image-reference.js";
import { make } from "../../tools/elements.js";
import type { Room, RoomPane } from "../feature.js";
import { inEveryPane } from "./every-pane.js";

const KEY = "filmless:key-images";

/** Marked by the reader, by series, instance and frame; until they are saved they last as long as the session. */
export class KeyImages {
  private readonly images = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor() {
    try {
      (sessionStorage.getItem(KEY) ?? "").split("\n").filter((image) => image !== "").forEach((image) => this.images.add(image));
    } catch {
      // Without storage they last as long as the page.
    }
  }

  get all(): readonly string[] {
    return [...this.images];
  }

  has(image: string | null): boolean {
    return image !== null && this.images.has(image);
  }

  toggle(image: string): void {
    if (!this.images.delete(image)) {
      this.images.add(image);
    }
    try {
      sessionStorage.setItem(KEY, this.all.join("\n"));
    } catch {
      // As above.
    }
    this.listeners.forEach((told) => told());
  }

  listen(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }
}

/** Those of this session, also for whoever saves them. */
export const KEY_IMAGES = new KeyImages();

/** Those that other members of a consultation marked, with their names. */
export class OthersKeyImages {
  private names: ReadonlyMap<string, readonly string[]> = new Map();

  set(names: ReadonlyMap<string, readonly string[]>): void {
    this.names = names;
  }

  of(image: string | null): readonly string[] {
    return (image === null ? null : this.names.get(image)) ?? [];
  }
}

export const OTHERS_KEY_IMAGES = new OthersKeyImages();

/** Those of selections that were saved to the study, as far as they were read (`saved-selections.ts`). */
export class SavedKeyImages {
  private references: readonly ImageReference[] = [];

  add(references: readonly ImageReference[]): void {
    this.references = [...this.references, ...references];
  }

  has(image: ImageKey | undefined): boolean {
    return image !== undefined && refersTo(this.references, image);
  }
}

export const SAVED_KEY_IMAGES = new SavedKeyImages();

/** The name under which a frame's marks are kept. */
export function imageOf({ series, index }: Pick<Pane, "series" | "index">, frame: number): string | null {
  const entry = index?.frames[frame];
  return series === null || entry === undefined ? null : [series.seriesInstanceUid, entry.sopInstanceUid, String(entry.number ?? 1)].join("/");
}

/** Whether a doctor marked a frame: in the files, in a selection that was saved, or now. */
export function isKeyFrame(pane: Pick<Pane, "series" | "index">, frame: number, images: Pick<KeyImages, "has"> = KEY_IMAGES): boolean {
  const entry = pane.index?.frames[frame];
  const image = imageOf(pane, frame);
  return entry?.isKey === true || images.has(image) || OTHERS_KEY_IMAGES.of(image).length > 0 || SAVED_KEY_IMAGES.has(entry);
}

/** Stars over marked images, and the filter. */
export class KeyImageFilter {
  isOn = false;

  constructor(
    private readonly room: Room,
    label: string,
  ) {
    const starOf = inEveryPane(room, (pane) => {
      const star = make("span", { class: "key-star", role: "img", "aria-label": label, hidden: true }, "★", make("span", { class: "key-star-names" }));
      pane.stage.element.append(star);
      pane.stage.onDraw.add(() => show(pane));
      return star;
    });
    const show = (pane: RoomPane) => {
      const star = starOf(pane);
      if (star !== null) {
        const { index, frame } = pane.pane;
        const image = imageOf(pane.pane, frame);
        const names = OTHERS_KEY_IMAGES.of(image).join(", ");
        star.hidden = pane.content !== null || !(names !== "" || KEY_IMAGES.has(image) || SAVED_KEY_IMAGES.has(index?.frames[frame]));
        (star.lastChild as HTMLElement).textContent = names;
        star.setAttribute("aria-label", names === "" ? label : `${label}: ${names}`);
      }
    };
    KEY_IMAGES.listen(() => room.panes.forEach(show));
    room.listen({
      onPanes: () => this.apply(),
      onChange: (pane, what) => (what === "index" ? this.applyTo(pane) : undefined),
    });
  }

  /** Turns the filter on or off; false if there is no marked image to show. */
  toggle(): boolean {
    const hasAny = this.room.panes.some(({ pane }) => keysOf(pane).includes(true));
    this.isOn = !this.isOn && hasAny;
    this.apply();
    return this.isOn || hasAny;
  }

  /** Other images may be marked. */
  refresh(): void {
    this.apply();
    this.room.panes.forEach(({ stage }) => stage.redraw());
  }

  private apply(): void {
    this.room.panes.forEach((pane) => this.applyTo(pane));
  }

  /** A series without marked images is left as it is, and so is a volume of one. */
  private applyTo(roomPane: RoomPane): void {
    const { pane } = roomPane;
    roomPane.setStops(this.isOn && keysOf(pane).includes(true) ? (frame) => isKeyFrame(pane, frame) : null);
  }
}

function keysOf(pane: Pane): readonly boolean[] {
  return (pane.index?.frames ?? []).map((_, frame) => isKeyFrame(pane, frame));
}
