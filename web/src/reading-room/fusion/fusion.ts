/** PET over CT, SPECT over CT: colours, opacity, and SUV where the files allow it. */

import { fill } from "../../page.js";
import { fillList, make, select } from "../../tools/elements.js";
import { short } from "../../tools/presets.js";
import type { DescribedSeries } from "../../read/metadata-urls.js";
import type { FusionState } from "../../read/view-state.js";
import type { Room, RoomPane, RoomStudy } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import { isEmitted } from "./candidates.js";
import { FusionLayer, type Laid } from "./layer.js";
import { PALETTES, type PaletteName } from "./palettes.js";
import { PetStack } from "./pet-stack.js";
import { suvOf } from "./series-suv.js";
import type { Suv } from "./suv.js";
import { WORDS } from "./words.js";

/** 0 to 7 g/ml: the usual window for a body. */
const SUV_TOP = 7;
const OPACITY = 0.5;
const STEPS = 100;
/** The scale reaches to this many times its first top. */
const TOP_TIMES_MAX = 4;

interface Shown {
  readonly study: RoomStudy;
  laid: Laid;
  /** From values of the file to what is written: 1 and its unit, if there is no SUV. */
  readonly factor: number;
  readonly unit: string;
}

export class Fusion {
  private readonly words;
  private readonly layers = new Map<RoomPane, FusionLayer>();
  private shown: Shown | null = null;
  private opening = 0;
  private suvText = "";
  private candidates: readonly DescribedSeries[] = [];
  private readonly status = make("p", { role: "status" });
  private readonly here = make("p", { class: "room-fusion-value" });
  private readonly element;
  private readonly series;
  private readonly palettes;
  private readonly opacity = make("input", { type: "range", min: 0, max: STEPS, value: OPACITY * STEPS });
  private readonly top = make("input", { type: "range", min: 1, max: STEPS, value: STEPS / TOP_TIMES_MAX });
  private readonly topValue = make("output");
  private topBase = SUV_TOP;

  constructor(private readonly room: Room) {
    const words = (this.words = WORDS[room.language]);
    this.series = select(words.series, (place) => void this.choose(this.room.active.study, this.candidates[place - 1] ?? null, true));
    this.palettes = select(words.palette, () => this.shade(true));
    fillList(this.palettes.list, PALETTES.map((name) => words.palettes[name]));
    this.opacity.addEventListener("input", () => this.shade(true));
    this.top.addEventListener("input", () => this.shade(true));
    this.element = make(
      "div",
      { class: "room-fusion" },
      this.series.field,
      this.palettes.field,
      make("label", { class: "choice" }, make("span", {}, words.opacity), this.opacity),
      make("label", { class: "choice" }, make("span", {}, words.top), this.top, this.topValue),
      this.status,
      this.here,
      make("p", {}, words.faint),
    );
    room.listen({ onPanes: () => this.attach(), onActive: () => this.tell(), onChange: () => this.tell() });
    this.attach();
  }

  get isOn(): boolean {
    return this.shown !== null;
  }

  /** What is laid over, for other screens; null while nothing is. */
  get state(): FusionState | null {
    if (this.shown === null) {
      return null;
    }
    const { study, laid } = this.shown;
    const { palette, top, opacity } = laid.shades;
    return { studyInstanceUid: study.uid, seriesInstanceUid: laid.seriesInstanceUid, colours: palette, top, opacity };
  }

  /** Lays over what another screen does; false if it cannot be done here. */
  async follow(wanted: FusionState | null): Promise<boolean> {
    const study = this.room.studies.find(({ uid }) => uid === wanted?.studyInstanceUid) ?? null;
    const colours = PALETTES.indexOf(wanted?.colours as PaletteName);
    const isShown = () => this.shown?.study === study && this.shown?.laid.seriesInstanceUid === wanted?.seriesInstanceUid;
    if (wanted === null || study === null || colours < 0) {
      await this.choose(null, null, false);
      return wanted === null;
    }
    if (!isShown()) {
      const candidates = await this.candidatesOf(study);
      this.candidates = candidates ?? this.candidates;
      await this.choose(study, candidates?.find(({ seriesInstanceUid }) => seriesInstanceUid === wanted.seriesInstanceUid) ?? null, false);
    }
    const { shown } = this;
    if (shown === null || !isShown()) {
      return false;
    }
    this.palettes.list.selectedIndex = colours;
    this.opacity.value = String(wanted.opacity * STEPS);
    this.top.value = String((wanted.top * shown.factor * STEPS) / (this.topBase * TOP_TIMES_MAX));
    this.lay({ palette: PALETTES[colours] ?? "hot-iron", top: wanted.top, opacity: wanted.opacity }, false);
    return true;
  }

  private attach(): void {
    for (const [pane, layer] of [...this.layers]) {
      if (!this.room.panes.includes(pane)) {
        layer.close();
        this.layers.delete(pane);
      }
    }
    for (const pane of this.room.panes) {
      if (!this.layers.has(pane)) {
        const layer = new FusionLayer(pane, (one) => this.laidOn(one));
        this.layers.set(pane, layer);
        pane.stage.element.addEventListener("pointermove", (event) => this.point(layer, event));
      }
    }
  }

  /** Never over another series of its kind: such a mix means nothing. */
  private laidOn({ study, pane }: RoomPane): Laid | null {
    const isEmittedToo = this.candidates.some(({ seriesInstanceUid }) => seriesInstanceUid === pane.series?.seriesInstanceUid);
    return this.shown !== null && this.shown.study === study && !isEmittedToo ? this.shown.laid : null;
  }

  async open(): Promise<void> {
    const { study } = this.room.active;
    this.room.setPanel(this.words.title, this.element);
    this.status.textContent = this.words.reading;
    const candidates = study === null ? [] : await this.candidatesOf(study);
    if (candidates === null) {
      this.status.textContent = this.words.failed;
      return;
    }
    this.candidates = candidates;
    this.status.textContent = this.candidates.length === 0 ? this.words.noSeries : this.suvText;
    fillList(this.series.list, [this.words.off, ...this.candidates.map(({ label }) => label)]);
    const current = this.candidates.findIndex(({ seriesInstanceUid }) => seriesInstanceUid === this.shown?.laid.seriesInstanceUid);
    this.series.list.selectedIndex = Math.max(1, current + 1);
    if (current < 0) {
      void this.choose(study, this.candidates[0] ?? null, true);
    }
  }

  /** The grant knows what each series is; the page may not. Null if it cannot be reached. */
  private async candidatesOf(study: RoomStudy): Promise<readonly DescribedSeries[] | null> {
    const described = await metadataOf(study.grant).series().catch(() => null);
    return described?.filter(isEmitted) ?? null;
  }

  private async choose(study: RoomStudy | null, series: DescribedSeries | null, isByHand: boolean): Promise<void> {
    const turn = ++this.opening;
    this.shown?.laid.stack.close();
    this.shown = null;
    this.redraw();
    this.room.layersChanged(isByHand);
    this.status.textContent = series === null ? "" : this.words.reading;
    if (series === null || study === null) {
      return;
    }
    const { seriesInstanceUid } = series;
    const [stack, suv] = await Promise.all([
      PetStack.open(study.grant, seriesInstanceUid, () => this.arrived()),
      suvOf(metadataOf(study.grant), seriesInstanceUid).catch((): Suv | null => null),
    ]);
    if (turn !== this.opening || typeof stack === "string") {
      if (typeof stack === "string") {
        this.status.textContent = turn === this.opening ? this.words.troubles[stack] : "";
      } else {
        stack.close();
      }
      return;
    }
    const factor = suv !== null && "factor" in suv ? suv.factor : null;
    this.topBase = factor === null ? Math.max(stack.white ?? 1, Number.MIN_VALUE) : SUV_TOP;
    this.top.value = String(STEPS / TOP_TIMES_MAX);
    const unit = factor === null ? (stack.unit ?? "") : this.words.suv;
    this.shown = { study, laid: { seriesInstanceUid, stack, shades: this.shades(factor ?? 1), label: series.label, scale: "" }, factor: factor ?? 1, unit };
    this.status.dataset["suv"] = factor === null ? "" : String(factor);
    const reason = suv === null ? this.words.failed : "refusal" in suv ? this.words.refusals[suv.refusal] : null;
    this.suvText = this.status.textContent = reason === null ? this.words.suv : fill(this.words.noSuv, { reason });
    this.shade(isByHand);
  }

  private shades(factor: number): Laid["shades"] {
    const top = (this.topBase * TOP_TIMES_MAX * Number(this.top.value)) / STEPS;
    return { palette: PALETTES[this.palettes.list.selectedIndex] ?? "hot-iron", top: top / factor, opacity: Number(this.opacity.value) / STEPS };
  }

  private shade(isByHand: boolean): void {
    if (this.shown !== null) {
      this.lay(this.shades(this.shown.factor), isByHand);
    }
  }

  private lay(shades: Laid["shades"], isByHand: boolean): void {
    const { shown } = this;
    if (shown !== null) {
      const text = `${short(Number((shades.top * shown.factor).toPrecision(3)))} ${shown.unit}`.trim();
      shown.laid = { ...shown.laid, shades, scale: `0–${text}` };
      this.topValue.textContent = text;
      this.top.setAttribute("aria-valuetext", text);
      this.redraw();
      this.room.layersChanged(isByHand);
    }
  }

  /** Says so where the image lies in another space. */
  private tell(): void {
    const { shown } = this;
    const image = this.layers.get(this.room.active)?.image ?? null;
    if (shown !== null && image !== null && this.room.active.study === shown.study && this.element.isConnected) {
      const isOther = image.plane?.frameOfReferenceUid !== shown.laid.stack.slices[0]?.plane.frameOfReferenceUid;
      this.here.textContent = isOther ? this.words.elsewhere : "";
    }
  }

  private point(layer: FusionLayer, event: PointerEvent): void {
    const { shown } = this;
    if (shown === null || !this.element.isConnected) {
      return;
    }
    const { stage } = layer.pane;
    const box = stage.element.getBoundingClientRect();
    const at = stage.toPicture({ x: event.clientX - box.left, y: event.clientY - box.top });
    const value = at === null ? null : layer.valueAt(at.x, at.y);
    this.here.textContent = value === null ? "" : fill(this.words.here, { value: `${short(Number((value * shown.factor).toPrecision(4)))} ${shown.unit}`.trim() });
  }

  /** Another slice has come, or never will. */
  private arrived(): void {
    if (this.shown?.laid.stack.isBroken === true && !this.suvText.includes(this.words.broken)) {
      this.suvText = this.status.textContent = `${this.suvText} ${this.words.broken}`;
    }
    this.redraw();
  }

  private redraw(): void {
    this.layers.forEach(({ pane }) => pane.stage.redraw());
  }
}
