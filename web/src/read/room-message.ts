/** What a consultation's room tells its members (`docs/asyncapi.yaml`), over a socket, in the answer to a poll, or in its record. */

import { isCount, list, number, object, text, type Json } from "./json.js";
import { readViewState, type ViewState } from "./view-state.js";

export type Role = "chair" | "secretary" | "member";
export type Standing = "invited" | "waiting" | "admitted" | "removed";

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly facility: string;
  readonly role: Role;
  readonly status: Standing;
  readonly isHere: boolean;
  /** How much of what is shown has arrived there, 0 to 1; null if it did not say. */
  readonly loaded: number | null;
  readonly isSlow: boolean;
}

/** What someone drew, in pixels of its image. */
export interface SharedMark {
  readonly studyInstanceUid: string;
  /** The name of its measuring tool. */
  readonly kind: string;
  readonly image: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly text: string | null;
}

/** A mark, and whose it is. */
export interface MemberMark {
  readonly id: string;
  readonly by: string;
  readonly mark: SharedMark;
  /** When a calibration was drawn, by the server's clock; null for other marks. */
  readonly atMs: number | null;
}

export interface ChatLine {
  readonly id: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** `over`: for a reason that this page does not know. */
export type EndReason = "chair" | "hospital" | "starter" | "withdrawn" | "time" | "recalled" | "removed" | "over";

export interface Welcome {
  readonly type: "welcome";
  readonly you: string;
  readonly driver: string | null;
  readonly state: ViewState | null;
  readonly stateSequence: number;
  readonly head: number;
  readonly marks: readonly MemberMark[];
  readonly chat: readonly ChatLine[];
  readonly members: readonly Member[];
  readonly endsAtMs: number | null;
  readonly nowMs: number | null;
}

/** What is new outside of the room. */
export type NewsKind = "opinion" | "minutes" | "signature";

/** Another frame of the series in a pane. */
export interface PaneFrame {
  readonly pane: number;
  readonly frame: number;
  /** As in the state of a pane; null in older records. */
  readonly image: string | null;
}

/** `head`: the place in the record; null for what is not kept. */
export type RoomMessage =
  | Welcome
  | { readonly type: "state"; readonly by: string; readonly sequence: number; readonly state: ViewState; readonly head: number | null }
  | { readonly type: "scroll"; readonly by: string; readonly sequence: number; readonly frames: readonly PaneFrame[]; readonly head: number | null }
  | { readonly type: "pointer"; readonly by: string; readonly pane: number; readonly seriesInstanceUid: string; readonly frame: number | null; readonly at: { readonly x: number; readonly y: number } | null }
  | { readonly type: "mark"; readonly by: string; readonly id: string; readonly mark: SharedMark | null; readonly atMs: number | null; readonly head: number | null }
  | { readonly type: "chat"; readonly line: ChatLine; readonly head: number | null }
  | { readonly type: "member"; readonly member: Member; readonly head: number | null }
  | { readonly type: "driver"; readonly driver: string | null; readonly head: number | null }
  | { readonly type: "asks"; readonly by: string }
  | { readonly type: "news"; readonly what: NewsKind; readonly by: string | null; readonly head: number | null }
  | { readonly type: "refused"; readonly of: string; readonly code: string; readonly id: string | null }
  | { readonly type: "pong" }
  | { readonly type: "ended"; readonly reason: EndReason };

/** What the server wrote into the page. */
export interface ConsultationPlace {
  readonly id: string;
  readonly you: string;
  readonly ticketUrl: string;
  readonly pollUrl: string;
  readonly recordUrl: string;
  readonly pageUrl: string;
  readonly voiceLink: string | null;
  /** It is over, and can be played again. */
  readonly isOver: boolean;
}

export function readConsultationPlace(written: string): ConsultationPlace | null {
  const place = parse(written);
  const [id, you] = [text(place?.["id"]), text(place?.["you"])];
  if (id === null || you === null) {
    return null;
  }
  const url = `/consultations/${id}`;
  const voice = text(place?.["voice_link"]);
  return {
    id,
    you,
    ticketUrl: text(place?.["ticket_url"]) ?? `${url}/ticket`,
    pollUrl: text(place?.["poll_url"]) ?? `${url}/poll`,
    recordUrl: text(place?.["record_url"]) ?? `${url}/record`,
    pageUrl: text(place?.["page_url"]) ?? url,
    voiceLink: voice?.startsWith("https://") === true ? voice : null,
    isOver: place?.["is_over"] === true,
  };
}

export function readTicket(json: unknown): { readonly ticket: string; readonly url: string } | null {
  const [ticket, url] = [text(object(json)?.["ticket"]), text(object(json)?.["url"])];
  return ticket === null || url === null ? null : { ticket, url };
}

/** The answer to a poll; what is not understood is left out. */
export function readPolled(json: unknown): { readonly messages: readonly RoomMessage[]; readonly head: number | null } {
  const answer = object(json);
  const messages = list(answer?.["events"]).map((event) => readMessage(object(event)));
  return { messages: messages.filter((message) => message !== null), head: count(answer?.["head"]) };
}

/** A text frame; null if it is none of these. */
export function parseMessage(frame: string): RoomMessage | null {
  return readMessage(parse(frame));
}

export function readMessage(told: Json | null): RoomMessage | null {
  if (told === null) {
    return null;
  }
  const head = count(told["head"]);
  const [by, id] = [text(told["by"]), text(told["id"])];
  switch (told["type"]) {
    case "welcome":
      return readWelcome(told);
    case "state": {
      const [state, sequence] = [readViewState(told["state"]), count(told["sequence"])];
      return by === null || state === null || sequence === null ? null : { type: "state", by, sequence, state, head };
    }
    case "scroll": {
      const [given, sequence] = [list(told["frames"]), count(told["sequence"])];
      const images = list(told["images"]).map(text);
      const frames = given.flatMap((one, place): readonly PaneFrame[] => {
        const [pane, frame] = list(one).map(count);
        return pane == null || frame == null ? [] : [{ pane, frame, image: images[place] ?? null }];
      });
      return by === null || sequence === null || frames.length !== given.length ? null : { type: "scroll", by, sequence, frames, head };
    }
    case "pointer": {
      const [pane, seriesInstanceUid] = [count(told["pane"]), text(told["series_instance_uid"])];
      return by === null || pane === null || seriesInstanceUid === null ? null : { type: "pointer", by, pane, seriesInstanceUid, frame: count(told["frame"]), at: pair(told["at"]) };
    }
    case "mark":
      return by === null || id === null ? null : { type: "mark", by, id, mark: readMark(told["mark"]), atMs: timeOf(told["mark"]), head };
    case "chat": {
      const line = readLine(told);
      return line === null ? null : { type: "chat", line, head };
    }
    case "member": {
      const member = readMember(told["member"]);
      return member === null ? null : { type: "member", member, head };
    }
    case "driver":
      return { type: "driver", driver: text(told["driver"]), head };
    case "asks":
      return by === null ? null : { type: "asks", by };
    case "news": {
      const what = NEWS.find((one) => one === told["what"]);
      return what === undefined ? null : { type: "news", what, by, head };
    }
    case "refused":
      return { type: "refused", of: text(told["of"]) ?? "", code: text(told["code"]) ?? "", id };
    case "pong":
      return { type: "pong" };
    case "ended":
      return { type: "ended", reason: REASONS.find((reason) => reason === told["reason"]) ?? "over" };
    default:
      return null;
  }
}

const NEWS: readonly NewsKind[] = ["opinion", "minutes", "signature"];
const REASONS: readonly EndReason[] = ["chair", "hospital", "starter", "withdrawn", "time", "recalled", "removed"];
const ROLES: readonly Role[] = ["chair", "secretary", "member"];
const STANDINGS: readonly Standing[] = ["invited", "waiting", "admitted", "removed"];

function readWelcome(told: Json): Welcome | null {
  const [you, room] = [text(told["you"]), object(told["room"])];
  if (you === null || room === null) {
    return null;
  }
  const marks = list(room["marks"]).flatMap((one) => {
    const [id, by, mark] = [text(object(one)?.["id"]), text(object(one)?.["by"]), readMark(object(one)?.["mark"])];
    return id === null || by === null || mark === null ? [] : [{ id, by, mark, atMs: timeOf(object(one)?.["mark"]) }];
  });
  return {
    type: "welcome",
    you,
    driver: text(room["driver"]),
    state: readViewState(room["state"]),
    stateSequence: count(room["state_sequence"]) ?? 0,
    head: count(room["head"]) ?? 0,
    marks,
    chat: list(room["chat"]).flatMap((one) => readLine(object(one)) ?? []),
    members: list(room["members"]).flatMap((one) => readMember(one) ?? []),
    endsAtMs: moment(room["ends_at"]),
    nowMs: moment(room["now"]),
  };
}

export function readMember(json: unknown): Member | null {
  const member = object(json);
  const id = text(member?.["id"]);
  if (member === null || id === null) {
    return null;
  }
  const words = (name: string) => text(member[name]) ?? "";
  return {
    id,
    name: words("name"),
    title: words("title"),
    facility: words("facility"),
    role: ROLES.find((role) => role === member["role"]) ?? "member",
    status: STANDINGS.find((status) => status === member["status"]) ?? "waiting",
    isHere: member["is_here"] === true,
    loaded: number(member["loaded"]),
    isSlow: member["is_slow"] === true,
  };
}

/** Points travel as x, y, x, y …: an outline of many points is half as long. */
function readMark(json: unknown): SharedMark | null {
  const mark = object(json);
  const [studyInstanceUid, kind, image] = [text(mark?.["study_instance_uid"]), text(mark?.["kind"]), text(mark?.["image"])];
  const flat = list(mark?.["points"]).map(number);
  if (studyInstanceUid === null || kind === null || image === null || flat.length % 2 !== 0 || flat.includes(null)) {
    return null;
  }
  const points = flat.flatMap((x, place) => (place % 2 === 0 ? [{ x: x ?? 0, y: flat[place + 1] ?? 0 }] : []));
  return { studyInstanceUid, kind, image, points, text: text(mark?.["text"]) };
}

/** When a calibration was drawn. */
function timeOf(mark: unknown): number | null {
  return number(object(mark)?.["at"]);
}

function readLine(told: Json | null): ChatLine | null {
  const [id, by, said] = [text(told?.["id"]), text(told?.["by"]), text(told?.["text"])];
  return id === null || by === null || said === null ? null : { id, by, text: said, atMs: moment(told?.["at"]) ?? 0 };
}

function pair(json: unknown): { readonly x: number; readonly y: number } | null {
  const [x, y] = list(json).map(number);
  return x == null || y == null ? null : { x, y };
}

function count(json: unknown): number | null {
  return isCount(json) ? json : null;
}

/** RFC 3339, or milliseconds. */
export function moment(json: unknown): number | null {
  const at = typeof json === "string" ? Date.parse(json) : json;
  return number(at);
}

function parse(written: string): Json | null {
  try {
    return object(JSON.parse(written));
  } catch {
    return null;
  }
}
