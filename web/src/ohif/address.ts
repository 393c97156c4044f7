/** The addresses of DICOMweb (PS3.18 chapter 10) that the worker has to do with. */

export interface MetadataPlace {
  readonly kind: "metadata";
  /** The address of the study, with its token. */
  readonly study: string;
  readonly series: string;
}

export interface FramePlace {
  readonly kind: "frame";
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  /** From 1. */
  readonly frame: number;
}

/** A list of studies or series. */
export interface ListPlace {
  readonly kind: "list";
  /** The study of which the series are asked for; null for a list of studies. */
  readonly study: string | null;
}

const SERIES = /^(\/dicomweb\/[^/]+\/studies\/[0-9.]+)\/series\/([0-9.]+)\/(?:metadata|instances\/([0-9.]+)\/frames\/([1-9][0-9]*))$/;
const LIST = /^\/dicomweb\/[^/]+\/studies$|^(\/dicomweb\/[^/]+\/studies\/[0-9.]+)\/series$/;

/** Null for everything that only the server knows about, several frames in one answer among it. */
export function placeOf(url: string): MetadataPlace | FramePlace | ListPlace | null {
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) {
    return null;
  }
  const [, study, series, instance, frame] = SERIES.exec(pathname) ?? [];
  if (study === undefined || series === undefined) {
    const list = LIST.exec(pathname);
    return list === null ? null : { kind: "list", study: list[1] ?? null };
  }
  return instance === undefined
    ? { kind: "metadata", study, series }
    : { kind: "frame", study, series, instance, frame: Number(frame) };
}
