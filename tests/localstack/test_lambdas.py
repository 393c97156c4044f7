"""What happens to a message when its function fails, for each way of failing; and what starts the functions that no
upload starts. The whole way of a study through the functions is in tests/integration."""

import json
import unittest
import urllib.error
import urllib.request
import uuid
from contextlib import suppress
from pathlib import Path

from lambdas import ENVIRONMENT, LAMBDA, S3, STACK, Order, client, copy_of, gateway, silent_server, until


def own_bucket() -> str:
    name = f"own-{uuid.uuid4().hex[:12]}"
    S3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": STACK["region"]})
    return name


class Failures(unittest.TestCase):
    def setUp(self):
        self.bucket = own_bucket()
        self.own = {"STUDIES_BUCKET": self.bucket}

    def test_of_a_batch_the_poison_alone_ends_in_the_dead_letter_queue(self):
        first, second = Order(self.bucket), Order(self.bucket)
        with copy_of("ingest-study", environment=self.own) as copy:
            copy.send(first.event(), "not ours", second.event())
            copy.listen()
            self.assertEqual(until("the dead letter", copy.dead_letters), ["not ours"])
            self.assertTrue(first.is_taken() and second.is_taken())
            self.assertEqual(copy.log().count('"message failed"'), 3)
            self.assertEqual(copy.log().count('"order taken"'), 2, "what was done was done again")
            self.assertTrue(copy.is_idle())

    def test_poison_ends_in_the_dead_letter_queue_of_every_function_with_a_queue(self):
        for program in ["prepare-study", "release-study", "send-notice"]:
            with self.subTest(program), copy_of(program, visibility=1) as copy:
                copy.send('{"study_instance_uid":"not a uid"}')
                copy.listen()
                self.assertEqual(len(until("the dead letter", copy.dead_letters)), 1)
                self.assertEqual(copy.log().count('"message failed"'), 3)

    def test_after_a_time_out_the_message_comes_again(self):
        order = Order(self.bucket)
        with silent_server() as nobody:
            broken = self.own | {"AWS_ENDPOINT_URL_S3": nobody}
            with copy_of("ingest-study", timeout=2, environment=broken, visibility=4) as copy:
                copy.environment |= self.own
                copy.send(order.event())
                copy.listen()
                until("the time-out", lambda: "Task timed out after 2.00 seconds" in copy.log())
                self.assertFalse(order.is_taken())
                copy.mend()
                until("the order", order.is_taken)
                self.assertEqual(copy.dead_letters(), [])

    def test_after_a_crash_a_new_process_finishes(self):
        order = Order(self.bucket)
        with silent_server() as nobody:
            broken = self.own | {"AWS_ENDPOINT_URL_S3": nobody}
            with copy_of("ingest-study", environment=broken, visibility=4) as copy:
                copy.environment |= self.own
                copy.send(order.event())
                copy.listen()
                until("a process at work", lambda: "INIT_REPORT" in copy.log() and copy.processes())
                for process in copy.processes():
                    process.kill()
                until("the end of the process", lambda: "Runtime.ExitError" in copy.log())
                copy.mend()
                until("the order", order.is_taken)
                self.assertEqual(copy.dead_letters(), [])
                self.assertGreaterEqual(copy.log().count("INIT_REPORT"), 2, "no new process was started")

    def test_what_takes_too_much_memory_is_ended_and_given_up_on(self):
        order = Order(self.bucket)
        with copy_of("ingest-study", environment=self.own | {"FILMLESS_MEMORY_MB": "2"}) as copy:
            with silent_server() as nobody:
                # A server that does not answer holds it, so that there is time to measure.
                LAMBDA.update_function_configuration(
                    FunctionName=copy.name,
                    Environment={"Variables": copy.environment | {"FILMLESS_MEMORY_MB": "2", "AWS_ENDPOINT_URL_S3": nobody}},
                )
                LAMBDA.get_waiter("function_updated_v2").wait(FunctionName=copy.name)
                copy.send(order.event())
                copy.listen()
                self.assertEqual(until("the dead letter", copy.dead_letters), [order.event()])
            self.assertEqual(copy.log().count("Runtime.OutOfMemory"), 3)
            self.assertEqual(copy.log().count("INIT_REPORT"), 3, "each try has a process of its own")


class Software(unittest.TestCase):
    def test_a_streamed_answer_is_one_with_a_status_and_headers(self):
        url = urllib.request.Request(f"{STACK['endpoint']}/dicomweb/x/studies")
        url.add_header("Host", STACK["dicomweb"].split("://")[1])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=60)
        self.assertEqual(refused.exception.code, 404)
        self.assertIn("no-store", refused.exception.headers["Cache-Control"])
        self.assertIn("no such resource", refused.exception.read().decode())


class Rooms(unittest.TestCase):
    """LocalStack's free edition has no WebSocket API: the events are those that AWS documents, and a server takes what is sent."""

    def test_the_events_of_a_connection_are_answered_and_who_has_not_joined_is_told_so(self):
        events = Path(__file__).parents[2] / "functions" / "serve-room" / "events"
        portal, said = "https://xem.benhvien.example", []

        def event(name):
            return (events / f"{name}.json").read_text().replace("http://127.0.0.1:8080", portal)

        with gateway() as (endpoint, posted):
            own = {"ROOM_ENDPOINT": endpoint, "PUBLIC_URL": portal}
            with copy_of("serve-room", environment=own) as room:
                for name in ["connect", "message", "disconnect"]:
                    answer = LAMBDA.invoke(FunctionName=room.name, Payload=event(name))
                    said.append(json.loads(answer["Payload"].read()))
                foreign = json.loads(event("connect"))
                foreign["headers"]["Origin"] = "https://evil.example"
                answer = LAMBDA.invoke(FunctionName=room.name, Payload=json.dumps(foreign))
                said.append(json.loads(answer["Payload"].read()))
        self.assertEqual([answer.get("statusCode") for answer in said], [200, 200, 200, 403], said)
        connection = json.loads(event("message"))["requestContext"]["connectionId"]
        [(path, message)] = posted
        self.assertEqual(path, f"/room/@connections/{connection}")
        self.assertEqual((message["type"], message["code"]), ("refused", "not_admitted"))


class Triggers(unittest.TestCase):
    def log(self, program: str) -> str:
        file = Path(STACK["logs"]) / f"{STACK['functions'][program]}.log"
        return file.read_text() if file.exists() else ""

    def test_a_report_of_ses_reaches_record_feedback_over_topic_and_queue(self):
        message_id = uuid.uuid4().hex
        report = {"eventType": "Delivery", "mail": {"messageId": message_id}}
        before = self.log("record-feedback").count("report of an unknown message")
        client("sns").publish(TopicArn=STACK["resources"]["EmailTopic"], Message=json.dumps(report))
        until("the report", lambda: self.log("record-feedback").count("report of an unknown message") > before)

    def test_a_line_of_the_sms_log_reaches_record_feedback(self):
        logs = client("logs")
        group, stream = STACK["resources"]["SmsFailed"], uuid.uuid4().hex
        # LocalStack makes the stream, but fails on the group's filter, so ask again.
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        line = {"notification": {"messageId": uuid.uuid4().hex}, "delivery": {"providerResponse": "off"}, "status": "FAILURE"}
        before = self.log("record-feedback").count("report of an unknown message")
        event = {"timestamp": 1795000000000, "message": json.dumps(line)}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
        until("the report", lambda: self.log("record-feedback").count("report of an unknown message") > before)

    def inputs_of_schedules(self, resource: str) -> list[str]:
        events = client("events")
        inputs = []
        for name in STACK["resources"].values():
            if f"{resource}Function" not in name or ":" in name:
                continue
            with suppress(events.exceptions.ResourceNotFoundException):
                inputs += [target["Input"] for target in events.list_targets_by_rule(Rule=name)["Targets"]]
        return sorted(inputs)

    def test_what_the_schedules_say_is_understood_and_done(self):
        scheduled = {
            "run-upkeep": ("RunUpkeep", ['{"job":"daily"}', '{"job":"minutely"}'], {"swept", "sealed", "unreached", "erased"}),
            "reconcile": ("Reconcile", ['{"scope":{}}'], {"objects", "studies", "found", "mended"}),
            "export-usage": ("ExportUsage", ['{"asked":true}', '{"months":[]}'], {"months"}),
        }
        for program, (resource, inputs, fields) in scheduled.items():
            with self.subTest(program):
                self.assertEqual(self.inputs_of_schedules(resource), inputs)
                for payload in inputs:
                    answer = LAMBDA.invoke(FunctionName=STACK["functions"][program], Payload=payload)
                    done = json.loads(answer["Payload"].read())
                    self.assertNotIn("FunctionError", answer, done)
                    self.assertEqual(set(done), fields)
        self.assertIn("KeyCount", S3.list_objects_v2(Bucket=ENVIRONMENT["AUDIT_BUCKET"], Prefix="audit/"))
        self.assertGreater(S3.list_objects_v2(Bucket=ENVIRONMENT["USAGE_BUCKET"], Prefix="exports/")["KeyCount"], 0)


if __name__ == "__main__":
    unittest.main()
