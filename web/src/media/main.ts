/** Entry of the page on a disk: fills in what the portal writes into its page, then starts the viewer. */

import { readDiscStudy, type DiscSeries, type DiscStudy } from "../read/disc-study.js";
import { make } from "../tools/elements.js";
import type { Language } from "../tools/language.js";
import { fileOf, studyJson } from "./disc.js";
import { labelOf, pageWords, type PageWords } from "./page-words.js";
import viewerWords from "./words.json";

const LANGUAGES = { "#vi": "vi", "#en": "en" } as const;

function languageOf(study: DiscStudy | null): Language {
  return LANGUAGES[location.hash as keyof typeof LANGUAGES] ?? study?.language ?? "vi";
}

function say(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element !== null) {
    element.textContent = text;
  }
}

/** `data-word` names the word within an element, `data-label` the one that is read out. */
function fillWords(words: Readonly<Record<string, unknown>>): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-word], [data-label]")) {
    const { word, label } = element.dataset;
    const find = (name: string | undefined) => words[name ?? ""];
    const [text, read] = [find(word), find(label)];
    if (typeof text === "string") {
      element.append(text);
    }
    if (typeof read === "string") {
      element.setAttribute("aria-label", read);
    }
  }
}

function tile(one: DiscSeries, words: PageWords): HTMLElement {
  const label = labelOf(one);
  const poster = one.frames > 0 ? fileOf(one.folder, "POSTER.JPG") : null;
  const button = make(
    "button",
    {
      type: "button",
      class: "series",
      "data-series": one.seriesInstanceUid,
      "data-index-url": `disc:${one.folder}`,
      "data-pack-url": `disc:${one.folder}`,
      "data-frames": one.frames,
      "data-label": label,
      "data-poster-url": poster,
      "data-thumbs-url": poster === null ? null : fileOf(one.folder, "THUMBS.JPG"),
      "aria-pressed": String(one.isMain),
    },
    make("span", { class: "poster" }, ...(poster === null ? [] : [make("img", { src: poster, alt: "" })])),
    make("span", { class: "series-words" }, make("strong", {}, label), make("span", {}, one.frames > 0 ? words.images(one.frames) : one.modality)),
  );
  return make("li", {}, button);
}

function fillPage(study: DiscStudy, language: Language): void {
  const words = pageWords(language);
  document.title = [study.patientName, study.title].filter((text) => text !== "").join(" – ");
  say("hospital", study.hospital[language]);
  say("title", study.title);
  say("patient", study.patientName);
  const born = study.birthDate === "" ? words.bornUnknown : study.birthDate;
  say("date", study.date.split("-").reverse().join("/"));
  say("facts", `${words.born} ${born} · ${words.patientId} ${study.patientId}`);
  say("stage-name", `${study.patientName} · ${born}`);
  say("series-title", words.series);
  say("general-note", words.note);
  if (study.isPreviewOnly) {
    const note = document.getElementById("preview-only");
    if (note !== null) {
      note.textContent = words.previewOnly;
      note.hidden = false;
    }
  }
  document.getElementById("series-list")?.append(...study.series.map((one) => tile(one, words)));
  const main = study.series.find(({ isMain }) => isMain) ?? study.series[0];
  const poster = document.getElementById("poster");
  if (main !== undefined && main.frames > 0 && poster instanceof HTMLImageElement) {
    poster.src = fileOf(main.folder, "POSTER.JPG");
    poster.hidden = false;
  }
}

const study = readDiscStudy(studyJson());
const language = languageOf(study);
const words = pageWords(language);
document.documentElement.lang = language;
const viewer = document.getElementById("viewer");
const other = document.getElementById("language");
if (other !== null) {
  other.textContent = words.other;
  other.addEventListener("click", () => {
    location.hash = language === "vi" ? "#en" : "#vi";
    location.reload();
  });
}
if (viewer !== null) {
  viewer.dataset["words"] = JSON.stringify(viewerWords[language]);
  viewer.dataset["grantUrl"] = "disc:";
}
fillWords({ ...viewerWords[language], ...words });
if (study === null) {
  say("title", words.missing);
  viewer?.remove();
} else {
  fillPage(study, language);
  void import("../viewer.js");
}
