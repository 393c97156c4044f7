/**
 * The narrative of an HL7 Clinical Document (CDA R2, 4.3.5): what its author has people read. Only a few elements are known;
 * whatever else there is gives its text, and nothing of it is markup here.
 */

import { make } from "../tools/elements.js";

const ELEMENTS_MAX = 20_000;
const HEADING_MAX = 6;
/** What is no text: pictures and references to them. */
const SKIPPED: ReadonlySet<string> = new Set(["renderMultiMedia", "col", "colgroup", "footnoteRef"]);

type Plain = "p" | "ul" | "ol" | "li" | "table" | "caption" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td" | "sup" | "sub" | "br";
const AS_IS: ReadonlySet<string> = new Set<Plain>(["table", "thead", "tbody", "tfoot", "tr", "th", "td", "sup", "sub", "br"]);

/** The document to read, or nothing where it has no sections: its body is a file of another kind then. Throws where it is cut. */
export function cdaElement(bytes: Uint8Array): HTMLElement | null {
  const text = decode(bytes);
  // Before the parser, which writes a page with styles of its own about what is cut.
  const isWhole = /<\/(?:[\w.-]+:)?ClinicalDocument\s*>\s*(?:<!--[^]*?-->\s*)*$/.test(text);
  const root = new DOMParser().parseFromString(isWhole ? text : "<cut/>", "application/xml").documentElement;
  if (!isWhole || root.getElementsByTagName("parsererror").length > 0 || root.localName === "parsererror") {
    throw new Error("the document is not whole");
  }
  if (root.localName !== "ClinicalDocument" || root.getElementsByTagName("*").length > ELEMENTS_MAX) {
    return null;
  }
  const sections = root.getElementsByTagNameNS("*", "section");
  const article = make("article", { class: "report" });
  const title = child(root, "title")?.textContent?.trim() ?? "";
  if (title !== "") {
    article.append(make("h3", {}, title));
  }
  for (const section of sections) {
    const heading = child(section, "title")?.textContent?.trim() ?? "";
    const text = child(section, "text");
    if (heading !== "") {
      article.append(make(`h${depth(section)}` as "h4", { class: "heading" }, heading));
    }
    if (text !== null) {
      article.append(make("div", { class: "narrative" }, ...contents(text)));
    }
  }
  return article.querySelector(".narrative") === null ? null : article;
}

function child(element: Element, name: string): Element | null {
  return [...element.children].find(({ localName }) => localName === name) ?? null;
}

/** Headings of sections stand below the title of the document. */
function depth(section: Element): number {
  let level = 3;
  for (let at: Element | null = section; at !== null; at = at.parentElement) {
    level += Number(at.localName === "section");
  }
  return Math.min(HEADING_MAX, level);
}

function contents(element: Element): (Node | string)[] {
  return [...element.childNodes].flatMap((node) => {
    if (node instanceof Element) {
      return readable(node);
    }
    return node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE ? [node.textContent ?? ""] : [];
  });
}

function readable(element: Element): (Node | string)[] {
  const name = element.localName;
  if (SKIPPED.has(name)) {
    return [];
  }
  const inner = contents(element);
  if (AS_IS.has(name)) {
    const spans = { colspan: element.getAttribute("colspan"), rowspan: element.getAttribute("rowspan") };
    return [make(name as Plain, name === "td" || name === "th" ? spans : {}, ...inner)];
  }
  switch (name) {
    case "paragraph":
      return [make("p", {}, ...inner)];
    case "list":
      return [make(element.getAttribute("listType") === "ordered" ? "ol" : "ul", {}, ...inner)];
    case "item":
      return [make("li", {}, ...inner)];
    case "caption":
      return [element.parentElement?.localName === "table" ? make("caption", {}, ...inner) : make("strong", {}, ...inner, " ")];
    case "footnote":
      return [" (", ...inner, ")"];
    case "content":
      return marked(element, inner);
    default:
      return inner;
  }
}

/** What was taken out of an earlier version must not read as if it still held. */
function marked(element: Element, inner: (Node | string)[]): (Node | string)[] {
  switch (element.getAttribute("revised")) {
    case "delete":
      return [make("del", {}, ...inner)];
    case "insert":
      return [make("ins", {}, ...inner)];
    default:
      return element.getAttribute("styleCode")?.includes("Bold") === true ? [make("strong", {}, ...inner)] : inner;
  }
}

/** XML 1.0, appendix F: a mark of the byte order, else what the declaration names, else UTF-8. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const wide = { 0xfffe: "utf-16le", 0xfeff: "utf-16be", 0x3c00: "utf-16le", 0x003c: "utf-16be" }[((first ?? 0) << 8) | (second ?? 0)];
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const named = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head.replace(/^\u00ef\u00bb\u00bf/, ""))?.[1];
  return new TextDecoder(wide ?? named ?? "utf-8").decode(bytes).replace(/\0+$/, "");
}
