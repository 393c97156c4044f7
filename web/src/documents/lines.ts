/** The lines of a report: what its author wrote, and around it words and dates in the language of the page. */

import type { Words } from "../words.js";

export interface Line {
  readonly level: number;
  readonly name: string;
  readonly value: string | null;
  /** What the report says of itself: a code. */
  readonly status: string | null;
}

type Own = Pick<Words, "reportWords" | "moment">;

const LEVEL_MAX = 6;

export function readLine(json: unknown, words: Own): Line {
  const line = (json ?? {}) as Readonly<Record<string, unknown>>;
  const text = (given: unknown) => (typeof given === "string" || typeof given === "number" ? String(given) : null);
  const level = Math.min(LEVEL_MAX, Math.max(0, Number(line["level"]) || 0));
  const own = (word: unknown) => (typeof word === "string" ? ownWord(word, line["count"], words) : undefined);
  const value = text(line["value"]);
  return {
    level,
    name: own(line["name_word"]) ?? text(line["name"]) ?? "",
    value: value !== null && line["value_word"] === "moment" ? moment(value, words) : (own(line["value_word"]) ?? value),
    status: text(line["status"]),
  };
}

/** A word that this page does not know is said as the file was read. */
function ownWord(word: string, count: unknown, { reportWords }: Own): string | undefined {
  const template = (count === 1 ? reportWords[`one-${word}`] : undefined) ?? reportWords[word];
  return template?.replace("{n}", () => String(count ?? ""));
}

/** `YYYY-MM-DD HH:MM:SS +HH:MM`, as far as it goes, at the end of a text: the time before the date, as on all pages. */
export function moment(text: string, { moment: { date, yearMonth, months } }: Own): string {
  return text.replace(
    /(\d{4})-(\d{2})(?:-(\d{2}))?(?: (\d{2}(?::\d{2}){0,2}))?(?: ([+-]\d{2}:\d{2}))?$/,
    (_, yyyy: string, mm: string, dd: string | undefined, time: string | undefined, offset: string | undefined) => {
      const month = months.split(" ")[Number(mm) - 1] ?? mm;
      const parts: Readonly<Record<string, string>> = { yyyy, mm, dd: dd ?? "", d: String(Number(dd)), month };
      const day = (dd === undefined ? yearMonth : date).replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? "");
      return `${time === undefined ? "" : `${time}, `}${day}${offset === undefined ? "" : ` (UTC${offset})`}`;
    },
  );
}
