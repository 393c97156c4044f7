/**
 * The way of one member to the room of a consultation: the only owner of its connection. A socket if that works; where something on
 * the way cuts sockets, questions and answers over HTTP, until a socket works again. It decides nothing about the room.
 */

import { parseMessage, readPolled, readTicket, type RoomMessage } from "../read/room-message.js";
import { written, type Outgoing } from "./room-messages.js";
import { backOffMs } from "./transfer.js";

export { fetchRecord } from "./consultation-record.js";
export { fitting } from "./room-messages.js";
export type { Outgoing };

/** `quiet`: it may be dead; what is shown may be old. `lost`: it is trying again. */
export type LinkMood = "joining" | "live" | "quiet" | "polling" | "lost" | "closed";

export interface ConsultationLinkEvents {
  onMood(mood: LinkMood): void;
  onMessage(message: RoomMessage): void;
  /** The server knows this member no more: the session, the invitation or the consultation has ended. */
  onOut(): void;
}

/** What of the browser it needs, so that tests can be without one. */
export interface LinkWorld {
  fetch(url: string, init: RequestInit): Promise<Response>;
  openSocket(url: string): SocketLike;
  random(): number;
}

export type SocketLike = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror">;

const WELCOME_MS_MAX = 8_000;
/** After so long without a word, the room is asked whether it is still there; */
const PING_MS = 5_000;
/** without an answer, the reader is told first, */
const QUIET_MS = 3_000;
/** and then the line is given up: images on a slow line may hold an answer up. */
const PONG_MS_MAX = 10_000;
/** Sockets that failed one after another, before it goes on over HTTP. */
const SOCKETS_FAILED_MAX = 2;
const SOCKET_AGAIN_MS = 60_000;
/** A server that answers a question at once is asked again after this long. */
const POLL_MS = 2_000;
const POLL_MS_MAX = 45_000;
/** A message that is missing for so long does not come by itself. */
const GAP_MS = 1_500;
/** The session or the invitation has ended, or the consultation has. */
const OUT = [401, 403, 404, 410];

class OutError extends Error {}

function headOf(message: RoomMessage): number | null {
  return "head" in message ? message.head : null;
}

const BROWSER: LinkWorld = {
  fetch: (url, init) => fetch(url, init),
  openSocket: (url) => new WebSocket(socketUrl(url)),
  random: () => Math.random(),
};

/** A server of one's own names it as a path of this page. */
function socketUrl(url: string): string {
  const whole = new URL(url, location.href);
  whole.protocol = whole.protocol.replace("http", "ws");
  return whole.href;
}

export class ConsultationLink {
  mood: LinkMood = "joining";
  private socket: SocketLike | null = null;
  /** Told of everything that is kept up to here, */
  private head: number | null = null;
  /** and of these beyond it. */
  private readonly ahead = new Set<number>();
  private filling: ReturnType<typeof setTimeout> | null = null;
  private queue: Outgoing[] = [];
  private isFlushing = false;
  private isClosed = false;
  private poll: AbortController | null = null;
  private doubt: (() => void) | null = null;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly place: { readonly ticketUrl: string; readonly pollUrl: string },
    private readonly events: ConsultationLinkEvents,
    private readonly world: LinkWorld = BROWSER,
  ) {
    void this.run();
  }

  /** Whether it was given to the connection; nothing is kept for later, because whoever sends knows better what is still true then. */
  send(message: Outgoing): boolean {
    if (this.isLive) {
      this.socket?.send(JSON.stringify(written(message)));
      return true;
    }
    if (this.mood === "polling") {
      // Where the hand is now counts, not where it was.
      const isOutdated = (other: Outgoing) => other.type === message.type && ["state", "scroll", "pointer", "progress"].includes(message.type);
      this.queue = [...this.queue.filter((other) => !isOutdated(other)), message];
      void this.flush();
      return true;
    }
    return false;
  }

  /** The network is back: no need to wait. */
  retryNow(): void {
    this.waiting.forEach((end) => end());
  }

  /** The network may be gone: sockets hear of it late. */
  suspect(): void {
    this.doubt?.();
  }

  private get isLive(): boolean {
    return this.mood === "live" || this.mood === "quiet";
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.filling ?? undefined);
    this.socket?.close();
    this.poll?.abort();
    this.retryNow();
    this.set("closed");
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isClosed) {
      try {
        const wasWelcome = await this.trySocket();
        failures = wasWelcome ? 0 : failures + 1;
        if (!this.isClosed && failures >= SOCKETS_FAILED_MAX) {
          failures = (await this.pollUntilSocket()) ? 0 : failures;
        }
      } catch (error) {
        if (error instanceof OutError) {
          this.out();
          return;
        }
        failures += 1;
      }
      if (!this.isClosed) {
        this.set("lost");
        await this.wait(failures === 0 ? 0 : backOffMs(failures - 1, this.world.random()));
      }
    }
  }

  /** Resolves when a socket has ended, or could not be opened: whether it brought a welcome. */
  private async trySocket(onWelcome: () => void = () => undefined): Promise<boolean> {
    const ticket = readTicket(await this.post(this.place.ticketUrl, {}));
    if (ticket === null || this.isClosed) {
      return false;
    }
    return new Promise((resolve) => {
      const socket = this.world.openSocket(ticket.url);
      let isWelcome = false;
      const early: RoomMessage[] = [];
      let pinging = setTimeout(() => undefined, 0);
      const giveUp = () => socket.close();
      let deadline = setTimeout(giveUp, WELCOME_MS_MAX);
      const end = () => {
        clearTimeout(deadline);
        clearTimeout(pinging);
        socket.onclose = socket.onerror = socket.onmessage = null;
        if (this.socket === socket) {
          this.socket = this.doubt = null;
        }
        resolve(isWelcome);
      };
      // A line that is dead does not always close.
      const drop = () => {
        socket.close();
        end();
      };
      const doubt = () => {
        clearTimeout(deadline);
        deadline = setTimeout(drop, PONG_MS_MAX - QUIET_MS);
        this.set("quiet");
      };
      const ping = () => {
        socket.send(JSON.stringify(written({ type: "ping" })));
        clearTimeout(deadline);
        deadline = setTimeout(doubt, QUIET_MS);
      };
      const heard = () => {
        clearTimeout(deadline);
        clearTimeout(pinging);
        pinging = setTimeout(ping, PING_MS);
        if (this.mood === "quiet") {
          this.set("live");
        }
      };
      socket.onopen = () => socket.send(JSON.stringify({ type: "join", ticket: ticket.ticket }));
      socket.onerror = giveUp;
      socket.onclose = end;
      socket.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = typeof data === "string" ? parseMessage(data) : null;
        if (isWelcome) {
          heard();
        }
        if (message?.type === "welcome") {
          isWelcome = true;
          this.socket = socket;
          this.doubt = () => {
            ping();
            doubt();
          };
          heard();
          onWelcome();
          this.set("live");
          // What came before it is news only if it happened after it.
          this.take(message, ...early.splice(0).filter((one) => headOf(one) === null || (headOf(one) ?? 0) > message.head));
        } else if (message !== null && (isWelcome || message.type === "ended")) {
          this.take(message);
        } else if (message !== null) {
          early.push(message);
        }
      };
    });
  }

  /** Asks over HTTP, and now and then for a socket; resolves when a socket was there and has ended, throws when nothing works. */
  private async pollUntilSocket(): Promise<boolean> {
    const abort = new AbortController();
    this.poll = abort;
    let hadSocket = false;
    const asking = this.ask(abort.signal);
    const trying = (async () => {
      while (!abort.signal.aborted) {
        await this.wait(SOCKET_AGAIN_MS, abort.signal);
        if (!abort.signal.aborted) {
          hadSocket = await this.trySocket(() => {
            this.queue = [];
            abort.abort();
          }).catch(() => false);
        }
      }
    })();
    try {
      await asking;
    } finally {
      abort.abort();
      this.poll = null;
      await trying;
    }
    return hadSocket;
  }

  private async ask(signal: AbortSignal): Promise<void> {
    this.head = null;
    this.take(...(await this.question([{ type: "join" }], signal)));
    while (!signal.aborted) {
      const before = performance.now();
      const messages = await this.question([], signal);
      this.take(...messages);
      void this.flush();
      if (messages.length === 0 && performance.now() - before < POLL_MS) {
        await this.wait(POLL_MS, signal);
      }
    }
  }

  /** What was to be said goes at once, while another question waits for its answer. */
  private async flush(): Promise<void> {
    if (this.isFlushing || this.poll === null) {
      return;
    }
    this.isFlushing = true;
    const { signal } = this.poll;
    while (this.queue.length > 0 && !signal.aborted) {
      const messages = this.queue.splice(0);
      try {
        this.take(...(await this.question(messages.map(written), signal)));
      } catch {
        // The question that waits finds out what is wrong, and what was to be said goes with the next one.
        this.queue = [...messages, ...this.queue];
        break;
      }
    }
    this.isFlushing = false;
  }

  private async question(messages: readonly object[], signal: AbortSignal): Promise<readonly RoomMessage[]> {
    try {
      const answer = readPolled(await this.post(this.place.pollUrl, { since: this.head, messages }, signal));
      if (signal.aborted) {
        return [];
      }
      this.arrive(answer.head);
      this.set("polling");
      return answer.messages;
    } catch (error) {
      if (signal.aborted) {
        return [];
      }
      throw error;
    }
  }

  private take(...messages: readonly RoomMessage[]): void {
    for (const message of messages) {
      this.note(message);
      if (!this.isClosed) {
        this.events.onMessage(message);
      }
    }
  }

  /** What is missing between two messages is asked for: some ways of the cloud lose one. */
  private note(message: RoomMessage): void {
    const head = headOf(message);
    if (message.type === "welcome" || this.head === null) {
      this.ahead.clear();
      this.head = head ?? this.head;
      return;
    }
    if (head === null || head <= this.head) {
      return;
    }
    this.ahead.add(head);
    while (this.ahead.delete(this.head + 1)) {
      this.head += 1;
    }
    if (this.ahead.size > 0 && this.isLive) {
      this.filling ??= setTimeout(() => {
        this.filling = null;
        if (this.ahead.size > 0) {
          void this.fill();
        }
      }, GAP_MS);
    }
  }

  private async fill(): Promise<void> {
    try {
      const { messages, head } = readPolled(await this.post(this.place.pollUrl, { since: this.head, messages: [] }));
      this.take(...messages);
      this.arrive(head);
    } catch {
      // The socket is still there; the next gap asks again.
    }
  }

  private arrive(head: number | null): void {
    if (head !== null && head >= (this.head ?? 0)) {
      this.head = head;
      [...this.ahead].filter((one) => one <= head).forEach((one) => this.ahead.delete(one));
    }
  }

  private async post(url: string, body: object, signal: AbortSignal | null = null): Promise<unknown> {
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    const abort = new AbortController();
    const end = () => abort.abort();
    const timer = setTimeout(end, POLL_MS_MAX);
    signal?.addEventListener("abort", end);
    try {
      const response = await this.world.fetch(url, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body), signal: abort.signal });
      if (OUT.includes(response.status)) {
        throw new OutError();
      }
      if (!response.ok) {
        throw new Error(`status ${response.status}`);
      }
      return (await response.json()) as unknown;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
  }

  private wait(ms: number, signal: AbortSignal | null = null): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.waiting.add(end);
      signal?.addEventListener("abort", end);
    });
  }

  private out(): void {
    this.isClosed = true;
    this.set("closed");
    this.events.onOut();
  }

  private set(mood: LinkMood): void {
    if (this.mood !== mood && this.mood !== "closed") {
      this.mood = mood;
      this.events.onMood(mood);
    }
  }
}
