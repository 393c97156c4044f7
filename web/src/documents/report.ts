/** A structured report, or any document of lines: headings and named values, nested by level. */

import { make } from "../tools/elements.js";
import type { Report } from "../read/report.js";
import type { Words } from "../words.js";
import { lineOf, type Line } from "./lines.js";

/** What a reader must know before reading the first word. */
const WARNINGS: readonly string[] = ["partial", "preliminary", "unverified"];

export function reportElement({ title, lines }: Report, words: Words): HTMLElement {
  const article = make("article", { class: "report" });
  if (title !== null) {
    article.append(make("h3", {}, title));
  }
  for (const line of lines.map((line) => lineOf(line, words))) {
    article.append(statusElement(line, words) ?? lineElement(line));
  }
  return article;
}

/** In the reader's language; null if the line says nothing about the report itself. */
function statusElement({ status, value }: Line, words: Words): HTMLElement | null {
  const said: Readonly<Record<string, string>> = words.reportStatus;
  const sentence = status === null ? undefined : said[status];
  if (status === null || sentence === undefined) {
    return null;
  }
  const text = sentence.replace("{value}", () => value ?? "");
  return make("p", { class: WARNINGS.includes(status) ? "line caution" : "line" }, text);
}

function lineElement({ level, name, value }: Line): HTMLElement {
  const attributes = { class: `line level-${level}` };
  if (value === null) {
    return make("p", { class: `${attributes.class} heading` }, name);
  }
  const label = name === "" ? [] : [make("span", { class: "line-name" }, `${name}: `)];
  return make("p", attributes, ...label, make("span", { class: "line-value" }, value));
}
