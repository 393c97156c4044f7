/** The page's languages. A tool has its own words; all others come with the page (`words.ts`). */

export type Language = "vi" | "en";

/** The same texts in every language. */
export type Said<Texts> = Readonly<Record<Language, Texts>>;

export function pageLanguage(): Language {
  return document.documentElement.lang === "en" ? "en" : "vi";
}
