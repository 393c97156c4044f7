/** What is shown of the objects of a study: nothing, until the reader chooses. */

import { refersTo } from "../../read/image-reference.js";
import type { Shutter } from "../../read/shutter.js";
import type { ObjectState } from "../../read/view-state.js";
import type { ImageOnPane } from "./plane.js";
import type { Shape } from "./shapes.js";
import type { StudyObject } from "./study-objects.js";

export class Chosen {
  readonly objects: StudyObject[] = [];
  private readonly parts = new Map<StudyObject, Set<number>>();
  /** What another screen shows, also of what was not read yet: parts by instance, null for all. */
  private wanted: ReadonlyMap<string, readonly number[] | null> = new Map();

  constructor(private readonly onChange: (isByHand: boolean) => void) {}

  /** Another one was read. */
  add(object: StudyObject): void {
    this.objects.push(object);
    this.adopt(object);
  }

  /** Shows these and no others, each as soon as it is read. */
  take(wanted: readonly Pick<ObjectState, "sopInstanceUid" | "parts">[]): void {
    this.wanted = new Map(wanted.map(({ sopInstanceUid, parts }) => [sopInstanceUid, parts]));
    this.parts.clear();
    this.objects.forEach((object) => this.adopt(object));
    this.onChange(false);
  }

  /** What is shown, by instance. */
  get shown(): readonly Pick<ObjectState, "sopInstanceUid" | "parts">[] {
    return this.objects.flatMap((object) => {
      const parts = [...(this.parts.get(object) ?? [])].sort((a, b) => a - b);
      const isWhole = parts.length === object.drawable.parts.length;
      return parts.length === 0 ? [] : [{ sopInstanceUid: object.sopInstanceUid, parts: isWhole ? null : parts }];
    });
  }

  private adopt(object: StudyObject): void {
    const parts = this.wanted.get(object.sopInstanceUid);
    if (parts !== undefined) {
      this.parts.set(object, new Set(parts ?? object.drawable.parts.map((_, part) => part)));
    }
  }

  has(object: StudyObject, part: number): boolean {
    return this.parts.get(object)?.has(part) === true;
  }

  /** An image has at most one presentation state: another one of the same images is put away. */
  set(object: StudyObject, parts: readonly number[], isShown: boolean): void {
    this.wanted = new Map();
    const shown = this.parts.get(object) ?? new Set();
    parts.forEach((part) => (isShown ? shown.add(part) : shown.delete(part)));
    this.parts.set(object, shown);
    const images = object.state?.images ?? [];
    if (isShown && images.length > 0) {
      for (const other of this.objects) {
        const isRival = other !== object && other.state?.images.some(({ sopInstanceUid, frames }) => refersTo(images, { sopInstanceUid, number: frames[0] ?? 1 }));
        if (isRival === true) {
          this.parts.delete(other);
        }
      }
    }
    this.onChange(true);
  }

  /** The presentation state shown on an image. */
  stateOf(image: ImageOnPane): StudyObject | null {
    return this.objects.find((object) => object.state !== null && this.has(object, 0) && refersTo(object.state.images, image)) ?? null;
  }

  shapesOn(image: ImageOnPane): readonly Shape[] {
    return this.objects.flatMap((object) => [...(this.parts.get(object) ?? [])].flatMap((part) => object.drawable.shapesOn(image, part)));
  }

  shutterOf(image: ImageOnPane): Shutter | null {
    return this.stateOf(image)?.state?.shutter ?? null;
  }
}
