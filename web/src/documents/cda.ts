/**
 * The narrative of an HL7 Clinical Document (CDA R2, 4.3.5): what its author wants people to read. Only a few elements
 * are known; any other element contributes its text, and nothing of it becomes markup here.
 */

import { make } from "../tools/elements.js";
import type { Words } from "../words.js";
import { DamagedDocument } from "./failures.js";
import { child, headerElement } from "./cda-header.js";

const ELEMENTS_MAX = 20_000;
const HEADING_MAX = 6;
/** Image types that every browser draws, and that cannot run anything. */
const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);
/** Elements without text. */
const SKIPPED: ReadonlySet<string> = new Set(["col", "colgroup", "footnoteRef"]);

type Plain = "p" | "ul" | "ol" | "li" | "table" | "caption" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td" | "sup" | "sub" | "br";
const AS_IS: ReadonlySet<string> = new Set<Plain>(["table", "thead", "tbody", "tfoot", "tr", "th", "td", "sup", "sub", "br"]);

/**
 * The document to read: what its header says, then its text, which may be a file of another type. Throws if it is cut.
 */
export async function cdaElement(bytes: Uint8Array, words: Words): Promise<HTMLElement> {
  const text = decode(bytes);
  // Checked before parsing, because the parser turns a cut document into a page of its own about the error.
  const isWhole = /<\/(?:[\w.-]+:)?ClinicalDocument\s*>\s*(?:<!--[^]*?-->\s*)*$/.test(text);
  const root = new DOMParser().parseFromString(isWhole ? text : "<cut/>", "application/xml").documentElement;
  if (!isWhole || root.getElementsByTagName("parsererror").length > 0 || root.localName === "parsererror") {
    throw new DamagedDocument("the document is not whole");
  }
  const article = make("article", { class: "report" });
  if (root.localName !== "ClinicalDocument" || root.getElementsByTagName("*").length > ELEMENTS_MAX) {
    article.append(make("p", { class: "line" }, words.cdaNotShown));
    return article;
  }
  const title = child(root, "title")?.textContent?.trim() ?? "";
  if (title !== "") {
    article.append(make("h3", {}, title));
  }
  article.append(headerElement(root, words));
  const other = [...root.children].filter(({ localName }) => localName === "component").map((component) => child(component, "nonXMLBody"));
  const body = other.find((one) => one !== null) ?? null;
  const shown = body === null ? sections(root, words) : await bodyElement(child(body, "text"), words);
  article.append(...shown);
  return article;
}

function sections(root: Element, words: Words): Node[] {
  const shown: HTMLElement[] = [];
  for (const section of root.getElementsByTagNameNS("*", "section")) {
    const heading = child(section, "title")?.textContent?.trim() ?? "";
    const text = child(section, "text");
    if (heading !== "") {
      shown.push(make(`h${depth(section)}` as "h4", { class: "heading" }, heading));
    }
    if (text !== null) {
      shown.push(make("div", { class: "narrative" }, ...contents(text)));
    }
  }
  const isText = ({ className, textContent, children }: HTMLElement) => className === "narrative" && (textContent?.trim() !== "" || children.length > 0);
  return shown.some(isText) ? shown : [...shown, make("p", { class: "line" }, words.cdaNoText)];
}

/** A body that is a file (CDA R2 4.3.1.2, level 1). What no browser shows safely is offered for download. */
async function bodyElement(text: Element | null, words: Words): Promise<Node[]> {
  const mediaType = (text?.getAttribute("mediaType") ?? "text/plain").toLowerCase();
  const written = text?.textContent ?? "";
  const isBase64 = text?.getAttribute("representation") === "B64";
  if (written.trim() === "") {
    return [make("p", { class: "line" }, words.cdaNoText)];
  }
  const bytes = isBase64 ? fromBase64(written) : null;
  if (mediaType === "application/pdf" && bytes !== null) {
    const { pdfElement } = await import("./pdf.js");
    return [await pdfElement(bytes, words)];
  }
  if (PICTURES.has(mediaType) && bytes !== null) {
    return [picture(bytes, mediaType)];
  }
  if (mediaType.startsWith("text/") && mediaType !== "text/rtf") {
    return [make("p", { class: "line plain-text" }, bytes === null ? written : new TextDecoder().decode(bytes))];
  }
  return [make("p", { class: "line" }, words.cdaNotShown)];
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, "")), (c) => c.charCodeAt(0));
  } catch {
    throw new DamagedDocument("the body is no base64");
  }
}

function picture(bytes: Uint8Array<ArrayBuffer>, type: string): HTMLElement {
  return make("img", { class: "cda-picture", alt: "", src: URL.createObjectURL(new Blob([bytes], { type })) });
}

/** The images of an `observationMedia` within the document that the text refers to (CDA R2 4.3.5.6). */
function pictures(reference: Element): (Node | string)[] {
  const wanted = (reference.getAttribute("referencedObject") ?? "").split(/\s+/).filter((id) => id !== "");
  const media = [...reference.ownerDocument.getElementsByTagNameNS("*", "observationMedia")];
  return wanted.flatMap((id) => {
    const found = media.find((one) => one.getAttribute("ID") === id);
    const value = found === undefined ? null : child(found, "value");
    const type = value?.getAttribute("mediaType")?.toLowerCase() ?? "";
    return value !== null && PICTURES.has(type) && value.getAttribute("representation") === "B64" ? [picture(fromBase64(value.textContent ?? ""), type)] : [];
  });
}

/** Headings of sections are below the title of the document. */
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
    case "renderMultiMedia":
      return [...pictures(element), ...inner];
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

/** Text removed since an earlier version must not read as if it still held. */
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

/** XML 1.0, appendix F: a byte order mark, else the encoding in the declaration, else UTF-8. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const wide = { 0xfffe: "utf-16le", 0xfeff: "utf-16be", 0x3c00: "utf-16le", 0x003c: "utf-16be" }[((first ?? 0) << 8) | (second ?? 0)];
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const named = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head.replace(/^\u00ef\u00bb\u00bf/, ""))?.[1];
  return new TextDecoder(wide ?? named ?? "utf-8").decode(bytes).replace(/\0+$/, "");
}
