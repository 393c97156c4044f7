/** What others drew over the images of a study: presentation states, measurements, segmentations, structures. */

import type { StudyMetadata } from "../../link/metadata.js";
import type { Attributes } from "../../read/attributes.js";
import { refersTo } from "../../read/image-reference.js";
import { readKeySelection } from "../../read/key-selection.js";
import { readMeasurementReport } from "../../read/measurement-report.js";
import { readPresentationState, type PresentationState } from "../../read/presentation-state.js";
import { readSegmentation } from "../../read/segmentation.js";
import { readStructureSet } from "../../read/structure-set.js";
import type { Language } from "../../tools/language.js";
import { conceptText } from "./concepts.js";
import { reportDrawing } from "./report-drawing.js";
import { selectionDrawing } from "./selection-drawing.js";
import { segmentationDrawing, type FrameBits } from "./segmentation-drawing.js";
import type { Drawable } from "./shapes.js";
import { stateShapes } from "./state-drawing.js";
import { structureDrawing } from "./structure-drawing.js";

export type ObjectKind = "selection" | "state" | "measurements" | "segmentation" | "structures";

export interface StudyObject {
  readonly kind: ObjectKind;
  readonly sopInstanceUid: string;
  readonly title: string;
  readonly creator: string | null;
  /** As in the file: `20260131`. */
  readonly date: string | null;
  readonly drawable: Drawable;
  /** A segmentation by parts of 1. */
  readonly isFractional: boolean;
  /** Only of a presentation state. */
  readonly state: PresentationState | null;
  /** The series of images that are referred to, as far as the object tells. */
  readonly seriesOf: ReadonlyMap<string, string>;
}

/** Gives the pixels of a segmentation in a series. */
export type BitsOf = (seriesInstanceUid: string, sopInstanceUid: string, bits: { readonly type: string; readonly pixels: number }) => FrameBits;

const MODALITIES = ["KO", "PR", "SR", "SEG", "RTSTRUCT"];
/** PS3.4 B.5. */
const SOP_CLASSES: readonly (readonly [prefix: RegExp, kind: ObjectKind])[] = [
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\.[123]$/, "state"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.59$/, "selection"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\./, "measurements"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.[47]$/, "segmentation"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.3$/, "structures"],
];

/** One after another, as they come, without those of series that were read before. Reports without a place in images are none. */
export async function* studyObjects(metadata: StudyMetadata, bitsOf: BitsOf, read: Set<string>, language: Language): AsyncGenerator<StudyObject> {
  for (const { seriesInstanceUid, modality, metadataUrl } of await metadata.series()) {
    if (MODALITIES.includes(modality) && metadataUrl !== null && !read.has(seriesInstanceUid)) {
      read.add(seriesInstanceUid);
      for await (const file of metadata.instances(seriesInstanceUid)) {
        const found = readObject(file, seriesInstanceUid, bitsOf, language);
        if (found !== null && (found.drawable.parts.length > 0 || found.kind !== "measurements")) {
          yield found;
        }
      }
    }
  }
}

/** Null for what cannot be drawn. */
export function readObject(file: Attributes, seriesInstanceUid: string, bitsOf: BitsOf, language: Language): StudyObject | null {
  const sopClass = file.text("00080016") ?? "";
  const kind = SOP_CLASSES.find(([prefix]) => prefix.test(sopClass))?.[1] ?? null;
  const description = conceptText(file.text("0008103E") ?? "", language);
  const nobody = { creator: file.text("00700084"), isFractional: false, state: null, seriesOf: new Map<string, string>() };
  switch (kind) {
    case null:
      return null;
    case "selection": {
      const selection = readKeySelection(file);
      return { ...nobody, kind, ...named(selection, "", conceptText(selection.title, language)), creator: selection.creator, drawable: selectionDrawing(selection), seriesOf: selection.seriesOf };
    }
    case "state": {
      const state = readPresentationState(file);
      return { ...nobody, kind, ...named(state, state.label, description), creator: stateCreator(file), drawable: stateDrawing(state), state, seriesOf: state.seriesOf };
    }
    case "measurements": {
      const report = readMeasurementReport(file);
      return { ...nobody, kind, ...named(report, description, conceptText(report.title, language)), creator: report.creator, drawable: reportDrawing(report, language), seriesOf: report.seriesOf };
    }
    case "segmentation": {
      const segmentation = readSegmentation(file);
      const { type, rows, columns } = segmentation;
      const bits = bitsOf(seriesInstanceUid, segmentation.sopInstanceUid, { type, pixels: rows * columns });
      return { ...nobody, kind, ...named(segmentation, segmentation.label, description), isFractional: type === "FRACTIONAL", drawable: segmentationDrawing(segmentation, bits) };
    }
    case "structures": {
      const structures = readStructureSet(file);
      return { ...nobody, kind, ...named(structures, structures.label, description), drawable: structureDrawing(structures) };
    }
  }
}

/** Who made a state, and where. */
function stateCreator(file: Attributes): string | null {
  const [name, institution] = [file.text("00700084"), file.text("00080080")];
  return name === null || institution === null ? name : `${name} · ${institution}`;
}

function named({ sopInstanceUid, date }: Pick<StudyObject, "sopInstanceUid" | "date">, label: string, description: string) {
  return { sopInstanceUid, date, title: label === "" ? description : label };
}

function stateDrawing(state: PresentationState): Drawable {
  // The first one with something drawn on it, where only some have.
  const [image] = [...state.annotations.flatMap(({ images }) => images), ...state.images];
  return {
    parts: [{ name: state.label, lines: [], colour: "" }],
    shapesOn: (shown) => (refersTo(state.images, shown) ? stateShapes(state, shown) : []),
    siteOf: () => (image === undefined ? null : { sopInstanceUid: image.sopInstanceUid, frame: image.frames[0] ?? null }),
  };
}
