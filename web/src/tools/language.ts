/** The languages of the page. A tool brings the words that only it uses; all others come with the page (`words.ts`). */

export type Language = "vi" | "en";

/** The same in every language. */
export type Said<Texts> = Readonly<Record<Language, Texts>>;

export function pageLanguage(): Language {
  return document.documentElement.lang === "en" ? "en" : "vi";
}
