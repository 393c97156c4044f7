/** What lies over the images, as another screen has it: a fused series, what others drew, shutters. */

import type { ViewState } from "../../read/view-state.js";
import type { Room } from "../feature.js";
import { fusionOf } from "../fusion/feature.js";
import { objectsOf } from "../objects/feature.js";

type Layers = Pick<ViewState, "fusion" | "objects" | "isShuttered">;

export class FollowedLayers {
  private asked = "";
  private turn = 0;
  private isFusionMissing = false;

  constructor(
    private readonly room: Room,
    private readonly onAnswer: () => void,
  ) {}

  /** Whether exactly these were asked for last. */
  has(layers: Layers): boolean {
    return this.asked === textOf(layers);
  }

  take(layers: Layers): void {
    if (this.has(layers)) {
      return;
    }
    const { room } = this;
    const { fusion, objects, isShuttered } = layers;
    const turn = ++this.turn;
    this.asked = textOf(layers);
    this.isFusionMissing = fusion !== null;
    const [laid, drawn] = [fusionOf(room), objectsOf(room)];
    if (objects.length > 0 || isShuttered || drawn?.value != null) {
      void drawn?.use((all) => (turn === this.turn ? all.take(objects, isShuttered) : undefined)).then(this.onAnswer);
    }
    if (fusion !== null || laid?.value != null) {
      void laid?.use(async (one) => {
        const isShown = turn === this.turn && (await one.follow(fusion));
        this.isFusionMissing = turn === this.turn ? !isShown : this.isFusionMissing;
        this.onAnswer();
      });
    }
  }

  /** Something else may be there by now, or be possible. */
  forget(): void {
    this.asked = "";
  }

  /** What of it is not over the images of a study here. */
  lacks({ fusion, objects }: Layers, studyUid: string): readonly ("fusion" | "objects")[] {
    const drawn = objectsOf(this.room)?.value ?? null;
    const areMissing = drawn === null ? objects.some((one) => one.studyInstanceUid === studyUid) : drawn.lacks(objects, studyUid);
    return [...(this.isFusionMissing && fusion?.studyInstanceUid === studyUid ? (["fusion"] as const) : []), ...(areMissing ? (["objects"] as const) : [])];
  }
}

function textOf({ fusion, objects, isShuttered }: Layers): string {
  return JSON.stringify([fusion, objects, isShuttered]);
}
