/** Reads the Key Object Selections that were saved to the open studies. */

import { readKeySelection } from "../../read/key-selection.js";
import type { Room, RoomStudy } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import { SAVED_KEY_IMAGES } from "./key-images.js";

const SELECTION = "KO";

export class SavedSelections {
  private readonly read_ = new Set<string>();
  private readonly followed = new WeakSet<RoomStudy>();

  /** `onMore`: others were saved meanwhile, and read. */
  constructor(
    private readonly room: Pick<Room, "studies">,
    private readonly onMore: () => void,
  ) {}

  /** Reads those that were not read before; false if some could not be read. */
  async read(): Promise<boolean> {
    const all = await Promise.all(this.room.studies.map((study) => this.readStudy(study).then(() => true, () => false)));
    return !all.includes(false);
  }

  private async readStudy(study: RoomStudy): Promise<void> {
    const metadata = metadataOf(study.grant);
    if (!this.followed.has(study)) {
      this.followed.add(study);
      metadata.onSeries.add(() => void this.readStudy(study).then(this.onMore, () => undefined));
    }
    for (const { seriesInstanceUid, modality, metadataUrl } of await metadata.series()) {
      if (modality === SELECTION && metadataUrl !== null && !this.read_.has(seriesInstanceUid)) {
        const selections = [];
        for await (const file of metadata.instances(seriesInstanceUid)) {
          selections.push(readKeySelection(file));
        }
        this.read_.add(seriesInstanceUid);
        selections.forEach(({ images }) => SAVED_KEY_IMAGES.add(images));
      }
    }
  }
}
