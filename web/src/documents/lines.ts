/** The lines of a report: its author's text, surrounded by words and dates in the language of the page. */

import type { ReportLine } from "../read/report.js";
import type { Words } from "../words.js";

export interface Line {
  readonly level: number;
  readonly name: string;
  readonly value: string | null;
  /** A code for what the report says about itself. */
  readonly status: string | null;
}

type Own = Pick<Words, "reportWords" | "moment">;

export function lineOf({ level, name, nameWord, value, valueWord, count, status }: ReportLine, words: Own): Line {
  const own = (word: string | null) => (word === null ? undefined : ownWord(word, count, words));
  return {
    level,
    name: own(nameWord) ?? name ?? "",
    value: value !== null && valueWord === "moment" ? moment(value, words) : (own(valueWord) ?? value),
    status,
  };
}

/** A word that this page does not know is shown as it was read from the file. */
function ownWord(word: string, count: ReportLine["count"], { reportWords }: Own): string | undefined {
  const template = (count === 1 ? reportWords[`one-${word}`] : undefined) ?? reportWords[word];
  return template?.replace("{n}", () => String(count ?? ""));
}

/**
 * Converts `YYYY-MM-DD HH:MM:SS +HH:MM`, as far as it goes, at the end of a text: the time before the date, as on all
 * pages.
 */
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
