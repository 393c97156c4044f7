/** A page with one pane, for tests of planes: the series, the link and the volume are those of the reading room. */

import { Pane } from "../../../web/src/pane.js";
import { Grant } from "../../../web/src/link/link.js";
import { Stage, type Shown } from "../../../web/src/stage.js";
import type { Triple } from "../../../web/src/read/frame-details.js";
import { install } from "../../../web/src/reading-room/volume/feature.js";
import type { Command, PaneContent, Room, RoomEvents, RoomPane } from "../../../web/src/reading-room/feature.js";
import { rasterOf, samplingOf, UPRIGHT, type Basis } from "../../../web/src/reading-room/volume/plane.js";
import { planeShown, raysThrough } from "../../../web/src/reading-room/volume/plane-picture.js";
import { THINNED } from "../../../web/src/reading-room/volume/thinned.js";
import { Volume } from "../../../web/src/reading-room/volume/volume.js";
import type { SlabMode } from "../../../web/src/reading-room/volume/commands.js";

/** What a test wants to see. */
interface Asked {
  readonly basis: Basis;
  /** In voxels of the middle: the plane goes through there, moved by these millimetres. */
  readonly moved: Triple;
  readonly mode: SlabMode;
  readonly slabMm: number;
}

class CoveredPane extends Pane {
  isCovered = false;

  protected override show(shown: Shown): void {
    if (!this.isCovered) {
      super.show(shown);
    }
  }

  protected override blank(): void {
    if (!this.isCovered) {
      super.blank();
    }
  }
}

class TestPane implements RoomPane {
  readonly element = document.createElement("section");
  readonly stage: Stage;
  readonly pane: CoveredPane;
  readonly study = null;
  readonly marks = { subject: null } as unknown as RoomPane["marks"];
  content: PaneContent | null = null;

  constructor(
    readonly place: number,
    grant: Grant,
  ) {
    const [stage, poster, canvas] = [document.createElement("div"), document.createElement("img"), document.createElement("canvas")];
    stage.className = "stage";
    stage.append(poster, canvas);
    this.element.className = "pane";
    this.element.append(stage);
    document.body.append(this.element);
    this.stage = new Stage(stage, poster, canvas);
    this.pane = new CoveredPane(this.stage, grant);
  }

  setContent(content: PaneContent | null): void {
    this.content?.close();
    this.content = content;
    this.pane.isCovered = content !== null;
  }

  setSteps(): void {
    // Stacks are not tested here.
  }
}

const [, uid = ""] = /\?(.+)/.exec(location.search) ?? [];
const grant = new Grant("/grant", new Map([[uid, { indexUrl: `/${uid}.index.json`, packUrl: `/${uid}.pack` } as never]]));
const panes = [0, 1, 2].map((place) => new TestPane(place, grant));
const [first] = panes as [TestPane];
const said: string[] = [];
const events = new Set<Partial<RoomEvents>>();
const room: Room = {
  language: "en",
  pageWords: null as never,
  marksUrl: null,
  panes,
  active: first,
  studies: [],
  store: null as never,
  hand: { name: "browse" },
  listen: (one) => {
    events.add(one);
    return () => events.delete(one);
  },
  activate: () => undefined,
  show: async () => undefined,
  setLayout: () => undefined,
  setHand: (_, create) => panes.forEach((pane) => (pane.stage.tool = create?.(pane) ?? null)),
  say: (text) => said.push(text),
  setPanel: () => undefined,
};
const commands = new Map<string, Command>(install(room).commands.map((command) => [command.name, command]));
/** A volume of its own, to ask for any plane. */
let volume: Volume | null = null;
first.pane.listen({
  onFull: () => {
    volume?.setFull(first.pane.full);
    events.forEach((one) => one.onChange?.(first, "full"));
  },
});

async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

function bytes(array: ArrayBufferView): string {
  const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let at = 0; at < all.length; at += 0x8000) {
    text += String.fromCharCode(...all.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

Object.assign(window, {
  test: {
    panes,
    said,
    commands,
    room,
    open: () => first.pane.open({ seriesInstanceUid: uid, label: uid, frames: 1, posterUrl: null, thumbsUrl: null }),
    /** Opens the volume; the sentence of a refusal, if there is none. */
    openVolume: async () => {
      await until(() => first.pane.index !== null);
      const { index, link, full, frame } = first.pane;
      const opened = Volume.open({ index: index as never, link: link as never, full, frame });
      volume = opened instanceof Volume ? opened : null;
      return volume === null ? opened : null;
    },
    /** Milliseconds since the page was asked for, until a coronal plane is drawn from every eighth slice. */
    firstPlane: async () => {
      await until(() => (volume?.seenCount ?? 0) >= Math.ceil((volume?.slices ?? 0) / THINNED));
      const drawn = volume?.drawn() ?? null;
      if (volume === null || drawn === null) {
        throw new Error("there is nothing to draw");
      }
      const slab = { mode: "mean", mm: 0 } as const;
      const raster = rasterOf(volume.geometry, UPRIGHT.coronal, volume.crosshair.point);
      const rays = raysThrough(samplingOf(volume.geometry, raster, slab), slab, { a: 1, b: 0, c: 0, d: 1, e: raster.columns >> 1, f: 0 });
      const values = volume.gl.read(drawn, rays, 1, raster.rows);
      return { at: performance.now(), isCovered: values?.every((value) => value > -3e38) ?? false };
    },
    whole: () => until(() => volume?.isComplete === true),
    state: () => ({ whole: volume?.wholeCount, bytes: volume?.bytes, halvings: volume?.halvings, broken: volume?.brokenCount, geometry: volume?.geometry }),
    /** The values and the greys of a plane, and where it lies. */
    plane: ({ basis, moved, mode, slabMm }: Asked) => {
      if (volume === null) {
        throw new Error("there is no volume");
      }
      const { geometry, crosshair } = volume;
      const [x, y, z] = crosshair.point;
      const raster = rasterOf(geometry, basis, [x + moved[0], y + moved[1], z + moved[2]]);
      const slab = { mode, mm: slabMm };
      const sampling = samplingOf(geometry, raster, slab);
      const drawn = volume.drawn();
      const { columns, rows, corner, mm } = raster;
      const values = drawn === null ? null : volume.gl.read(drawn, raysThrough(sampling, slab, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }), columns, rows);
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [columns, rows];
      const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
      planeShown(volume, { raster, slab, isFull: true }).paint(context, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }, { width: columns, height: rows });
      const { data } = context.getImageData(0, 0, columns, rows);
      const grey = data.filter((_, place) => place % 4 === 0);
      return { ...basis, corner, mm, columns, rows, mode, slab_mm: slabMm, samples: sampling.samples, values: bytes(values as Float32Array), grey: bytes(grey) };
    },
  },
});
