/** Metadata of DICOMweb (DICOM JSON Model, PS3.18 annex F): what they say of the samples of each instance. */

import { list, object, text, type Json } from "./json.js";

/** The Image Pixel module (PS3.3 C.7.6.3). A number that is missing is NaN and fits nothing. */
export interface Description {
  /** Available Transfer Syntax UID (0008,3002); empty when they do not say. */
  readonly transferSyntaxUid: string;
  readonly photometricInterpretation: string;
  readonly samplesPerPixel: number;
  /** 0: interleaved. */
  readonly planarConfiguration: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
}

/** By SOP Instance UID. */
export async function readDescriptions(response: Response): Promise<ReadonlyMap<string, Description>> {
  const instances: unknown = await response.json();
  return new Map(
    list(instances).map((json) => {
      const instance = object(json) ?? {};
      return [textOf(instance, "00080018"), describe(instance)];
    }),
  );
}

/** A list of series, as it came, without those of a modality. */
export async function readSeriesBut(modality: string, response: Response): Promise<readonly unknown[]> {
  const series: unknown = await response.json();
  return list(series).filter((json) => textOf(object(json) ?? {}, "00080060") !== modality);
}

function describe(instance: Json): Description {
  return {
    transferSyntaxUid: textOf(instance, "00083002"),
    photometricInterpretation: textOf(instance, "00280004"),
    samplesPerPixel: numberOf(instance, "00280002"),
    planarConfiguration: numberOf(instance, "00280006"),
    bitsAllocated: numberOf(instance, "00280100"),
    bitsStored: numberOf(instance, "00280101"),
    highBit: numberOf(instance, "00280102"),
    isSigned: numberOf(instance, "00280103") === 1,
  };
}

function firstOf(instance: Json, tag: string): unknown {
  return list(object(instance[tag])?.["Value"])[0];
}

function textOf(instance: Json, tag: string): string {
  return text(firstOf(instance, tag)) ?? "";
}

function numberOf(instance: Json, tag: string): number {
  const value = firstOf(instance, tag);
  return typeof value === "number" ? value : Number.NaN;
}
