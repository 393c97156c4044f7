"""The deployed functions, and copies of them that are made to fail. `stack.json` says what was deployed."""

import http.server
import json
import os
import socket
import sys
import threading
import time
import urllib.parse
import uuid
from contextlib import contextmanager
from pathlib import Path

import boto3
import psutil

os.environ["NO_PROXY"] = "*"
STACK = json.loads(Path(os.environ["FILMLESS_STACK"]).read_text())
ENVIRONMENT = STACK["environment"]
PATIENCE_SECONDS = 60
RECEIVES_MAX = 3


def client(service: str):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=STACK["endpoint"], region_name=STACK["region"], **keys)


LAMBDA, SQS, S3, DYNAMODB = client("lambda"), client("sqs"), client("s3"), client("dynamodb")


def until(what: str, find):
    """Waits for a true value and returns it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := find():
            return found
        time.sleep(0.2)
    sys.exit(f"{what} did not come about")


class Copy:
    """A function of the stack under another name, with its own queue and dead-letter queue."""

    def __init__(self, program: str, *, timeout=20, environment=None, visibility=2):
        self.name = f"{program}-{uuid.uuid4().hex[:8]}"
        original = LAMBDA.get_function(FunctionName=STACK["functions"][program])["Configuration"]
        self.environment = original["Environment"]["Variables"]
        folder = Path(STACK["programs"]) / program
        LAMBDA.create_function(
            FunctionName=self.name,
            Runtime=original["Runtime"],
            Handler=original["Handler"],
            Role=original["Role"],
            Code={"S3Bucket": "hot-reload", "S3Key": str(folder)},
            Timeout=timeout,
            Environment={"Variables": self.environment | (environment or {})},
        )
        LAMBDA.get_waiter("function_active_v2").wait(FunctionName=self.name)
        self.dead = SQS.create_queue(QueueName=f"{self.name}-dead")["QueueUrl"]
        policy = {"deadLetterTargetArn": queue_arn(self.dead), "maxReceiveCount": RECEIVES_MAX}
        attributes = {"VisibilityTimeout": str(visibility), "RedrivePolicy": json.dumps(policy)}
        self.queue = SQS.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]
        self.mapping = None

    def listen(self) -> None:
        """Begins to process its queue."""
        self.mapping = LAMBDA.create_event_source_mapping(
            FunctionName=self.name,
            EventSourceArn=queue_arn(self.queue),
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )["UUID"]

    def send(self, *bodies: str) -> None:
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        SQS.send_message_batch(QueueUrl=self.queue, Entries=entries)

    def mend(self) -> None:
        """Restores the environment of the original."""
        LAMBDA.update_function_configuration(FunctionName=self.name, Environment={"Variables": self.environment})
        LAMBDA.get_waiter("function_updated_v2").wait(FunctionName=self.name)

    def log(self) -> str:
        file = Path(STACK["logs"]) / f"{self.name}.log"
        return file.read_text() if file.exists() else ""

    def dead_letters(self) -> list[str]:
        answer = SQS.receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(message["Body"] for message in answer.get("Messages", []))

    def is_idle(self) -> bool:
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = SQS.get_queue_attributes(QueueUrl=self.queue, AttributeNames=counts)["Attributes"]
        return all(answer[count] == "0" for count in counts)

    def processes(self) -> list[psutil.Process]:
        mine = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == self.name:
                    mine.append(process)
            except psutil.Error:
                continue
        return mine

    def remove(self) -> None:
        if self.mapping:
            LAMBDA.delete_event_source_mapping(UUID=self.mapping)
        LAMBDA.delete_function(FunctionName=self.name)


@contextmanager
def copy_of(program: str, **options):
    copy = Copy(program, **options)
    try:
        yield copy
    finally:
        copy.remove()


@contextmanager
def silent_server():
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def gateway():
    """Takes what API Gateway would send to connections: the address, and what was posted so far, by connection."""
    posted = []

    class Connections(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((urllib.parse.unquote(self.path), json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Connections) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/room", posted
        server.shutdown()


def queue_arn(url: str) -> str:
    return SQS.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


class Order:
    """An order in a bucket of the test's own: the stack's functions do not hear of it."""

    def __init__(self, bucket: str):
        self.accession = f"A{uuid.uuid4().hex[:10].upper()}"
        self.key = f"orders/{self.accession}.json"
        order = {
            "accession_number": self.accession,
            "patient": {"id": f"N{self.accession}", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02"},
            "service": {"name": "Chụp CLVT ngực"},
        }
        self.bytes = json.dumps(order).encode()
        S3.put_object(Bucket=bucket, Key=self.key, Body=self.bytes)

    def event(self) -> str:
        """The event, as S3 sends it."""
        bucket = {"name": "own", "ownerIdentity": {"principalId": "X"}, "arn": "arn:aws:s3:::own"}
        entry = {"key": self.key, "size": len(self.bytes), "eTag": "", "sequencer": "0"}
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": STACK["region"],
            "eventTime": "2026-11-22T08:10:00.123Z",
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:X"},
            "requestParameters": {"sourceIPAddress": "10.0.0.1"},
            "responseElements": {"x-amz-request-id": "1", "x-amz-id-2": "2"},
            "s3": {"s3SchemaVersion": "1.0", "configurationId": "intake", "bucket": bucket, "object": entry},
        }
        return json.dumps({"Records": [record]})

    def is_taken(self) -> bool:
        key = {"pk": {"S": f"ORDER#{self.accession}"}, "sk": {"S": "ORDER"}}
        return "Item" in DYNAMODB.get_item(TableName=ENVIRONMENT["INDEX_TABLE"], Key=key)
