/** Staff at the console: their accounts, their studies, and sign-in through a provider. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ORDER, STUDY, writeStudy } from "./dicom.js";
import { command, send, startFilmless } from "./filmless.js";

const SETTLED_MS_MAX = 120_000;
/** A study of one series, which is enough to be released, held or left unreached. */
const small = (number, accessionNumber, patientId, patientName) => ({
  ...STUDY,
  uid: `${STUDY.uid}.${number}`,
  accessionNumber,
  patientId,
  patientName,
  series: [{ ...STUDY.series[0], images: 4 }],
});

/** Images whose order is for somebody else: held. */
export const HELD = small(2, "A20201123002", "N20-0000002", "LE^VAN HELD");
/** A patient without telephone and email, whom nobody can reach. */
export const UNREACHED = small(3, "A20201123003", "N20-0000003", "PHAM^THI MAI");

function orderOf(study, patient) {
  return {
    ...ORDER,
    accession_number: study.accessionNumber,
    declared_instances: undefined,
    patient: { ...ORDER.patient, id: study.patientId, phone: null, email: null, ...patient },
  };
}

/** Starts a system with a released study, a held one, and one whose patient nobody reached. */
export async function openConsole(options = []) {
  const folder = mkdtempSync(join(tmpdir(), "filmless-console-"));
  const filmless = await startFilmless(join(folder, "data"), { options });
  const close = async () => {
    await filmless.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  // The held study's order is for somebody else.
  const studies = [
    { study: STUDY, order: ORDER },
    { study: HELD, order: orderOf(HELD, { name: "Trần Thị Khác", birth_date: "1990-01-01" }) },
    { study: UNREACHED, order: orderOf(UNREACHED, { name: "Phạm Thị Mai" }) },
  ];
  for (const { study, order } of studies) {
    const written = writeStudy(folder, study, order);
    await send(filmless, written.files, written.order);
  }
  await awaitStates(filmless, { [STUDY.uid]: "released", [HELD.uid]: "held", [UNREACHED.uid]: "released" });
  const origins = [new URL(filmless.portal).origin];
  return { filmless, url: filmless.portal, origins, close };
}

/** Waits until each of these studies is in its state. */
export async function awaitStates(filmless, expected) {
  const end = Date.now() + SETTLED_MS_MAX;
  while (Date.now() < end) {
    const { studies } = await command(filmless, ["status"]);
    const found = Object.fromEntries(studies.map((study) => [study.study_instance_uid, study.state]));
    if (Object.entries(expected).every(([uid, state]) => found[uid] === state)) {
      return;
    }
    await pause(200);
  }
  throw new Error("the studies did not settle");
}

/** Makes an account, as an administrator of the machine does. */
export async function makeAccount({ filmless }, name, roles) {
  const words = ["staff-account", "add", name, ...roles.flatMap((role) => ["--role", role])];
  const { password } = await command(filmless, words);
  return { name, password };
}

/** Goes to the console and signs in through its provider. */
export async function signIn({ url }, page, { name, password }) {
  await page.goto(`${url}/staff`);
  await page.click("main .primary");
  await page.fill("#account", name);
  await page.fill("#password", password);
  await page.click("main .primary");
  await page.waitForURL(`${url}/staff`);
}
