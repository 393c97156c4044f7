/** The frames that marks are on: what the index says of them and, where a mark needs them, their values. */

import { decodeFrame } from "../../full/decoder-pool.js";
import { FrameValues } from "../../full/frame-values.js";
import { Link } from "../../link/link.js";
import { frameDetails, type FrameDetails } from "../../read/frame-details.js";
import type { SeriesIndex } from "../../read/series-index.js";
import { parseTables, type Table } from "../../read/tables.js";
import type { ValueScale } from "../../tools/measuring/tool.js";
import type { Room, RoomStudy } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import type { SavedImage } from "./document.js";

const PET = "PT";

/** A series, apart from what the panes show. */
interface OpenSeries {
  readonly link: Link;
  readonly index: SeriesIndex;
  readonly tables: readonly (Table | null)[];
  readonly scale: ValueScale | null;
}

export interface MarkedFrame {
  readonly image: SavedImage;
  readonly index: SeriesIndex;
  /** In the order of the index, from 0. */
  readonly place: number;
  readonly details: FrameDetails;
  readonly scale: ValueScale | null;
}

export class MarkedFrames {
  private readonly series = new Map<string, Promise<OpenSeries | null>>();
  private readonly links: Link[] = [];
  private isClosed = false;

  constructor(
    private readonly room: Pick<Room, "panes">,
    private readonly study: RoomStudy,
  ) {}

  /** By the name under which marks are kept: series, instance and frame. Null if the series cannot be read, or has no such frame. */
  async frame(name: string): Promise<MarkedFrame | null> {
    const [seriesInstanceUid = "", sopInstanceUid = "", number = ""] = name.split("/");
    const series = await this.open(seriesInstanceUid);
    if (series === null) {
      return null;
    }
    const { index, scale } = series;
    const place = index.frames.findIndex((frame) => frame.sopInstanceUid === sopInstanceUid && String(frame.number ?? 1) === number);
    const entry = index.frames[place];
    if (entry === undefined) {
      return null;
    }
    const isOneOfMany = index.frames.some((other, at) => at !== place && other.sopInstanceUid === sopInstanceUid);
    const frame = isOneOfMany || (entry.number ?? 1) > 1 ? (entry.number ?? 1) : null;
    return { image: { seriesInstanceUid, sopInstanceUid, frame }, index, place, details: frameDetails(entry), scale };
  }

  /** The values as measured on the stage. Null for what is shown after subtraction, whose values are of no one image. */
  async values({ image, place, details }: MarkedFrame): Promise<FrameValues | null | "unreadable"> {
    const { diagnostic, rows, columns, mask } = details;
    const shown = this.room.panes.find(({ pane }) => pane.series?.seriesInstanceUid === image.seriesInstanceUid && pane.full !== null)?.pane.full ?? null;
    if (shown?.isMasked(place) ?? mask?.isDefault === true) {
      return null;
    }
    const series = await this.open(image.seriesInstanceUid);
    const ready = shown?.values(place) ?? null;
    if (ready !== null || diagnostic === null) {
      return ready;
    }
    if (series === null) {
      return "unreadable";
    }
    const bytes = await series.link.part(diagnostic);
    const { mediaType, samplesPerPixel: channels, bitsPerSample: bits, sampleType: type } = diagnostic;
    const decoded = bytes === null ? null : await decodeFrame({ bytes, mediaType, rows, columns, channels, bits, type });
    return decoded === null ? "unreadable" : new FrameValues(details, decoded, series.tables);
  }

  close(): void {
    this.isClosed = true;
    this.links.forEach((link) => link.close());
  }

  private open(uid: string): Promise<OpenSeries | null> {
    const found = this.series.get(uid) ?? this.read(uid).catch(() => null);
    this.series.set(uid, found);
    return found;
  }

  private async read(uid: string): Promise<OpenSeries | null> {
    if (this.isClosed) {
      return null;
    }
    const { grant } = this.study;
    // What cannot be had now is said, in place of a dialog that waits.
    const link = new Link(grant, uid, { onState: (state) => (state === "fine" ? undefined : link.close()) });
    this.links.push(link);
    const index = await link.open();
    return index === null ? null : { link, index, tables: parseTables(index.tables), scale: index.modality === PET ? await scaleOf(this.study, uid) : null };
  }
}

/** SUVbw, where the files allow it, as panes have it. */
async function scaleOf({ grant }: RoomStudy, uid: string): Promise<ValueScale | null> {
  const { suvOf } = await import("../fusion/series-suv.js");
  const suv = await suvOf(metadataOf(grant), uid).catch(() => null);
  return suv !== null && "factor" in suv ? { unit: "SUVbw", factor: suv.factor } : null;
}
