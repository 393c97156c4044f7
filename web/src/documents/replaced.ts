/** Minutes of a consultation say in their title which version they replace: "…, bản 2 (thay bản 1)" (`minutes_save.rs`). */

const VERSION = /^(.*), bản (\d+)(?: \(thay bản (\d+)\))?$/;

/** What is said of a document that a later one of these replaces; empty for any other. */
export function replacedWords(title: string, titles: readonly string[], language: string): string {
  const [, name, version] = VERSION.exec(title) ?? [];
  const later = titles.map((other) => VERSION.exec(other)).find((other) => other !== null && version !== undefined && other[1] === name && other[3] === version);
  const number = later?.[2];
  return number === undefined ? "" : language === "en" ? `replaced by version ${number}` : `đã thay bằng bản ${number}`;
}
