/** A portal with the walk's study, and the ways into it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EARLIER, STUDY, writeStudy } from "./dicom.js";
import { awaitSms, send, startFilmless } from "./filmless.js";

const BIRTH_DATE = "02031958";

/** `write` puts files and an order into a folder and returns their paths. */
export async function openPortal(write = writeStudy) {
  const folder = mkdtempSync(join(tmpdir(), "filmless-walk-"));
  const filmless = await startFilmless(join(folder, "data"));
  const { files, order } = write(folder);
  await send(filmless, files, order);
  const { text } = await awaitSms(filmless);
  const [link] = /https?:\/\/\S+\/x\/\S+/.exec(text);
  const [, account] = /^(?:TK|Tai khoan) (\S+)$/m.exec(text);
  const [, password] = /^(?:MK|Mat khau) (\S+)$/m.exec(text);
  const portal = { url: filmless.portal, origins: originsOf(filmless), link, account, password, data: filmless.data, filmless, folder };
  portal.close = async () => {
    await portal.filmless.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return portal;
}

/** Sends an earlier study of the same patient; returns the text that they get. */
export async function sendEarlier({ folder, filmless, link }, study = EARLIER) {
  const { files, order } = writeStudy(folder, study, { declared_instances: undefined });
  await send(filmless, files, order);
  const { text } = await awaitSms(filmless, (text) => !text.includes(link));
  return text;
}

function originsOf(filmless) {
  return [filmless.portal, filmless.s3].map((url) => new URL(url).origin);
}

/** Restarts the portal at the same address, so that new uploads now wait for more. */
export async function keepWaiting(portal) {
  await portal.filmless.stop();
  portal.filmless = await startFilmless(portal.data, { port: new URL(portal.url).port, settle: "1h" });
  portal.origins = originsOf(portal.filmless);
}

/** Opens the link from the SMS and answers its question. */
export async function openLink({ link }, page) {
  await page.goto(link);
  await page.fill("#birth-date", BIRTH_DATE);
  await page.click("main .primary");
  await page.waitForURL("**/studies/*");
}
