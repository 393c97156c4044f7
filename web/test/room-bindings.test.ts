/** Keys of the reading room: what a press is called, and that the presets lead to commands. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chordOf, chordsFor, chordText, keysOf, type Press } from "../src/reading-room/bindings/bindings.js";
import { PRESETS } from "../src/reading-room/settings.js";
import { roomTool } from "../src/reading-room/tools/registry.js";

const press = (key: string, code: string, held: Partial<Press> = {}): Press => ({ key, code, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...held });

it.each([
  [press("w", "KeyW"), "W"],
  [press("W", "KeyW"), "W"],
  [press("W", "KeyW", { shiftKey: true }), "Shift+W"],
  [press("z", "KeyZ", { ctrlKey: true }), "Ctrl+Z"],
  [press("z", "KeyZ", { metaKey: true }), "Ctrl+Z"],
  [press("Z", "KeyZ", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+Z"],
  [press("?", "Slash", { shiftKey: true }), "?"],
  [press("+", "Equal", { shiftKey: true }), "+"],
  [press("+", "NumpadAdd", { ctrlKey: true }), "Ctrl++"],
  [press("=", "Equal"), "="],
  [press("1", "Digit1"), "1"],
  [press("1", "Numpad1"), "1"],
  [press("&", "Digit1"), "1"],
  [press("¡", "Digit1", { altKey: true }), "Alt+1"],
  [press("®", "KeyR", { altKey: true }), "Alt+R"],
  [press("a", "KeyQ"), "A"],
  [press(",", "KeyM"), ","],
  [press("ц", "KeyW"), "W"],
  [press("Process", "KeyD"), "D"],
  [press("Dead", "KeyR"), "R"],
  [press("Home", "Numpad7"), "Home"],
  [press("PageDown", "Numpad3"), "PageDown"],
  [press(" ", "Space"), "Space"],
  [press("ArrowUp", "ArrowUp", { shiftKey: true }), "Shift+ArrowUp"],
  [press("Escape", "Escape"), "Escape"],
])("%o is %s", (event, chord) => {
  expect(chordOf(event)).toBe(chord);
});

it.each([
  ["ư", "W"],
  ["đ", "D"],
  ["â", "A"],
  ["á", "S"],
  ["ậ", "J"],
  ["ă", "W"],
  ["Ê", "E"],
])("%s, which a program for Vietnamese types in place of a key, is the key %s", (key, chord) => {
  expect(chordOf(press(key, ""))).toBe(chord);
});

it("a Vietnamese or French keyboard that types a letter on a digit's key still chooses windows", () => {
  expect(chordOf(press("ă", "Digit1"))).toBe("1");
});

it.each([
  ["Ctrl+Shift+Z", "Ctrl+Shift+Z"],
  ["Shift+ArrowDown", "Shift+↓"],
  ["Ctrl++", "Ctrl++"],
  ["+", "+"],
  ["Escape", "Esc"],
])("%s is written %s", (chord, text) => {
  expect(chordText(chord)).toBe(text);
});

describe.each(PRESETS.map((preset) => [preset.name, preset] as const))("the preset %s", (_, preset) => {
  const keys = keysOf(preset);

  it("knows how to get help, undo, redo, go on, enlarge, and hide all bars", () => {
    for (const command of ["help", "undo", "redo", "next", "previous", "first", "last", "enlarge", "bars", "prior", "second-window"]) {
      expect(chordsFor(command, keys), command).not.toEqual([]);
    }
  });

  it("has all layouts and the number keys for windows", () => {
    for (let rows = 1; rows <= 3; rows++) {
      for (let columns = 1; columns <= 3; columns++) {
        expect(chordsFor(`layout-${rows}x${columns}`, keys), `${rows}x${columns}`).not.toEqual([]);
      }
    }
    for (let key = 0; key <= 9; key++) {
      expect(keys[String(key)]).toBe(`window-${key}`);
    }
  });

  it("deletes nothing by Backspace, which programs for Vietnamese press by themselves", () => {
    expect(keys["Backspace"]).toBeUndefined();
    expect(keys["Delete"]).toBe("delete-mark");
  });

  it("leaves alone what a browser keeps for itself", () => {
    for (const taken of ["Ctrl+W", "Ctrl+T", "Ctrl+N", "Tab", "Shift+Tab", "F5", "F11", "F12", "Ctrl+P", "Ctrl+R"]) {
      expect(keys[taken], taken).toBeUndefined();
    }
  });
});

it("a preset's own key goes before the one in common", () => {
  const ohif = PRESETS.find(({ name }) => name === "ohif");
  expect(ohif === undefined ? null : keysOf(ohif)["="]).toBe("fit");
});

it("OHIF and Weasis have the mouse and keys that their sources say", () => {
  const by = Object.fromEntries(PRESETS.map((preset) => [preset.name, preset]));
  expect(by["ohif"]?.mouse).toEqual({ left: "window", middle: "pan", right: "zoom" });
  expect(by["weasis"]?.mouse).toEqual({ left: "window", middle: "pan", right: "menu" });
  expect(by["ohif"]?.keys).toMatchObject({ Z: "hand-zoom", R: "rotate-right", H: "flip-horizontal", C: "cine", I: "invert", Space: "reset", PageDown: "series-next" });
  expect(by["weasis"]?.keys).toMatchObject({ W: "hand-window", T: "hand-pan", S: "hand-scroll", Z: "hand-zoom", K: "key-image", Escape: "reset", "Alt+R": "rotate-right" });
});

/** Commands are named in the sources; these are read as texts, because none of them runs without a page. */
it("every key leads to a command that some source of the room names", () => {
  const room = join(import.meta.dirname, "../src/reading-room");
  const sources = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.startsWith("bindings"));
  const text = sources.map((name) => readFileSync(join(room, name), "utf8")).join("\n");
  const isMade = (command: string) =>
    text.includes(`"${command}"`) || roomTool(command.replace("measure-", "")) !== null || /^(layout-\dx\d|window-\d)$/.test(command) || (/^(hand|pane)-/.test(command) && text.includes(`("${command.replace(/^\w+-/, "")}"`));
  const lost = PRESETS.flatMap((preset) => Object.values(keysOf(preset))).filter((command) => !isMade(command));
  expect([...new Set(lost)]).toEqual([]);
});
