/** Shows reports, PDFs and films of a series in place, and says in words what is kept but not shown. */

import type { Link } from "../link/link.js";
import { fill } from "../page.js";
import type { DocumentEntry, OtherEntry, SeriesIndex, IndexNote } from "../read/series-index.js";
import { make } from "../tools/elements.js";
import type { Words } from "../words.js";
import { reasonOf } from "./failures.js";
import { replacedWords } from "./replaced.js";
import type { OpenStudy } from "./selection.js";

/** What may be a doctor's report; the rest are machines' records, and films. */
const REPORTS: readonly string[] = ["report", "pdf", "cda"];

/** Fills the section below the picture. A series with only documents shows its first one at once. */
export function showDocuments(section: HTMLElement, index: SeriesIndex, link: Link, words: Words, study: OpenStudy): void {
  const isReport = ({ kind }: DocumentEntry) => REPORTS.includes(kind);
  const entries = [...index.documents.filter(isReport), ...index.documents.filter((entry) => !isReport(entry))];
  const heading = entries.length > 0 && entries.every(isReport) ? words.report : words.documents;
  const buttons = entries.map((entry) => {
    const replaced = replacedWords(entry.title, entries.map((one) => one.title), document.documentElement.lang);
    const title = [titleOf(entry, words), replaced].filter((part) => part !== "").join(" – ");
    const button = make("button", { type: "button", class: "document-button" }, fill(words.openDocument, { title }));
    const place = make("div", { class: "document-place", hidden: true });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      place.hidden = !place.hidden;
      button.setAttribute("aria-expanded", String(!place.hidden));
      if (!place.hidden && place.childElementCount === 0) {
        void open(place, entry, link, words, study);
      }
    });
    return { button, place };
  });
  const title: HTMLElement[] = index.documents.length > 0 ? [make("h2", {}, heading)] : [];
  const rest = notes(index, words);
  section.replaceChildren(...title, ...(title.length + rest.length > 0 ? inApp() : []), ...buttons.flatMap(({ button, place }) => [button, place]), ...rest);
  section.hidden = false;
  if (index.frames.length === 0) {
    buttons[0]?.button.click();
  }
}

/** Browsers within Zalo, Facebook and the like cannot save files: the page says so, and it is repeated here. */
function inApp(): Node[] {
  const said = document.querySelector(".series-section .in-app");
  return said === null ? [] : [said.cloneNode(true)];
}

function titleOf({ title, kind }: DocumentEntry, words: Words): string {
  const { report, record, dose, selection, pdf, text, video } = words;
  const kinds: Readonly<Record<string, string>> = { report, record, dose, selection, pdf, text, video };
  return title || (kinds[kind] ?? words.report);
}

/** What is not shown, in words, followed by each original to download. */
function notes({ others, withoutPicture, notes: noted, gaps }: SeriesIndex, words: Words): Node[] {
  const counts = new Map<string, number>();
  for (const { name: given } of others) {
    const name = given || words.unknownKind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts].map(([name, count]) => (count > 1 ? `${name} (${count})` : name)).join(", ");
  const unseen = [...new Set(withoutPicture)].map((sopInstanceUid) => ({ sopInstanceUid, name: "" }));
  return [
    ...(others.length === 0 ? [] : [note(fill(words.kept, { names }), others, words)]),
    ...missing(noted, words),
    ...(gaps.length === 0 ? [] : [note(fill(words.gaps, { places: gaps.map(({ after }) => after + 1).join(", ") }), [], words)]),
    ...(unseen.length === 0 ? [] : [note(fill(words.withoutPicture, { n: withoutPicture.length }), unseen, words)]),
  ];
}

/** What is missing from the images that are shown, and their originals. */
function missing(noted: readonly IndexNote[], words: Words): Node[] {
  const files = (of: readonly IndexNote[]) => of.length;
  const frames = (of: readonly IndexNote[]) => of.reduce((sum, { count }) => sum + count, 0);
  const kinds: readonly (readonly [string, string, (of: readonly IndexNote[]) => number])[] = [
    ["cut-pixel-data", words.cutPictures, files],
    ["cut-overlay", words.cutOverlays, files],
    ["fewer-frames", words.fewerImages, frames],
    ["more-frames", words.moreImages, frames],
  ];
  return kinds.flatMap(([code, text, count]) => {
    const of = noted.filter((one) => one.code === code);
    const originals = of.map(({ sopInstanceUid }) => ({ sopInstanceUid, name: "" }));
    return of.length === 0 ? [] : [note(fill(text, { n: count(of) }), originals, words)];
  });
}

function note(text: string, originals: readonly OtherEntry[], words: Words): HTMLElement {
  // On a disk all originals lie beside the page.
  const links = (document.body.classList.contains("disc") ? [] : originals)
    .filter(({ sopInstanceUid }) => sopInstanceUid !== "")
    .map(({ sopInstanceUid, name }, place) => {
      const href = `${location.pathname}/files/${encodeURIComponent(sopInstanceUid)}`;
      return make("li", {}, make("a", { class: "plain-link", href }, [words.download, name, place + 1].filter((word) => word !== "").join(" ")));
    });
  return links.length === 0
    ? make("p", { class: "kept" }, text)
    : make("details", { class: "kept" }, make("summary", {}, text), make("ul", {}, ...links));
}

async function open(place: HTMLElement, entry: DocumentEntry, link: Link, words: Words, study: OpenStudy): Promise<void> {
  place.replaceChildren(make("p", { role: "status" }, words.loading));
  const bytes = await link.part(entry);
  if (bytes === null) {
    place.replaceChildren();
    return;
  }
  try {
    place.replaceChildren(...(await contents(entry, bytes, words, study)));
  } catch (error) {
    place.replaceChildren(make("p", { role: "alert" }, reasonOf(error, words)), download(entry, bytes, words));
  }
}

async function contents(entry: DocumentEntry, bytes: Uint8Array<ArrayBuffer>, words: Words, study: OpenStudy): Promise<Node[]> {
  switch (entry.mediaType) {
    case "application/json": {
      const { reportElement } = await import("./report.js");
      const { parseJson, readImages, readReport } = await import("../read/report.js");
      const json = parseJson(bytes);
      const report = reportElement(readReport(json), words);
      if (entry.kind === "selection") {
        const { selectionElement } = await import("./selection.js");
        return [report, ...selectionElement(readImages(json), study, words)];
      }
      return [report];
    }
    case "application/pdf": {
      const { pdfElement } = await import("./pdf.js");
      return [await pdfElement(bytes, words), download(entry, bytes, words)];
    }
    case "text/plain":
      // Any markup in it is just text here.
      return [make("article", { class: "report" }, make("p", { class: "line plain-text" }, new TextDecoder().decode(bytes))), download(entry, bytes, words)];
    case "text/xml": {
      const { cdaElement } = await import("./cda.js");
      return [await cdaElement(bytes, words), download(entry, bytes, words)];
    }
    case "video/mp4": {
      const video = make("video", { controls: true, playsinline: true, src: blobUrl(bytes, "video/mp4") });
      video.addEventListener("error", () => video.replaceWith(make("p", { role: "alert" }, words.videoFailed)));
      return [video, download(entry, bytes, words)];
    }
    default:
      return [download(entry, bytes, words)];
  }
}

function download(entry: DocumentEntry, bytes: Uint8Array<ArrayBuffer>, words: Words): HTMLElement {
  const extensions: Readonly<Record<string, string>> = { "application/pdf": "pdf", "text/xml": "xml", "text/plain": "txt", "video/mp4": "mp4", "video/mpeg": "mpg" };
  const name = `${titleOf(entry, words)}.${extensions[entry.mediaType] ?? "bin"}`;
  return make("a", { class: "plain-link", href: blobUrl(bytes, "application/octet-stream"), download: name }, words.download);
}

/** A file that somebody else wrote: with a type other than video or none, a browser could open it as a page of ours. */
function blobUrl(bytes: Uint8Array<ArrayBuffer>, type: "video/mp4" | "application/octet-stream"): string {
  return URL.createObjectURL(new Blob([bytes], { type }));
}
