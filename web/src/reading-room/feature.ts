/** What a feature of the reading room gets to know of the room, and what the room gets from it. */

import type { OpenStudy } from "../compare/catalogue.js";
import type { Pane, SeriesEntry } from "../pane.js";
import type { Stage, StageTool } from "../stage.js";
import type { Language, Said } from "../tools/language.js";
import type { Marks } from "../tools/marks.js";
import type { MarkStore } from "../tools/mark-store.js";
import type { Words } from "../words.js";
import type { Steps } from "./steps.js";
import type { ShownPlane } from "./volume/plane.js";

/**
 * One cell of the grid: a series on its stage, and what is drawn over it. It keeps stage, pane and marks as long as it shows series of
 * one study; a series of another study gets a pane of its own in the same place, which `onPanes` tells.
 */
export interface RoomPane {
  /** From 0, in the order of the grid. */
  readonly place: number;
  readonly element: HTMLElement;
  readonly stage: Stage;
  readonly pane: Pane;
  readonly marks: Marks;
  /** The study that the series in the pane belongs to; null while it is empty. */
  readonly study: RoomStudy | null;
  /** Shows something else than frames of the series, such as a plane; null shows the frames again. */
  setContent(content: PaneContent | null): void;
  readonly content: PaneContent | null;
  /** The frames that steps go through, until another series is opened: those of a frame's volume. Null: all in a row. */
  setRun(run: Steps["run"]): void;
  /** At which of them steps stop, until another series is opened; a pane that shows another one goes to the next. Null: at each. */
  setStops(isStop: Steps["isStop"]): void;
}

/** What a pane shows in place of the frames of its series. It draws by `stage.show`, and owns wheel and keys. */
export interface PaneContent {
  /** The pane whose series it draws, if it is another one: window and colours are those of that pane. */
  readonly source: RoomPane | null;
  /** Steps of the wheel or of the keys. */
  step(by: number): void;
  /** The text in the corner, in place of "Image 3 of 20". */
  readonly counter: string;
  /** Where it lies, if it is a plane. */
  readonly plane?: ShownPlane;
  close(): void;
}

/** A study that is open in the room: the one of the page, or an earlier one. */
export interface RoomStudy extends OpenStudy {
  readonly uid: string;
  readonly label: string;
  /** Whether it is that of the page. */
  readonly isPresent: boolean;
}

export interface RoomEvents {
  /** Another pane is active. */
  onActive(pane: RoomPane): void;
  /** The grid has other panes. */
  onPanes(): void;
  /** What lies over the images was chosen, or has come: by the reader's hand, or as another screen has it. */
  onLayers(isByHand: boolean): void;
  /** A command was done. */
  onCommand(command: Command): void;
  /** A series was opened in a pane, or its index, its full quality, another frame or a better picture has arrived. */
  onChange(pane: RoomPane, what: "series" | "index" | "full" | "frame" | "picture" | "look" | "view"): void;
}

/** Groups of the menu and of the list of keys, in their order. */
export type CommandGroup = "layout" | "hand" | "window" | "view" | "measure" | "film" | "planes" | "linked" | "objects" | "other";

/** Something a reader can do, by button, menu or key. */
export interface Command {
  /** Stands in bindings and in `data-command`; never change it. */
  readonly name: string;
  readonly group: CommandGroup;
  readonly label: Said<string>;
  /** A path within 24 × 24, stroked; without it, it is in the menu alone. */
  readonly icon?: string;
  /** Whether it is on, for what can be switched. */
  isOn?(): boolean;
  /** Why it cannot be done now, in the words of the page; null if it can. */
  obstacle?(): string | null;
  /** A promise if its script may have to come first; it never fails. */
  run(): void | Promise<void>;
}

export interface Room {
  readonly language: Language;
  /** Name and birth date, as they stand over every picture. */
  readonly patient: string;
  /** The words of the page: units, and why a length may not be one in the patient. */
  readonly pageWords: Words;
  /** Where marks are saved; null for whoever may not annotate. */
  readonly marksUrl: string | null;
  readonly panes: readonly RoomPane[];
  readonly active: RoomPane;
  readonly studies: readonly RoomStudy[];
  readonly store: MarkStore;
  /** What the left button does, by name. */
  readonly hand: { readonly name: string };
  listen(events: Partial<RoomEvents>): () => void;
  activate(pane: RoomPane): void;
  /** Shows a series in a pane. */
  show(pane: RoomPane, study: RoomStudy, series: SeriesEntry, frame?: number): Promise<void>;
  /** Rows and columns of the grid, 1 to 3 each. */
  setLayout(rows: number, columns: number): void;
  /** What the left button does from now on, in all panes; null browses. */
  setHand(name: string, create: ((pane: RoomPane) => StageTool | null) | null): void;
  /** Tells the others `onLayers`. */
  layersChanged(isByHand: boolean): void;
  /** A line for the reader, for some seconds; read out by screen readers. It goes as soon as the pane that it is about shows another series. */
  say(text: string, of?: RoomPane): void;
  /** Opens a panel at the side with this content; null closes it. */
  setPanel(title: string, content: HTMLElement | null): void;
}

/** A part of the room: its commands are there from the beginning, and the rest comes with a script of its own at its first use. */
export interface Feature {
  readonly commands: readonly Command[];
}

/** Every feature is one function of this type, by which the room installs it. */
export type Install = (room: Room) => Feature;
