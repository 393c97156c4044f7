/** The images of a key object selection, each linking to the image itself. */

import { Link, type Grant } from "../link/link.js";
import { fill } from "../page.js";
import type { SeriesEntry } from "../pane.js";
import type { SelectedImage } from "../read/report.js";
import type { Frame } from "../read/series-index.js";
import { make } from "../tools/elements.js";
import type { Words } from "../words.js";

/** The study of the page, and how to open one of its images. */
export interface OpenStudy {
  readonly series: readonly SeriesEntry[];
  readonly grant: Grant;
  readonly open: (seriesInstanceUid: string, frame: number) => void;
}

/** The series that may contain an image: the named one, or any with images. */
export function seriesOf(image: SelectedImage, series: readonly SeriesEntry[]): readonly SeriesEntry[] {
  const named = image.seriesInstanceUid;
  return series.filter(({ seriesInstanceUid, frames }) => frames > 0 && (named === null || named === seriesInstanceUid));
}

/** Its place among the frames of a series; -1 if it is not one of them. */
export function placeOf(image: SelectedImage, frames: readonly Pick<Frame, "sopInstanceUid" | "number">[]): number {
  const { sopInstanceUid, frame } = image;
  return frames.findIndex((one) => one.sopInstanceUid === sopInstanceUid && (frame === null || one.number === frame));
}

export function selectionElement(images: readonly SelectedImage[], study: OpenStudy, words: Words): HTMLElement[] {
  const isHere = (image: SelectedImage) => seriesOf(image, study.series).length > 0;
  const elsewhere = images.filter((image) => !isHere(image)).length;
  const lost = make("p", { class: "kept", role: "status" });
  let missed = elsewhere;
  const tell = () => {
    lost.textContent = missed > 0 ? fill(words.selectedElsewhere, { n: missed }) : "";
  };
  tell();
  const links = images.filter(isHere).map((image, place) => {
    const [first, ...others] = seriesOf(image, study.series);
    const series = first !== undefined && others.length === 0 ? first.label : "";
    const label = series === "" ? fill(words.showImage, { n: place + 1 }) : fill(words.selectedImage, { n: place + 1, series });
    const button = make("button", { type: "button", class: "plain-link" }, label);
    button.addEventListener("click", () => {
      void show(image, study).then((isShown) => {
        if (!isShown) {
          button.disabled = true;
          missed += 1;
          tell();
        }
      });
    });
    return make("li", {}, button);
  });
  return [...(links.length > 0 ? [make("ul", { class: "selected-images" }, ...links)] : []), lost];
}

async function show(image: SelectedImage, study: OpenStudy): Promise<boolean> {
  for (const series of seriesOf(image, study.series)) {
    const index = await new Link(study.grant, series.seriesInstanceUid).open();
    const place = index === null ? -1 : placeOf(image, index.frames);
    if (place >= 0) {
      study.open(series.seriesInstanceUid, place);
      return true;
    }
  }
  return false;
}
