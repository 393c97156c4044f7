/** The record of a consultation: one line for everything that happened, in its order (`shared/consult/src/record.rs`). */

import { isCount, object, text, type Json } from "./json.js";
import { moment, readMessage, type RoomMessage } from "./room-message.js";

export interface RecordLine {
  readonly sequence: number;
  readonly atMs: number;
  /** Null for what no screen shows. */
  readonly message: RoomMessage | null;
}

/** Null for what is not a line of a record. */
export function parseRecordLine(line: string): RecordLine | null {
  let written: Json | null;
  try {
    written = object(JSON.parse(line));
  } catch {
    return null;
  }
  const [sequence, atMs, event] = [object(written?.["chain"])?.["sequence"], moment(written?.["at"]), object(written?.["event"])];
  if (!isCount(sequence) || atMs === null || event === null) {
    return null;
  }
  return { sequence, atMs, message: readMessage({ ...event, by: text(written?.["by"]), at: written?.["at"], head: sequence }) };
}
