/** A series and its marks that may be covered by something else on the same stage, such as a plane. */

import { Pane } from "../pane.js";
import type { Shown } from "../stage.js";
import { Marks } from "../tools/marks.js";

/** While it is covered, its frames go on arriving, but are not drawn. */
export class CoveredPane extends Pane {
  isCovered = false;

  protected override show(shown: Shown): void {
    if (!this.isCovered) {
      super.show(shown);
    }
  }

  protected override blank(): void {
    if (!this.isCovered) {
      super.blank();
    }
  }
}

/** A mark is of a frame, or of what covers it; never of a frame that is not seen. */
export class CoveredMarks extends Marks {
  override get image(): string | null {
    return (this.pane as CoveredPane).isCovered && this.subject === null ? null : super.image;
  }
}
