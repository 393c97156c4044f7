/** Panes that move together: by position in the body, by window, by zoom. */

import type { View } from "../../view-geometry.js";
import type { Room, RoomPane } from "../feature.js";
import { setLook } from "../room-pane.js";
import { inEveryPane } from "../tools/every-pane.js";
import { detailsOf, shownDetails } from "../tools/planes.js";
import { frameBeside, viewBeside, type Linked, type Seen } from "./follow.js";

export type LinkKind = "scroll" | "window" | "zoom";

export class Links {
  private readonly on = new Set<LinkKind>();
  /** The frames that belong together, of all panes since they were linked. */
  private joined = new WeakMap<RoomPane, number>();
  /** Panes whose series has just come: they follow, before they lead. */
  private readonly fresh: Readonly<Record<LinkKind, WeakSet<RoomPane>>> = { scroll: new WeakSet(), window: new WeakSet(), zoom: new WeakSet() };
  /** The other panes are being moved. */
  private isLeading = false;

  constructor(private readonly room: Room) {
    inEveryPane(room, (pane) => {
      pane.stage.onView = () => this.lead("zoom", pane, room.panes);
    });
    room.listen({
      onPanes: () => this.join(),
      onChange: (pane, what) => {
        if (what === "series" || what === "index") {
          Object.values(this.fresh).forEach((panes) => panes.add(pane));
          this.join();
        } else if (what === "frame") {
          this.change("scroll", pane);
        } else if (what === "look") {
          this.change("window", pane);
        } else if (what === "full") {
          this.follow("window", pane);
        } else if (what === "picture") {
          this.follow("zoom", pane);
        }
      },
    });
  }

  /** A pane shows something else: the others follow, unless it is the first that its series shows. */
  private change(kind: LinkKind, pane: RoomPane): void {
    if (!this.isLeading && !this.follow(kind, pane)) {
      this.lead(kind, pane, this.room.panes);
    }
  }

  /** Whether a pane's series has just come, and so becomes like that in hand, or like any other. */
  private follow(kind: LinkKind, pane: RoomPane): boolean {
    const { active, panes } = this.room;
    const isFresh = this.fresh[kind].delete(pane);
    const leader = [active, ...panes].find((other) => other !== pane && other.pane.index !== null);
    if (isFresh && leader !== undefined) {
      this.join();
      this.lead(kind, leader, [pane]);
    }
    return isFresh;
  }

  isOn(kind: LinkKind): boolean {
    return this.on.has(kind);
  }

  /** From now on they move together, so they begin alike. */
  toggle(kind: LinkKind): void {
    if (!this.on.delete(kind)) {
      this.on.add(kind);
      this.join();
      this.lead(kind, this.room.active, this.room.panes);
    }
  }

  private join(): void {
    this.joined = new WeakMap(this.room.panes.map((pane) => [pane, pane.pane.frame]));
  }

  /** The pane that was changed by hand leads, whether it is the active one or the one under the wheel. */
  private lead(kind: LinkKind, leader: RoomPane, followers: readonly RoomPane[]): void {
    this.isLeading = true;
    for (const other of this.on.has(kind) ? followers : []) {
      if (other !== leader) {
        this.move(kind, leader, other);
      }
    }
    this.isLeading = false;
  }

  private move(kind: LinkKind, leader: RoomPane, other: RoomPane): void {
    if (kind === "scroll") {
      scroll(leader, other, (pane) => this.joined.get(pane) ?? pane.pane.frame);
    } else if (kind === "window") {
      setWindow(leader, other);
    } else {
      const view = viewLike(leader, other);
      if (view !== null) {
        other.stage.setView(view);
      }
    }
  }
}

/** Planes have a crosshair that links them. */
function scroll(leader: RoomPane, other: RoomPane, joinedOf: (pane: RoomPane) => number): void {
  const linked = (pane: RoomPane): Linked | null =>
    pane.pane.index === null || pane.content !== null ? null : { details: detailsOf(pane.pane.index), joined: joinedOf(pane) };
  const [from, to] = [linked(leader), linked(other)];
  const frame = from === null || to === null || to.details.length === 0 ? null : frameBeside(from, leader.pane.frame, to);
  if (frame !== null && frame !== other.pane.frame) {
    other.pane.go(frame);
  }
}

/** A window for one kind of values means nothing for another. */
function setWindow({ pane: leader }: RoomPane, pane: RoomPane): void {
  const { pane: other } = pane;
  const look = leader.full?.look;
  if (look === undefined || other.full === null || other.full === leader.full || other.index?.modality !== leader.index?.modality) {
    return;
  }
  const { window, isInverted, colours } = look;
  const current = other.full.look;
  if (current.window !== window || current.isInverted !== isInverted || current.colours !== colours) {
    setLook(pane, { window, isInverted, colours });
  }
}

function viewLike(leader: RoomPane, other: RoomPane): View | null {
  const [from, to] = [seen(leader), seen(other)];
  return from === null || to === null ? null : viewBeside(from, to);
}

function seen(pane: RoomPane): Seen | null {
  const { picture, view, size } = pane.stage;
  const details = shownDetails(pane);
  return picture === null || details === null || size.width === 0 ? null : { details, view, raster: picture.raster, size };
}
