/** What a member tells the room, as it travels (`docs/asyncapi.yaml`). */

import type { PaneFrame, SharedMark } from "../read/room-message.js";
import type { FusionState, ObjectState, PaneState, ViewState } from "../read/view-state.js";

export type Outgoing =
  | { readonly type: "state"; readonly sequence: number; readonly state: ViewState; readonly sentAtMs: number }
  | { readonly type: "scroll"; readonly sequence: number; readonly frames: readonly PaneFrame[] }
  | { readonly type: "pointer"; readonly pane: number; readonly seriesInstanceUid: string; readonly frame: number | null; readonly at: { readonly x: number; readonly y: number } | null }
  | { readonly type: "mark"; readonly id: string; readonly mark: SharedMark | null; readonly atMs?: number | null }
  | { readonly type: "chat"; readonly id: string; readonly text: string }
  | { readonly type: "progress"; readonly loaded: number; readonly isSlow: boolean }
  | { readonly type: "hand_over"; readonly to: string }
  | { readonly type: "admit" | "remove"; readonly member: string }
  | { readonly type: "ask_to_drive" | "take_over" | "end" | "ping" };

/** The server takes no longer marks. */
const MARK_BYTES_MAX = 8_192;
/** The server takes no more, and no larger states. */
const OBJECTS_MAX = 32;
const STATE_BYTES_MAX = 16_000;

/** The object to be sent. */
export function written(message: Outgoing): object {
  switch (message.type) {
    case "state":
      return { type: message.type, sequence: message.sequence, state: writtenState(message.state, message.sentAtMs) };
    case "scroll": {
      const images = message.frames.flatMap(({ image }) => image ?? []);
      const named = images.length === message.frames.length ? { images } : {};
      return { type: message.type, sequence: message.sequence, frames: message.frames.map(({ pane, frame }) => [pane, frame]), ...named };
    }
    case "pointer": {
      const { type, pane, seriesInstanceUid, frame, at } = message;
      return { type, pane, series_instance_uid: seriesInstanceUid, frame, at: at === null ? null : [at.x, at.y].map((place) => rounded(place, 10)) };
    }
    case "mark":
      return { type: message.type, id: message.id, mark: message.mark === null ? null : writtenMark(message.mark, message.atMs) };
    case "progress":
      return { type: message.type, loaded: rounded(message.loaded, 100), is_slow: message.isSlow };
    default:
      return message;
  }
}

export function writtenState({ grid, active, enlarged, panes, fusion, objects, isShuttered }: ViewState, sentAtMs: number): object {
  const layers = {
    ...(fusion === null ? {} : { fusion: writtenFusion(fusion) }),
    ...(objects.length === 0 ? {} : { objects: objects.map(writtenObject) }),
    ...(isShuttered ? { is_shuttered: true } : {}),
  };
  return { grid, active, enlarged, panes: panes.map((pane) => (pane === null ? null : writtenPane(pane))), ...layers, sent_at: sentAtMs };
}

/** A state that the server takes: without the last objects, if they are too many. */
export function fitting(state: ViewState): ViewState {
  const fits = (objects: ViewState["objects"]) => objects.length === 0 || JSON.stringify(writtenState({ ...state, objects }, 0)).length <= STATE_BYTES_MAX;
  let objects = state.objects.slice(0, OBJECTS_MAX);
  while (!fits(objects)) {
    objects = objects.slice(0, -1);
  }
  return objects.length === state.objects.length ? state : { ...state, objects };
}

function writtenFusion({ studyInstanceUid, seriesInstanceUid, colours, top, opacity }: FusionState): object {
  return { study_instance_uid: studyInstanceUid, series_instance_uid: seriesInstanceUid, colours, top, opacity };
}

function writtenObject({ studyInstanceUid, sopInstanceUid, parts }: ObjectState): object {
  return { study_instance_uid: studyInstanceUid, sop_instance_uid: sopInstanceUid, ...(parts === null ? {} : { parts }) };
}

function writtenPane(pane: PaneState): object {
  const { window, region, plane } = pane;
  return {
    study_instance_uid: pane.studyInstanceUid,
    series_instance_uid: pane.seriesInstanceUid,
    frame: pane.frame,
    ...(pane.image === null ? {} : { image: pane.image }),
    window: window === null ? null : { center: window.center, width: window.width, function: window.function },
    ...(pane.hasTable ? { has_table: true } : {}),
    is_inverted: pane.isInverted,
    colours: pane.colours,
    has_overlays: pane.hasOverlays,
    is_masked: pane.isMasked,
    view: region,
    plane: plane === null ? null : { kind: plane.kind, source: plane.source, point: plane.point, row: plane.row, column: plane.column, slab_mm: plane.slabMm, projection: plane.projection },
    cine: pane.cine,
  };
}

/** Points as they are; those of a long outline to a hundredth or a tenth of a pixel. */
export function writtenMark({ studyInstanceUid, kind, image, points, text }: SharedMark, atMs: number | null = null): object {
  const flat = points.flatMap(({ x, y }) => [x, y]);
  const mark = (numbers: readonly number[]) => ({ study_instance_uid: studyInstanceUid, kind, image, points: numbers, ...(text === null ? {} : { text }), ...(atMs === null ? {} : { at: atMs }) });
  const tries = [flat, flat.map((place) => rounded(place, 100)), flat.map((place) => rounded(place, 10))].map(mark);
  return tries.find((one) => new TextEncoder().encode(JSON.stringify(one)).length <= MARK_BYTES_MAX) ?? mark(flat);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
