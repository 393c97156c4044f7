/** What others drew: chosen from a list, drawn over the panes. */

import { make } from "../../tools/elements.js";
import type { Shutter } from "../../read/shutter.js";
import { readShutter } from "../../read/shutter.js";
import type { ObjectState } from "../../read/view-state.js";
import type { Room, RoomPane, RoomStudy } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import { BitsCache } from "./bits-cache.js";
import { Chosen } from "./chosen.js";
import { frameAt } from "./going.js";
import { ObjectLayer } from "./layer.js";
import { ObjectPanel } from "./panel.js";
import type { ImageOnPane } from "./plane.js";
import { StateLook } from "./state-look.js";
import { studyObjects, type StudyObject } from "./study-objects.js";
import { WORDS } from "./words.js";

type Reading = "reading" | "whole" | "failed";

/** The objects of one study, and what is chosen of them. */
interface Opened {
  readonly study: RoomStudy;
  readonly chosen: Chosen;
  readonly bits: BitsCache;
  /** The series that were read. */
  readonly read: Set<string>;
  panel: ObjectPanel | null;
  reading: Reading;
}

export class Objects {
  private readonly opened = new Map<RoomStudy, Opened>();
  private readonly layers = new Map<RoomPane, { readonly layer: ObjectLayer; readonly look: StateLook }>();
  private readonly words;
  isShuttered = false;
  /** By instance; undefined while it is being read. */
  private readonly shutters = new Map<string, Shutter | null>();

  constructor(private readonly room: Room) {
    this.words = WORDS[room.language];
    room.listen({ onPanes: () => this.attach(), onChange: (pane) => this.follow(pane), onActive: () => this.refreshPanels() });
    this.attach();
  }

  /** One layer for each pane of the grid. */
  private attach(): void {
    for (const [pane, { layer }] of [...this.layers]) {
      if (!this.room.panes.includes(pane)) {
        layer.close();
        this.layers.delete(pane);
      }
    }
    for (const pane of this.room.panes) {
      if (!this.layers.has(pane)) {
        const chosen = () => (pane.study === null ? undefined : this.opened.get(pane.study)?.chosen);
        const layer = new ObjectLayer(pane, {
          shapesOn: (image) => chosen()?.shapesOn(image) ?? [],
          shutterOf: (image) => chosen()?.shutterOf(image) ?? this.ownShutter(pane, image),
        });
        const look = new StateLook(pane, (image) => chosen()?.stateOf(image) ?? null);
        this.layers.set(pane, { layer, look });
      }
    }
  }

  private follow(pane: RoomPane): void {
    const found = this.layers.get(pane);
    found?.look.follow(found.layer.image);
  }

  /** What is shown of others, for other screens. */
  get state(): readonly ObjectState[] {
    return [...this.opened].flatMap(([study, { chosen }]) => chosen.shown.map((shown) => ({ studyInstanceUid: study.uid, ...shown })));
  }

  /** Shows what another screen does, each object as soon as it is read. */
  take(wanted: readonly ObjectState[], isShuttered: boolean): void {
    for (const study of this.room.studies) {
      const here = wanted.filter(({ studyInstanceUid }) => studyInstanceUid === study.uid);
      const opened = this.opened.get(study) ?? (here.length > 0 ? this.open(study) : null);
      opened?.chosen.take(here);
    }
    this.setShutter(isShuttered, false);
  }

  /** Whether something that another screen shows of a study cannot be shown here. */
  lacks(wanted: readonly ObjectState[], studyUid: string): boolean {
    const opened = [...this.opened].find(([study]) => study.uid === studyUid)?.[1];
    const here = wanted.filter(({ studyInstanceUid }) => studyInstanceUid === studyUid);
    const isThere = ({ sopInstanceUid }: ObjectState) =>
      opened?.bits.without.has(sopInstanceUid) !== true && opened?.chosen.objects.some((object) => object.sopInstanceUid === sopInstanceUid) === true;
    return opened?.reading !== "reading" && !here.every(isThere);
  }

  show(): void {
    const { study } = this.room.active;
    if (study === null) {
      return;
    }
    const opened = this.opened.get(study) ?? this.open(study);
    opened.panel = new ObjectPanel(
      opened.chosen,
      this.words,
      { onGo: (object, part) => void this.go(study, object, part), isWithoutPixels: ({ sopInstanceUid }) => opened.bits.without.has(sopInstanceUid) },
      this.switches(),
    );
    opened.panel.refresh(opened.reading);
    this.room.setPanel(this.words.title, opened.panel.element);
  }

  private open(study: RoomStudy): Opened {
    const changed = () => {
      opened.panel?.refresh(opened.reading);
      this.redraw();
    };
    const chose = (isByHand: boolean) => {
      changed();
      this.room.layersChanged(isByHand);
    };
    const opened: Opened = { study, chosen: new Chosen(chose), bits: new BitsCache(study.grant, changed), read: new Set(), panel: null, reading: "reading" };
    this.opened.set(study, opened);
    metadataOf(study.grant).onSeries.add(() => (this.opened.get(study) === opened ? void this.read(opened) : undefined));
    void this.read(opened);
    return opened;
  }

  private async read(opened: Opened): Promise<void> {
    try {
      for await (const object of studyObjects(metadataOf(opened.study.grant), opened.bits.bitsOf, opened.read, this.room.language)) {
        opened.chosen.add(object);
        opened.panel?.refresh("reading");
        this.redraw();
      }
      opened.reading = "whole";
    } catch {
      // What has come stays chosen; the next opening reads again.
      opened.reading = "failed";
      this.opened.delete(opened.study);
    }
    opened.panel?.refresh(opened.reading);
    this.room.layersChanged(false);
  }

  private redraw(): void {
    for (const { layer, look } of this.layers.values()) {
      look.follow(layer.image);
      layer.draw();
    }
  }

  private refreshPanels(): void {
    this.opened.forEach(({ panel, reading }) => panel?.refresh(reading));
  }

  /** Switches of the image itself. */
  private switches(): readonly HTMLElement[] {
    const box = (label: string, isOn: boolean, onChange: (isOn: boolean) => void) => {
      const input = make("input", { type: "checkbox" });
      input.checked = isOn;
      input.addEventListener("change", () => onChange(input.checked));
      return make("label", {}, input, make("span", {}, label));
    };
    const hasOverlays = this.room.active.pane.full?.look.hasOverlays ?? true;
    return [
      box(this.words.overlays, hasOverlays, (isOn) => this.room.panes.forEach(({ pane }) => {
        pane.full?.setLook({ hasOverlays: isOn });
        pane.player?.repaint();
      })),
      box(this.words.shutter, this.isShuttered, (isOn) => this.setShutter(isOn, true)),
    ];
  }

  setShutter(isOn: boolean, isByHand: boolean): void {
    if (isOn !== this.isShuttered) {
      this.isShuttered = isOn;
      this.redraw();
      this.room.layersChanged(isByHand);
    }
  }

  /** The shutter in the file of an image, once its attributes have come. */
  private ownShutter({ pane, study }: RoomPane, { sopInstanceUid }: ImageOnPane): Shutter | null {
    const seriesUid = pane.series?.seriesInstanceUid;
    if (!this.isShuttered || study === null || seriesUid === undefined) {
      return null;
    }
    if (!this.shutters.has(sopInstanceUid)) {
      this.shutters.set(sopInstanceUid, null);
      metadataOf(study.grant).instance(seriesUid, sopInstanceUid).then(
        (file) => {
          this.shutters.set(sopInstanceUid, file === null ? null : readShutter(file));
          this.redraw();
        },
        () => {
          this.shutters.delete(sopInstanceUid);
          this.room.say(this.words.failed);
        },
      );
    }
    return this.shutters.get(sopInstanceUid) ?? null;
  }

  /** Shows the image where a part lies, in the active pane. */
  private async go(study: RoomStudy, object: StudyObject, part: number): Promise<void> {
    const site = object.drawable.siteOf(part);
    const { room } = this;
    const frame = site === null ? null : await frameAt(room, study, site, object.seriesOf);
    if (frame === null) {
      room.say(this.words.notHere);
      return;
    }
    if (!object.drawable.parts.some((_, one) => this.opened.get(study)?.chosen.has(object, one) === true)) {
      this.opened.get(study)?.chosen.set(object, [part], true);
    }
    frame.pane.pane.go(frame.frame);
    room.activate(frame.pane);
  }
}
