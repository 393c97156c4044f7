/** What readers saved, in the strip: what it is, by whom, where and when, in place of the words for reports of doctors. */

import { fill } from "../page.js";
import type { Attributes } from "../read/attributes.js";
import { observerOf } from "../read/observer.js";
import { make } from "../tools/elements.js";
import type { Language, Said } from "../tools/language.js";
import type { PageSeries } from "./page.js";
import type { ReadingRoom } from "./room.js";
import { metadataOf } from "./study-metadata.js";

const WRITER = "Filmless";
/** What a series is called that its reader gave no name. */
const UNNAMED = ["Key images", "Marks", "Measurements"];

interface SavedWords {
  readonly what: Readonly<Record<string, string>>;
  readonly by: string;
  readonly at: string;
}

const WORDS: Said<SavedWords> = {
  vi: {
    what: { DOC: "Tài liệu đã ký", KO: "Ảnh đánh dấu của người đọc", PR: "Hình vẽ, cửa sổ của người đọc", SR: "Số đo của người đọc, không phải bản kết quả" },
    by: "{who} lưu",
    at: "lúc {at}",
  },
  en: {
    what: { DOC: "Signed document", KO: "Key images of a reader", PR: "Drawings and windows of a reader", SR: "Measurements of a reader, not a report" },
    by: "Saved by {who}",
    at: "at {at}",
  },
};

/** The words of a tile; null for what the room did not write. */
export interface SavedText {
  readonly title: string;
  readonly lines: readonly string[];
}

export function savedText(file: Attributes, language: Language): SavedText | null {
  const modality = file.text("00080060") ?? "";
  const words = WORDS[language];
  const what = words.what[modality];
  if (what === undefined || file.text("00080070") !== WRITER) {
    return null;
  }
  const place = file.text("00080080");
  // The parts of a person's name (PS3.5 6.2.1).
  const name = observerOf(file)?.replaceAll("^", " ") ?? null;
  const who = name === null || place === null || name.includes(place) ? name : `${name} · ${place}`;
  const at = moment(file.text("00080021"), file.text("00080031"), words.at);
  // A document's title says which version it is.
  const description = (modality === "DOC" ? file.text("00420010") : null) ?? file.text("0008103E") ?? "";
  const saved = [who === null ? "" : fill(words.by, { who }), at].filter((part) => part !== "").join(" ");
  return UNNAMED.includes(description) || description === "" ? { title: what, lines: [saved] } : { title: description, lines: [what, saved] };
}

/** Day first, and the time by the clock of whoever saved. */
function moment(date: string | null, time: string | null, words: string): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? "") ?? [];
  const [, hour, minute] = /^(\d{2})(\d{2})/.exec(time ?? "") ?? [];
  if (day === undefined) {
    return "";
  }
  return fill(words, { at: `${hour === undefined ? "" : `${hour}:${minute} `}${day}/${month}/${year}` });
}

/** Reads one file of each, and writes into its tile what it is; what cannot be read keeps its words. */
export async function nameSaved(room: ReadingRoom, saved: readonly PageSeries[]): Promise<void> {
  const metadata = metadataOf(room.list.present.grant);
  for (const series of saved) {
    try {
      const { value: file } = await metadata.instances(series.seriesInstanceUid).next();
      const text = file === undefined ? null : savedText(file as Attributes, room.language);
      const words = series.button.querySelector(".series-words");
      if (text !== null && words !== null) {
        words.replaceChildren(make("strong", {}, text.title), ...text.lines.map((line) => make("span", { class: "saved-by" }, line)));
      }
    } catch {
      // The server's words stay.
    }
  }
}
