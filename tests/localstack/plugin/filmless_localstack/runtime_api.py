"""The Lambda Runtime API (2018-06-01) for one process: it asks for the next event and posts what came of it."""

import base64
import json
import queue
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Event:
    """One invocation, from its event to its outcome."""

    request_id: str
    arn: str
    trace_id: str
    body: bytes
    deadline: float
    outcome: bytes | None = None
    is_error: bool = False
    is_done: threading.Event = field(default_factory=threading.Event)

    def settle(self, outcome: bytes, is_error: bool) -> None:
        self.outcome, self.is_error = outcome, is_error
        self.is_done.set()


class RuntimeApi:
    """Serves one process on a port of its own. `is_ready` is set when the process asks for its first event."""

    def __init__(self):
        self.is_ready = threading.Event()
        self.init_error: bytes | None = None
        self._waiting: queue.Queue[Event | None] = queue.Queue()
        self._running: dict[str, Event] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def offer(self, event: Event) -> None:
        self._running[event.request_id] = event
        self._waiting.put(event)

    def forget(self, event: Event) -> None:
        self._running.pop(event.request_id, None)

    def close(self) -> None:
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _next(self) -> Event | None:
        self.is_ready.set()
        return self._waiting.get()

    def _settle(self, request_id: str, outcome: bytes, is_error: bool) -> None:
        # Drop the answer if the event was given up on.
        if event := self._running.get(request_id):
            event.settle(outcome, is_error)

    def _handler(api):  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body of an answer are two writes, which Nagle's algorithm would delay.
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                event = api._next()
                if event is None:
                    self._answer(410)
                    return
                self._answer(
                    200,
                    event.body,
                    {
                        "Content-Type": "application/json",
                        "Lambda-Runtime-Aws-Request-Id": event.request_id,
                        "Lambda-Runtime-Deadline-Ms": str(int(event.deadline * 1000)),
                        "Lambda-Runtime-Invoked-Function-Arn": event.arn,
                        "Lambda-Runtime-Trace-Id": event.trace_id,
                    },
                )

            def do_POST(self):
                body = self._body()
                match self.path.strip("/").split("/")[2:]:
                    case ["invocation", request_id, ("response" | "error") as kind]:
                        is_streamed = self.headers.get("Lambda-Runtime-Function-Response-Mode") == "streaming"
                        is_broken_off = "Lambda-Runtime-Function-Error-Type" in self.trailers
                        answer = whole(body) if is_streamed and kind == "response" else body
                        api._settle(request_id, answer, kind == "error" or is_broken_off)
                    case ["init", "error"]:
                        api.init_error = body
                self._answer(202)

            def _body(self) -> bytes:
                self.trailers: dict[str, str] = {}
                if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                # Trailers end with an empty line.
                while trailer := self.rfile.readline().strip():
                    name, _, value = trailer.decode().partition(":")
                    self.trailers[name.title()] = value.strip()
                return body

            def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def whole(streamed: bytes) -> bytes:
    """A streamed answer as one that is buffered, which is all that this LocalStack passes on: the head of a streamed one is
    JSON that ends with eight zeros."""
    head, _, body = streamed.partition(bytes(8))
    answer = json.loads(head) | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return json.dumps(answer).encode()


def event_of(payload: dict[str, str], seconds: int) -> Event:
    """LocalStack's form of an invocation."""
    return Event(
        request_id=payload["invoke-id"],
        arn=payload["invoked-function-arn"],
        trace_id=payload["trace-id"],
        body=payload["payload"].encode(),
        deadline=time.time() + seconds,
    )
