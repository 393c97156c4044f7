/** A structured report, or any document of lines: headings and named values, nested by level. */

import { make } from "../tools/elements.js";
import type { Words } from "../words.js";

interface Line {
  readonly level: number;
  readonly name: string;
  readonly value: string | null;
  /** What the report says of itself: a code. */
  readonly status: string | null;
}

const LEVEL_MAX = 6;

/** What a reader must know before the first word of it. */
const WARNINGS: readonly string[] = ["partial", "preliminary", "unverified"];

export function reportElement(json: unknown, words: Words): HTMLElement {
  const { title, lines } = (json ?? {}) as { title?: unknown; lines?: unknown };
  const article = make("article", { class: "report" });
  if (typeof title === "string" && title !== "") {
    article.append(make("h3", {}, title));
  }
  for (const line of Array.isArray(lines) ? lines.map(readLine) : []) {
    article.append(statusElement(line, words) ?? lineElement(line));
  }
  return article;
}

function readLine(json: unknown): Line {
  const { level, name, value, status } = (json ?? {}) as Readonly<Record<string, unknown>>;
  const text = (given: unknown) => (typeof given === "string" || typeof given === "number" ? String(given) : null);
  const depth = Math.min(LEVEL_MAX, Math.max(0, Number(level) || 0));
  return { level: depth, name: text(name) ?? "", value: text(value), status: text(status) };
}

/** In the reader's language; null for what is not said of the report itself. */
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
