/** Shows the others what this reader draws: what is in the store of marks is what they see, by and by. */

import type { Outgoing } from "../../link/consultation-link.js";
import type { MemberMark, SharedMark } from "../../read/room-message.js";
import type { Annotation } from "../../tools/annotations.js";
import type { Room } from "../feature.js";
import { KEY_IMAGES, type KeyImages } from "../tools/key-images.js";
import { isCalibration, type Dated } from "../tools/shared-calibrations.js";
import { newUuid } from "../uuid.js";
import type { Meeting } from "./meeting.js";

/** The kind of a mark that is an image: it has no points. */
export const KEY_IMAGE = "key-image";
/** The server takes ten a second of anybody. */
const MARK_MS = 150;

interface Told {
  readonly id: string;
  /** The mark, as text. */
  readonly text: string;
  /** When it was drawn as it is; null for what is no calibration. */
  readonly atMs: number | null;
}

export class OwnMarks {
  /** What the room was told, by the text of the mark. */
  private told: readonly Told[] = [];
  private isJoined = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly refused = new Set<string>();

  constructor(
    private readonly room: Pick<Room, "store" | "studies">,
    private readonly meeting: Pick<Meeting, "you" | "marks">,
    private readonly send: (message: Outgoing) => boolean,
    /** The server's clock. */
    private readonly now: () => number = () => Date.now(),
    private readonly keyImages: Pick<KeyImages, "all" | "has" | "toggle" | "listen"> = KEY_IMAGES,
  ) {
    room.store.listen(() => this.tellSoon());
    keyImages.listen(() => this.tellSoon());
  }

  /** The room has told everything. Marks of this member that are not here come from a device of before: they are the reader's again. */
  join(): void {
    const mine = this.meeting.marks.filter(({ by }) => by === this.meeting.you);
    const { store } = this.room;
    const here = new Set(this.here.keys());
    const known = new Set(this.told.map(({ id }) => id));
    for (const { id, mark } of mine) {
      // What was told and is gone was deleted while the line was cut.
      const isNew = !known.has(id) && !here.has(JSON.stringify(mark));
      if (isNew && mark.kind === KEY_IMAGE) {
        this.keyImages.toggle(mark.image);
      } else if (isNew && store.toolOf(mark.kind) !== null) {
        store.add(annotationOf(store.begin(mark.kind, mark.image, []), mark));
      }
    }
    this.told = mine.map(({ id, mark, atMs }) => ({ id, text: JSON.stringify(mark), atMs }));
    this.isJoined = true;
    this.tellSoon();
  }

  /** The reader's own calibrations; one that was not told yet is the last. */
  get calibrations(): readonly Dated[] {
    return this.room.store.all.filter(isCalibration).map((mark) => {
      const text = JSON.stringify(this.shared(mark));
      const told = this.told.find((one) => one.text === text);
      return { mark, atMs: told === undefined ? Number.POSITIVE_INFINITY : (told.atMs ?? 0), id: told?.id ?? "" };
    });
  }

  leave(): void {
    this.isJoined = false;
  }

  /** The server did not take one. */
  refuse(id: string, isForLater: boolean): void {
    const one = this.told.find((told) => told.id === id);
    if (one !== undefined) {
      this.told = this.told.filter((told) => told !== one);
      if (isForLater) {
        this.tellSoon();
      } else {
        this.refused.add(one.text);
      }
    }
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.tellOne();
    }, MARK_MS);
  }

  /** One difference between the store and what the room was told. */
  private tellOne(): void {
    if (!this.isJoined) {
      return;
    }
    const { here } = this;
    const gone = this.told.find(({ text }) => !here.has(text));
    const known = new Set(this.told.map(({ text }) => text));
    const [fresh] = [...here].filter(([text]) => !known.has(text) && !this.refused.has(text));
    const mark = fresh?.[1] ?? null;
    if (gone === undefined && mark === null) {
      return;
    }
    const id = gone?.id ?? newUuid();
    const atMs = mark === null || !isCalibration(mark) ? null : this.now();
    if (this.send({ type: "mark", id, mark, atMs })) {
      const others = this.told.filter((one) => one !== gone);
      this.told = mark === null ? others : [...others, { id, text: JSON.stringify(mark), atMs }];
      this.tellSoon();
    }
  }

  /** What this reader has drawn and marked in studies that are open, by its text. */
  private get here(): ReadonlyMap<string, SharedMark> {
    const keys = this.keyImages.all.map((image) => ({ kind: KEY_IMAGE, image, points: [] }));
    return new Map([...this.room.store.all, ...keys].flatMap((mark) => {
      const shared = this.shared(mark);
      return shared === null ? [] : [[JSON.stringify(shared), shared] as const];
    }));
  }

  /** Null for marks of studies that are not open here any more. */
  private shared({ kind, image, points, text }: Pick<Annotation, "kind" | "image" | "points" | "text">): SharedMark | null {
    const [series] = image.split("/");
    const study = this.room.studies.find((one) => one.series.some(({ seriesInstanceUid }) => seriesInstanceUid === series));
    return study === undefined ? null : { studyInstanceUid: study.uid, kind, image, points: points.map(({ x, y }) => ({ x, y })), text: text ?? null };
  }
}

export function annotationOf(begun: Annotation, { points, text }: MemberMark["mark"]): Annotation {
  begun.points = points.map(({ x, y }) => ({ x, y }));
  if (text !== null) {
    begun.text = text;
  }
  return begun;
}
