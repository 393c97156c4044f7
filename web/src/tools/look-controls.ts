/** Brightness, colours, overlays and mask. */

import type { Look } from "../full/look.js";
import { windowOf } from "../full/look.js";
import type { Pane } from "../pane.js";
import type { Words } from "../words.js";
import { fillList, make, select, toolButton } from "./elements.js";
import { ICONS } from "./icons.js";
import { presetsOf, windowText, windowUnit, type Preset } from "./presets.js";

/** Modalities that are viewed in colours. */
const COLOURED = ["NM", "PT", "ST"];

export class LookControls {
  readonly element: HTMLElement;
  private presets: readonly Preset[] = [];
  private chosen: Preset | null = null;
  private readonly preset: ReturnType<typeof select>;
  private readonly colours: ReturnType<typeof select>;
  private readonly invert: HTMLButtonElement;
  private readonly overlays: HTMLButtonElement;
  private readonly mask: HTMLButtonElement;
  private readonly values = make("p", { class: "window-values" });

  constructor(
    private readonly activePane: () => Pane,
    private readonly words: Words,
    private readonly onLook: (look: Partial<Look>) => void,
  ) {
    this.preset = select(words.preset, (place) => this.choose(place));
    this.colours = select(words.colours, (place) => {
      onLook({ colours: place === 2 ? "hot-iron" : "grey", isInverted: place === 1 });
    });
    fillList(this.colours.list, [words.grey, words.greyInverted, words.hotIron]);
    this.invert = toolButton(words.invert, ICONS.invert, () => onLook({ isInverted: !this.look.isInverted }), {
      "data-do": "invert",
    });
    this.overlays = toolButton(words.overlays, ICONS.overlays, () => onLook({ hasOverlays: !this.look.hasOverlays }), {
      "data-do": "overlays",
    });
    this.mask = toolButton(words.mask, ICONS.mask, () => this.toggleMask(), { "data-do": "mask" });
    const buttons = make("div", { class: "tool-buttons" }, this.invert, this.overlays, this.mask);
    const title = make("p", { class: "tool-title" }, words.look);
    this.element = make(
      "div",
      { class: "tool-group", role: "group", "aria-label": words.look },
      title,
      this.preset.field,
      this.values,
      this.colours.field,
      buttons,
    );
  }

  private get pane(): Pane {
    return this.activePane();
  }

  private get look(): Look {
    return this.pane.full?.look ?? { window: null, isInverted: false, colours: "grey", hasOverlays: true, isMasked: null };
  }

  refresh(): void {
    const { full, frame, index } = this.pane;
    const values = full?.drawn(frame) ?? null;
    const details = full?.details(frame) ?? null;
    const isGrey = values === null || !(values.isColour || values.isPalette);
    this.preset.field.hidden = this.invert.hidden = !isGrey;
    this.presets = presetsOf(values, index?.modality ?? "", this.words);
    const { look } = this;
    const place = this.presets.findIndex(({ window }) => window?.center === look.window?.center && window?.width === look.window?.width);
    const remembered = this.presets.findIndex(({ label }) => label === this.chosen?.label && look.window === this.chosen.window);
    const window = values === null ? look.window : windowOf(values, look);
    const custom = place < 0 && remembered < 0 && window !== null ? [windowText(window, this.words, windowUnit(values, this.words))] : [];
    fillList(this.preset.list, [...this.presets.map(({ label }) => label), ...custom]);
    this.preset.list.selectedIndex = custom.length > 0 ? this.presets.length : Math.max(remembered, place, 0);
    this.values.textContent = window === null || !isGrey ? "" : windowText(window, this.words, windowUnit(values, this.words));
    this.colours.field.hidden = !isGrey || !COLOURED.includes(index?.modality ?? "");
    this.colours.list.selectedIndex = look.colours === "hot-iron" ? 2 : look.isInverted ? 1 : 0;
    this.overlays.hidden = (details?.overlays.length ?? 0) === 0;
    this.mask.hidden = details?.mask == null;
    this.element.hidden = full === null || (!isGrey && this.overlays.hidden && this.mask.hidden);
    press(this.invert, look.isInverted);
    press(this.overlays, look.hasOverlays);
    press(this.mask, full?.isMasked(frame) ?? false);
  }

  private choose(place: number): void {
    const preset = this.presets[place];
    if (preset !== undefined) {
      this.chosen = preset;
      this.onLook({ window: preset.window });
    }
  }

  private toggleMask(): void {
    const { full, frame } = this.pane;
    // A window for the subtraction makes no sense on the frame itself, and vice versa.
    this.onLook({ isMasked: !(full?.isMasked(frame) ?? false), window: null });
  }
}

function press(button: HTMLButtonElement, isOn: boolean): void {
  button.setAttribute("aria-pressed", String(isOn));
}
