/** What mouse and keys do: a preset is a file of its own beside this one. */

import type { Said } from "../../tools/language.js";

/** What dragging with a button does. */
export type Drag = "window" | "pan" | "zoom" | "scroll" | "menu";

export interface Bindings {
  /** In the browser's storage; never change it. */
  readonly name: string;
  readonly label: Said<string>;
  /** With the left button it is what is done until a tool is chosen. */
  readonly mouse: { readonly left: Drag; readonly middle: Drag; readonly right: Drag };
  /** Chords as [`chordOf`] writes them, and names of commands. */
  readonly keys: Readonly<Record<string, string>>;
}

/** The parts of a keyboard event that make a chord. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

/**
 * A key and its modifiers: `Ctrl+Shift+Z`, `ArrowUp`, `7`. The Command key of a Mac counts as Ctrl. Signs such as `?` and `+` are
 * named as typed, so Shift is not part of them; digits are named by their place, whatever the layout types there.
 */
export function chordOf(press: Press): string {
  const { key, ctrlKey, altKey, shiftKey, metaKey } = press;
  const digit = digitOf(press);
  const letter = letterOf(press);
  const isPlainDigit = digit !== null && (!shiftKey || ctrlKey || altKey);
  const named = isPlainDigit ? digit : (letter ?? (key === " " ? "Space" : key));
  const isSign = key.length === 1 && letter === null && key !== " ";
  const isShift = shiftKey && !(isSign && !isPlainDigit);
  const parts = [ctrlKey || metaKey ? "Ctrl" : "", altKey ? "Alt" : "", isShift ? "Shift" : "", named];
  return parts.filter((part) => part !== "").join("+");
}

/** A digit of the upper row, whatever the layout types there; the number pad has digits only while it types them. */
function digitOf({ key, code }: Press): string | null {
  const upper = /^Digit(\d)$/.exec(code)?.[1];
  return upper ?? (/^Numpad\d$/.test(code) && /^\d$/.test(key) ? key : null);
}

/**
 * The letter on the key. Where a layout types another alphabet, an input method holds the key back, or Alt makes a sign of it, it is
 * the letter that Latin keyboards have in this place; where a program for Vietnamese has replaced it, the letter that was pressed.
 */
function letterOf({ key, code, altKey }: Press): string | null {
  if (/^[a-z]$/i.test(key)) {
    return key.toUpperCase();
  }
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  const isOfPlace = altKey || key === "Process" || key === "Dead" || key === "Unidentified" || /^[^\x00-\x7f]$/.test(key);
  return place !== undefined && isOfPlace ? place : code === "" ? telexLetter(key) : null;
}

/**
 * Unikey and its like take keys back and type a whole letter without a place: after Telex, the key pressed last is that of the tone,
 * else that of the sign on the letter.
 */
function telexLetter(key: string): string | null {
  const [base = "", ...signs] = key.normalize("NFD");
  if (/^đ$/i.test(key)) {
    return "D";
  }
  const tone = signs.map((sign) => TELEX[sign]).find((letter) => letter !== undefined);
  return /^[a-z]$/i.test(base) && signs.length > 0 ? (tone ?? (signs.includes(CIRCUMFLEX) ? base.toUpperCase() : "W")) : null;
}

const CIRCUMFLEX = "\u0302";
/** Acute, grave, hook above, tilde, dot below. */
const TELEX: Readonly<Record<string, string>> = { "\u0301": "S", "\u0300": "F", "\u0309": "R", "\u0303": "X", "\u0323": "J" };

/** All chords of a command, those of a preset first. */
export function chordsFor(command: string, keys: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(keys).flatMap(([chord, name]) => (name === command ? [chord] : []));
}

/** As keyboards are labelled. */
export function chordText(chord: string): string {
  const signs: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", PageUp: "PgUp", PageDown: "PgDn", Escape: "Esc", Delete: "Del" };
  const plus = chord.endsWith("++") ? [...chord.slice(0, -2).split("+"), "+"] : chord === "+" ? ["+"] : chord.split("+");
  return plus.map((part) => signs[part] ?? part).join("+");
}

/**
 * The keys that all presets have in common, unless one uses a key for something else. Backspace is none of them: programs for
 * Vietnamese press it by themselves, before they type a letter with its sign, and would delete what was measured.
 */
export const COMMON_KEYS: Readonly<Record<string, string>> = {
  "?": "help",
  F1: "help",
  "Ctrl+Z": "undo",
  "Ctrl+Y": "redo",
  "Ctrl+Shift+Z": "redo",
  "Ctrl+S": "save-marks",
  Delete: "delete-mark",
  Home: "first",
  End: "last",
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  "Alt+1": "layout-1x1",
  "Alt+2": "layout-1x2",
  "Alt+3": "layout-1x3",
  "Alt+4": "layout-2x2",
  "Alt+5": "layout-2x1",
  "Alt+6": "layout-2x3",
  "Alt+7": "layout-3x1",
  "Alt+8": "layout-3x2",
  "Alt+9": "layout-3x3",
  "Alt+ArrowLeft": "pane-left",
  "Alt+ArrowRight": "pane-right",
  "Alt+ArrowUp": "pane-up",
  "Alt+ArrowDown": "pane-down",
  Enter: "enlarge",
  F2: "strip",
  F3: "toolbar",
  F4: "bars",
  F6: "region-next",
  F8: "prior",
  F9: "second-window",
  "Shift+C": "cine-all",
  ",": "cine-slower",
  ".": "cine-faster",
  "0": "window-0",
  "1": "window-1",
  "2": "window-2",
  "3": "window-3",
  "4": "window-4",
  "5": "window-5",
  "6": "window-6",
  "7": "window-7",
  "8": "window-8",
  "9": "window-9",
};

/** All keys of a preset. */
export function keysOf({ keys }: Bindings): Readonly<Record<string, string>> {
  return { ...COMMON_KEYS, ...keys };
}
