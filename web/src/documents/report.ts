/** A structured report, or any document of lines: headings and named values, nested by level. */

import { make } from "../tools/elements.js";

interface Line {
  readonly level: number;
  readonly name: string;
  readonly value: string | null;
}

const LEVEL_MAX = 6;

export function reportElement(json: unknown): HTMLElement {
  const { title, lines } = (json ?? {}) as { title?: unknown; lines?: unknown };
  const article = make("article", { class: "report" });
  if (typeof title === "string" && title !== "") {
    article.append(make("h3", {}, title));
  }
  for (const line of Array.isArray(lines) ? lines.map(readLine) : []) {
    article.append(lineElement(line));
  }
  return article;
}

function readLine(json: unknown): Line {
  const { level, name, value } = (json ?? {}) as Readonly<Record<string, unknown>>;
  const text = (given: unknown) => (typeof given === "string" || typeof given === "number" ? String(given) : null);
  return { level: Math.min(LEVEL_MAX, Math.max(0, Number(level) || 0)), name: text(name) ?? "", value: text(value) };
}

function lineElement({ level, name, value }: Line): HTMLElement {
  const attributes = { class: `line level-${level}` };
  if (value === null) {
    return make("p", { class: `${attributes.class} heading` }, name);
  }
  const label = name === "" ? [] : [make("span", { class: "line-name" }, `${name}: `)];
  return make("p", attributes, ...label, make("span", { class: "line-value" }, value));
}
