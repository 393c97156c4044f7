/** What a reader marked in the study of the page and has not saved yet. */

import type { Annotation } from "../../tools/annotations.js";
import { CALIBRATE_BUTTON } from "../../tools/measuring/buttons.js";

const KEY = "filmless:saved-marks";

export interface Unsaved {
  readonly marks: readonly Annotation[];
  /** By series, instance and frame. */
  readonly keyImages: readonly string[];
}

/** And what cannot be saved with the study: marks on reconstructed planes, and marks and key images of other studies. */
export interface ToSave extends Unsaved {
  readonly onPlanes: number;
  readonly elsewhere: number;
}

interface Marked {
  readonly marks: readonly Annotation[];
  readonly keyImages: readonly string[];
  /** The series of the study. */
  readonly series: ReadonlySet<string>;
}

/** A mark that was moved after it was saved is another one, and so is one whose series was calibrated by hand since. */
function nameOf({ kind, image, points, text }: Annotation, all: readonly Annotation[]): string {
  const [series] = image.split("/");
  const lines = all.filter((other) => other.kind.startsWith(CALIBRATE_BUTTON.name) && other.image.startsWith(`${series}/`));
  return JSON.stringify([kind, image, points, text ?? null, ...lines.map((line) => [line.image, line.points, line.text])]);
}

export class SavedMarks {
  /** Called with the names of what was saved. */
  onSaved: ((names: readonly string[]) => void) | null = null;
  private readonly saved: Set<string>;

  constructor() {
    this.saved = new Set(stored());
  }

  unsaved({ marks, keyImages, series }: Marked): ToSave {
    const isHere = (image: string) => series.has(image.split("/")[0] ?? "");
    const isPlane = (image: string) => image.split("/")[2] === "plane";
    const [ours, others] = [marks.filter(({ image }) => isHere(image)), marks.filter(({ image }) => !isHere(image))];
    return {
      marks: ours.filter((mark) => !isPlane(mark.image) && !this.saved.has(nameOf(mark, marks))),
      keyImages: keyImages.filter((image) => isHere(image) && !this.saved.has(image)),
      onPlanes: ours.filter(({ image }) => isPlane(image)).length,
      elsewhere: others.length + keyImages.filter((image) => !isHere(image)).length,
    };
  }

  /** `all`: every mark, as when it was saved. */
  add({ marks, keyImages }: Unsaved, all: readonly Annotation[]): void {
    const names = [...marks.map((mark) => nameOf(mark, all)), ...keyImages];
    this.take(names);
    this.onSaved?.(names);
  }

  /** What another window saved: one that was opened from this one began with its marks. */
  take(names: readonly string[]): void {
    names.forEach((name) => this.saved.add(name));
    try {
      sessionStorage.setItem(KEY, [...this.saved].join("\n"));
    } catch {
      // Without storage they last as long as the page, as the marks do.
    }
  }
}

function stored(): readonly string[] {
  try {
    return (sessionStorage.getItem(KEY) ?? "").split("\n").filter((name) => name !== "");
  } catch {
    return [];
  }
}
