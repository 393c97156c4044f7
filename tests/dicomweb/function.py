"""One of our functions as Lambda runs it: its program, asked over the runtime API, its answers read to the end."""

import json
import os
import pathlib
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import world

PATIENCE_SECONDS = 600
MIB = 1 << 20


class Answer:
    def __init__(self, head, size, error):
        self.head, self.size, self.error = head, size, error


class Function:
    """`program` over the storage of a running Filmless. It has a process of its own, so that its memory can be told."""

    def __init__(self, of, program, memory_mib=1769):
        self.events, self.answers = queue.Queue(), queue.Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        keys = json.loads((of.folder / "data" / "system-key.json").read_text())
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": program,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mib),
            "AWS_ACCESS_KEY_ID": keys["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
            "AWS_REGION": of.running["region"],
            "AWS_ENDPOINT_URL_S3": of.running["s3"],
            "AWS_ENDPOINT_URL_DYNAMODB": of.running["dynamodb"],
            "S3_PATH_STYLE": "true",
            "INDEX_TABLE": "filmless",
            "STUDIES_BUCKET": of.running["studies_bucket"],
            "DERIVED_BUCKET": "derived",
            # A function takes no other; nothing is asked for there.
            "PUBLIC_URL": "https://images.hospital.example",
            "HOSPITAL": json.dumps(of.running["settings"]["hospital"]),
            # Nothing is sent: there is no queue of this name, and nobody listens.
            **{f"{name}_QUEUE_URL": f"http://127.0.0.1:1/{name}" for name in ("INTAKE", "SETTLE", "DOWNLOADS", "RELEASE")},
        }
        path = pathlib.Path(world.FILMLESS).with_name(program)
        self.process = subprocess.Popen([path], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)

    def _handler(self):
        events, answers = self.events, self.answers

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                event = json.dumps(events.get()).encode()
                self.send_response(200)
                for name, value in [
                    ("Lambda-Runtime-Aws-Request-Id", str(time.monotonic_ns())),
                    ("Lambda-Runtime-Deadline-Ms", str(int((time.time() + PATIENCE_SECONDS) * 1e3))),
                    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:ap-southeast-1:000000000000:function:it"),
                    ("Content-Length", str(len(event))),
                ]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self):
                head, size = bytearray(), 0
                for piece in self.pieces():
                    head += piece[: max(0, 65_536 - len(head))]
                    size += len(piece)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                answers.put(Answer(bytes(head), size, self.path.endswith("/error")))

            def pieces(self):
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
                    return
                while length := int(self.rfile.readline().split(b";")[0], 16):
                    yield self.rfile.read(length)
                    self.rfile.readline()
                while self.rfile.readline().strip():
                    pass

        return Handler

    def ask(self, event):
        self.events.put(event)
        end, answer = time.monotonic() + PATIENCE_SECONDS, None
        while answer is None:
            assert self.process.poll() is None and time.monotonic() < end, "the function has ended, or does not"
            try:
                answer = self.answers.get(timeout=1)
            except queue.Empty:
                continue
        assert not answer.error, answer.head
        return answer

    def get(self, address, accept):
        """Status, headers and size of a streamed answer."""
        url = urlsplit(address)
        http = {"method": "GET", "path": url.path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "bench"}
        context = {"accountId": "anonymous", "apiId": "x", "domainName": "x", "domainPrefix": "x", "requestId": "x", "routeKey": "$default", "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1767225600000, "http": http}
        answer = self.ask({"version": "2.0", "routeKey": "$default", "rawPath": url.path, "rawQueryString": url.query, "headers": {"accept": accept, "host": url.netloc}, "requestContext": context, "isBase64Encoded": False})
        prelude, _, _ = answer.head.partition(bytes(8))
        told = json.loads(prelude)
        return told["statusCode"], told["headers"], answer.size - len(prelude) - 8

    def handle(self, task):
        """Has it work off one message."""
        attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1767225600000"}
        record = {"messageId": "1", "receiptHandle": "1", "body": json.dumps(task), "md5OfBody": "", "attributes": attributes, "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:ap-southeast-1:000000000000:it", "awsRegion": "ap-southeast-1"}
        failed = json.loads(self.ask({"Records": [record]}).head)["batchItemFailures"]
        assert not failed, task

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()


def status_bytes(process, name):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)


def growth(process, work):
    """By how many bytes the process grew at most while it did some work (VmHWM of proc(5)); and what the work returned."""
    before = status_bytes(process, "VmRSS")
    pathlib.Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    done = work()
    return max(0, status_bytes(process, "VmHWM") - before), done
