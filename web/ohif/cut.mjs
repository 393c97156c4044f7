/**
 * What is cut out of OHIF. Its guided tour: the library that draws it (shepherd.js) is under the AGPL, which we may not pass on,
 * and nobody who opens a patient's images wants a tour. And the modes that no address of ours leads to, so that nobody waits
 * for them to be loaded.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A part of the bundle begins with the name of its source and ends where the next one begins. */
const partOf = (source) => new RegExp(`^;// CONCATENATED MODULE: [^\\n]*/${source.replaceAll(".", "\\.")}\\n[^]*?(?=^;?// (?:CONCATENATED|EXTERNAL) MODULE: )`, "m");

/** What takes the place of each part. */
const PARTS = [
  ["shepherd.js/dist/js/shepherd.mjs", ""],
  ["shepherd.js/dist/css/shepherd.css", ""],
  ["ui-next/src/components/Onboarding/utilities.ts", ""],
  ["ui-next/src/components/Onboarding/Onboarding.tsx", "const Onboarding = () => null;\n"],
];

/** The lines that load modes, and extensions that only these need, when OHIF begins; that of the viewer stays. */
const MODES_CUT = 7;
const MODES = /^pluginImports_(?:modes\.push\("@ohif\/mode-(?!longitudinal")|extensions\.push\("@ohif\/extension-ultrasound-)[\w-]+"\);\n/gm;

/** Names of what was cut, and words of licences that ask to publish what is shipped with them. */
const FOREIGN = /shepherd|affero|\bagpl|gnu general public|\bgpl-?[23]/i;

/** The main script without tour and other modes. */
export function withoutUnwanted(text) {
  if (text.match(MODES)?.length !== MODES_CUT) {
    throw new Error("OHIF's bundle loads other modes than expected");
  }
  return PARTS.reduce((left, [source, instead]) => {
    if (!partOf(source).test(left)) {
      throw new Error(`OHIF's bundle holds no part ${source}: it was built in another way than expected`);
    }
    return left.replace(partOf(source), instead);
  }, text.replace(MODES, ""));
}

/** The main style sheet without that of the tour, which has lines of its own. */
export function withoutTourStyles(text) {
  return text.split("\n").filter((line) => !line.startsWith(".shepherd-")).join("\n");
}

/** Throws when a file still holds some of what was cut, or is under a licence that we may not ship. */
export function checkNothingForeign(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(css|html|js|json|svg|txt|wasm)$/.test(name));
  for (const name of names) {
    const found = FOREIGN.exec(readFileSync(join(folder, name), "latin1"));
    if (found !== null) {
      throw new Error(`${name} holds "${found[0]}", which must not be shipped`);
    }
  }
}
