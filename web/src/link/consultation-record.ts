/** Fetches the record of a consultation, part by part. */

import { parseRecordLine, type RecordLine } from "../read/room-record.js";
import { fetchLines } from "./transfer.js";

/** More than a day of scrolling: a record that never ends is a mistake. */
const PARTS_MAX = 1_000;

/** Throws where it breaks off. */
export async function fetchRecord(recordUrl: string, signal: AbortSignal): Promise<readonly RecordLine[]> {
  const lines: RecordLine[] = [];
  for (let part = 0; part < PARTS_MAX; part++) {
    const url = new URL(recordUrl, location.href);
    const after = lines[lines.length - 1]?.sequence ?? 0;
    url.searchParams.set("after", String(after));
    const before = lines.length;
    await fetchLines(url.href, signal, (written) => {
      const line = parseRecordLine(written);
      if (line !== null && line.sequence > after) {
        lines.push(line);
      }
    });
    if (lines.length === before) {
      break;
    }
  }
  return lines;
}
