/**
 * The page around OHIF. It takes the viewer token out of the address, keeps it for this tab alone, and lets OHIF begin once
 * the service worker is there that brings its frames.
 *
 * The address that opens it is `/ohif/open#{token}/{StudyInstanceUID}`: what comes after `#` reaches no server, log or
 * other page.
 */

import { configOf } from "./config.js";
import { ENDED, isEnded, MISSING, type Words } from "./words.js";

/** The address of OHIF's main script; the build knows it. */
declare const OHIF_APP: string;

const TOKEN_KEY = "filmless-viewer-token";
const OPENED = /^#([0-9A-Za-z]{16,64})\/([0-9.]{1,64})$/;

/** Takes the token out of the address, or finds the one of this tab; null without any. */
function takeToken(): string | null {
  const [, token, study] = OPENED.exec(location.hash) ?? [];
  if (token === undefined || study === undefined) {
    return sessionStorage.getItem(TOKEN_KEY);
  }
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(null, "", `/ohif/viewer?StudyInstanceUIDs=${study}`);
  return token;
}

/** Covers everything with a sentence in both languages. */
function say({ vi, en }: Words): void {
  if (document.querySelector(".filmless-end") === null) {
    const cover = document.createElement("div");
    cover.className = "filmless-end";
    cover.setAttribute("role", "alert");
    const lines = Object.entries({ vi, en }).map(([language, text]) => {
      const line = document.createElement("p");
      line.lang = language;
      line.textContent = text;
      return line;
    });
    cover.append(...lines);
    document.body.append(cover);
  }
}

/** Waits until the worker sees what this page fetches. Without one (a private window of some browsers) OHIF does without. */
async function worker(): Promise<void> {
  const { serviceWorker } = navigator as Partial<Navigator>;
  if (serviceWorker === undefined) {
    return;
  }
  serviceWorker.addEventListener("message", ({ data }) => {
    if (isEnded(data)) {
      say(ENDED);
    }
  });
  const taken = new Promise<void>((resolve) => {
    serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  const registration = await serviceWorker.register("/ohif/worker.js", { scope: "/ohif/", updateViaCache: "none" });
  if (serviceWorker.controller === null) {
    // A page that was reloaded past the cache has none, whatever is installed.
    registration.active?.postMessage("claim");
    await taken;
  }
}

function begin(): void {
  const script = document.createElement("script");
  script.src = OHIF_APP;
  document.body.append(script);
}

const token = takeToken();
if (token === null) {
  say(MISSING);
} else {
  Object.assign(window, {
    PUBLIC_URL: "/ohif/",
    config: configOf(`/dicomweb/${token}`),
    // OHIF would load further parts by their address; we have none.
    browserImportFunction: () => Promise.reject(new Error("no further parts are installed")),
  });
  worker().catch(() => undefined).then(begin);
}
