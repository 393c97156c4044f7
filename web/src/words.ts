/**
 * The words of the viewer, in the language of the page; the server writes them (`texts/viewer.rs`). A measuring tool
 * brings the words that only it uses.
 */
export interface Words {
  readonly counter: string;
  readonly quickPreview: string;
  readonly fullQuality: string;
  readonly fullQualityOfLossy: string;
  readonly keyImage: string;
  readonly slider: string;
  readonly previous: string;
  readonly next: string;
  readonly play: string;
  readonly pause: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly large: string;
  readonly small: string;
  readonly close: string;
  readonly loading: string;
  readonly offline: string;
  readonly signedOut: string;
  readonly failed: string;
  readonly brokenPicture: string;
  readonly tools: string;
  readonly touchTool: string;
  readonly browse: string;
  readonly windowTool: string;
  readonly moveTool: string;
  readonly clear: string;
  readonly undo: string;
  readonly keysHint: string;
  readonly onlyPreview: string;
  readonly look: string;
  readonly preset: string;
  readonly presetDefault: string;
  readonly presetRange: string;
  readonly presetLung: string;
  readonly presetBone: string;
  readonly presetBrain: string;
  readonly presetAbdomen: string;
  readonly presetMediastinum: string;
  readonly presetVessels: string;
  readonly windowValues: string;
  readonly invert: string;
  readonly colours: string;
  readonly grey: string;
  readonly greyInverted: string;
  readonly hotIron: string;
  readonly overlays: string;
  readonly mask: string;
  readonly position: string;
  readonly rotate: string;
  readonly flip: string;
  readonly fit: string;
  readonly actualSize: string;
  readonly reset: string;
  readonly film: string;
  readonly speed: string;
  readonly repeat: string;
  readonly images: string;
  readonly showImage: string;
  readonly nextKey: string;
  readonly measurements: string;
  /** Units that are words. */
  readonly units: Readonly<Record<string, string>>;
  readonly noValue: string;
  readonly uncalibrated: string;
  readonly atDetector: string;
  readonly byGeometry: string;
  readonly byFiducial: string;
  readonly onFilm: string;
  /** Only in the reading room, which has the tool for it. */
  readonly byHand?: string;
  readonly slicePosition: string;
  readonly documents: string;
  readonly openDocument: string;
  readonly report: string;
  readonly reportStatus: Readonly<Record<string, string>>;
  readonly reportWords: Readonly<Record<string, string>>;
  readonly moment: { readonly date: string; readonly yearMonth: string; readonly months: string };
  readonly dose: string;
  readonly selection: string;
  readonly selectedImage: string;
  readonly selectedElsewhere: string;
  readonly record: string;
  readonly pdf: string;
  readonly text: string;
  readonly video: string;
  readonly download: string;
  readonly page: string;
  readonly documentFailed: string;
  readonly cdaPatient: string;
  readonly cdaId: string;
  readonly cdaBirthDate: string;
  readonly cdaDate: string;
  readonly cdaAuthor: string;
  readonly cdaSigned: string;
  readonly cdaNoText: string;
  readonly cdaNotShown: string;
  readonly documentDamaged: string;
  readonly documentLocked: string;
  readonly videoFailed: string;
  readonly unknownKind: string;
  readonly kept: string;
  readonly withoutPicture: string;
  readonly cutPictures: string;
  readonly cutOverlays: string;
  readonly fewerImages: string;
  readonly moreImages: string;
  readonly gaps: string;
  readonly gapAfter: string;
  readonly gapBefore: string;
  readonly compare: string;
  readonly compareWith: string;
  readonly compareSeries: string;
  readonly compareClose: string;
  readonly thisStudy: string;
  readonly presentStudy: string;
  readonly earlierStudy: string;
  readonly laterStudy: string;
  readonly sameDayStudy: string;
  readonly otherStudy: string;
  readonly noDate: string;
  readonly linkScroll: string;
  readonly linkView: string;
  readonly linkedByPosition: string;
  readonly linkedByNumber: string;
  readonly otherStage: string;
  readonly isMirrored: string;
  readonly isTurned: string;
  readonly rightSide: string;
  readonly leftSide: string;
  readonly bothSides: string;
}

/** What to say about the quality of a picture. */
export function qualityText(words: Words, { quality, isLossy }: { readonly quality: "preview" | "full"; readonly isLossy?: boolean }): string {
  if (quality === "preview") {
    return words.quickPreview;
  }
  return isLossy === true ? words.fullQualityOfLossy : words.fullQuality;
}
