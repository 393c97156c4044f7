/**
 * A slow mobile link in front of servers on this machine, on the TCP level: everything that passes through its ports
 * shares one bottleneck. A browser's own throttle works per request and misses workers; this does not.
 *
 * Modelled: bandwidth per direction with a buffer of fixed size, round-trip time, the round trip that opens a
 * connection, and slow start (a window of ten segments that doubles every round trip). Not modelled: loss, TLS.
 */

import { once } from "node:events";
import net from "node:net";

/** Where the browser is sent to when it asks for 127.0.0.1 (`--host-resolver-rules`): servers keep the addresses that they know. */
export const FAR_END = "127.0.0.2";
const SEGMENT_BYTES = 1460;
/** RFC 6928. */
const INITIAL_WINDOW_BYTES = 10 * SEGMENT_BYTES;
const WINDOW_BYTES_MAX = 1024 * 1024;
/** How much a flow buffers before it pauses its source. */
const HELD_BYTES_MAX = 64 * 1024;

/** One direction of the link. Segments leave one by one; one that finds the buffer full has to wait. */
class Direction {
  bytes = 0;
  #waiting = [];
  #buffered = 0;
  #freeAt = 0;

  constructor({ kilobitsPerSecond, bufferBytes }) {
    Object.assign(this, { kilobitsPerSecond, bufferBytes });
  }

  /** Calls `left` once the segment has passed the bottleneck; false when the buffer is full. */
  take(length, left) {
    if (this.#buffered > 0 && this.#buffered + length > this.bufferBytes) {
      return false;
    }
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now) + (length * 8) / this.kilobitsPerSecond;
    this.#buffered += length;
    setTimeout(() => {
      this.#buffered -= length;
      this.bytes += length;
      left();
      this.#waiting.splice(0).forEach((resume) => resume());
    }, this.#freeAt - now);
    return true;
  }

  awaitRoom(resume) {
    if (!this.#waiting.includes(resume)) {
      this.#waiting.push(resume);
    }
  }
}

/** The bytes of one connection in one direction. */
class Flow {
  #segments = [];
  #held = 0;
  #window = INITIAL_WINDOW_BYTES;
  #inFlight = 0;
  /** Segments on their way, in order: timers may overtake each other, bytes must not. */
  #travelling = [];
  #hasEnded = false;
  #pump = () => this.#send();

  constructor(from, to, direction, oneWayMs) {
    Object.assign(this, { from, to, direction, oneWayMs });
    from.on("data", (chunk) => this.#hold(chunk));
    from.on("end", () => {
      this.#hasEnded = true;
      this.#send();
    });
  }

  #hold(chunk) {
    for (let start = 0; start < chunk.length; start += SEGMENT_BYTES) {
      this.#segments.push(chunk.subarray(start, start + SEGMENT_BYTES));
    }
    this.#held += chunk.length;
    if (this.#held > HELD_BYTES_MAX) {
      this.from.pause();
    }
    this.#send();
  }

  #send() {
    if (this.to.destroyed) {
      return;
    }
    // One segment at a time, so that flows waiting for the same room take turns.
    const [segment] = this.#segments;
    if (segment !== undefined && this.#inFlight + segment.length <= this.#window) {
      if (this.direction.take(segment.length, () => this.#travel())) {
        this.#travelling.push(segment);
        this.#segments.shift();
        this.#held -= segment.length;
        this.#inFlight += segment.length;
        queueMicrotask(this.#pump);
      } else {
        this.direction.awaitRoom(this.#pump);
      }
    } else if (segment === undefined && this.#hasEnded && this.#inFlight === 0) {
      this.to.end();
    }
    if (this.#held <= HELD_BYTES_MAX / 2 && !this.#hasEnded && this.from.isPaused()) {
      this.from.resume();
    }
  }

  #travel() {
    setTimeout(() => {
      const segment = this.#travelling.shift();
      if (!this.to.destroyed) {
        this.to.write(segment);
      }
      setTimeout(() => this.#acknowledge(segment.length), this.oneWayMs);
    }, this.oneWayMs);
  }

  #acknowledge(length) {
    this.#inFlight -= length;
    this.#window = Math.min(this.#window + length, WINDOW_BYTES_MAX);
    this.#send();
  }
}

export class SlowLink {
  #servers = [];
  #sockets = new Set();

  constructor({ down, up, bufferBytes, roundTripMs }) {
    this.down = new Direction({ kilobitsPerSecond: down, bufferBytes });
    this.up = new Direction({ kilobitsPerSecond: up, bufferBytes });
    this.roundTripMs = roundTripMs;
  }

  /** Makes it as wide as this, in kilobits per second, from now on. */
  setWidth({ down, up }) {
    this.down.kilobitsPerSecond = down;
    this.up.kilobitsPerSecond = up;
  }

  /** Puts the link in front of a port of this machine: for the browser, which finds 127.0.0.1 at the link's end. Each link has an
   * address of its own there. */
  async open(port, address = FAR_END) {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      this.#keep(client);
      // The kernel has accepted at once; over the air, opening a connection takes a round trip.
      setTimeout(() => this.#connect(client, port), this.roundTripMs);
    });
    this.#servers.push(server);
    server.listen(port, address);
    await once(server, "listening");
  }

  close() {
    this.#servers.forEach((server) => server.close());
    this.#sockets.forEach((socket) => socket.destroy());
  }

  #connect(client, port) {
    if (client.destroyed) {
      return;
    }
    const server = this.#keep(net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
    const oneWayMs = this.roundTripMs / 2;
    new Flow(client, server, this.up, oneWayMs);
    new Flow(server, client, this.down, oneWayMs);
    client.on("close", () => server.destroy());
    server.on("close", () => {
      if (!server.readableEnded) {
        client.destroy();
      }
    });
    client.resume();
  }

  #keep(socket) {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    return socket;
  }
}
