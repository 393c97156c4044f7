"""Template, code, configuration and documents say the same."""

import re
import tomllib
import unittest

from calls import actions_of_buckets, actions_of_ports
from template import (
    RESOURCES,
    ROOT,
    TEMPLATE,
    as_list,
    document,
    functions,
    grants,
    logical,
    name_of,
    of_type,
    product_text,
    queues,
    statements,
    table_rows,
)

# Where a star means everything, and why it must.
STARS = {
    ("SendNoticeRole", "SendSms"): "SNS knows no resource for a phone number",
    ("TracesPolicy", "HandTracesOn"): "X-Ray knows no resource for what it is handed",
    ("DataKey", "AccountDecidesByIam"): "a key's own policy speaks of that key alone",
    ("SealKey", "AccountDecidesByIam"): "a key's own policy speaks of that key alone",
    ("EmailTopicKey", "AccountDecidesByIam"): "a key's own policy speaks of that key alone",
    ("EmailTopicKey", "SesReports"): "a key's own policy speaks of that key alone",
    ("AlarmTopicKey", "AccountDecidesByIam"): "a key's own policy speaks of that key alone",
    ("AlarmTopicKey", "AlarmsAreSent"): "a key's own policy speaks of that key alone",
    ("SmsLogKey", "AccountDecidesByIam"): "a key's own policy speaks of that key alone",
    ("SmsLogKey", "LogsAreEncrypted"): "a key's own policy speaks of that key alone",
    ("StudiesBucketPolicy", "TlsOnly"): "it forbids everything",
    ("DerivedBucketPolicy", "TlsOnly"): "it forbids everything",
    ("SlipsBucketPolicy", "TlsOnly"): "it forbids everything",
    ("AuditBucketPolicy", "TlsOnly"): "it forbids everything",
    ("UsageBucketPolicy", "TlsOnly"): "it forbids everything",
    ("ViewersBucketPolicy", "TlsOnly"): "it forbids everything",
}


class TheFunctions(unittest.TestCase):
    def test_every_function_of_the_workspace_is_deployed_and_no_other(self):
        folders = {path.name for path in (ROOT / "functions").iterdir() if (path / "Cargo.toml").exists()}
        self.assertEqual(set(functions()), folders)
        for program in folders:
            for suffix in ["Function", "Role", "Logs", "ErrorAlarm"]:
                self.assertIn(logical(program, suffix), RESOURCES)

    def test_functions_are_small_machines_of_the_same_kind(self):
        common = TEMPLATE["Globals"]["Function"]
        self.assertEqual(common["Runtime"], "provided.al2023")
        self.assertEqual(common["Architectures"], [{"Ref": "Architecture"}])
        self.assertEqual(TEMPLATE["Parameters"]["Architecture"]["Default"], "arm64")
        for program, properties in functions().items():
            with self.subTest(program):
                self.assertEqual(properties["Role"], {"Fn::GetAtt": [logical(program, "Role"), "Arn"]})
                self.assertIn("ReservedConcurrentExecutions", properties)
                self.assertEqual(properties["LoggingConfig"]["LogGroup"], {"Ref": logical(program, "Logs")})
                self.assertIn("RetentionInDays", RESOURCES[logical(program, "Logs")]["Properties"])

    def test_a_message_outlives_every_run_that_works_on_it(self):
        read = set()
        for program, properties in functions().items():
            for event in properties.get("Events", {}).values():
                if event["Type"] != "SQS":
                    continue
                detail = event["Properties"]
                name = name_of(detail["Queue"])
                read.add(name.removesuffix("Queue").lower())
                with self.subTest(program):
                    visibility = RESOURCES[name]["Properties"]["VisibilityTimeout"]
                    self.assertGreaterEqual(visibility, 6 * properties["Timeout"])
                    self.assertEqual(detail["FunctionResponseTypes"], ["ReportBatchItemFailures"])
        self.assertEqual(read, set(queues()))

    def test_what_is_invoked_without_a_queue_keeps_what_failed(self):
        for program, properties in functions().items():
            kinds = {event["Type"] for event in properties.get("Events", {}).values()}
            if "Schedule" in kinds:
                self.assertIn("DeadLetterQueue", properties, program)
        self.assertIn("DeadLetterQueue", functions()["record-feedback"])


class Traces(unittest.TestCase):
    def test_they_are_off_unless_a_collector_is_named_and_every_function_may_hand_them_on(self):
        for name in ["OtlpEndpoint", "OtlpHeadersSecretArn", "TracesLayerArn"]:
            self.assertEqual(TEMPLATE["Parameters"][name]["Default"], "")
        layers = TEMPLATE["Globals"]["Function"]["Layers"]
        self.assertEqual(layers, {"Fn::If": ["HasTracesLayer", [{"Ref": "TracesLayerArn"}], {"Ref": "AWS::NoValue"}]})
        headers = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["OTEL_EXPORTER_OTLP_HEADERS"]
        self.assertIn("{{resolve:secretsmanager:", str(headers))
        roles = {role["Ref"] for role in RESOURCES["TracesPolicy"]["Properties"]["Roles"]}
        self.assertEqual(roles, {function["Role"]["Fn::GetAtt"][0] for function in functions().values()})


# Who else deletes what: no uploads, and only what can be made or asked for again.
OTHERS_DELETE = {
    "serve-portal": {"SlipsBucket/*", "DerivedBucket/*"},
    "export-usage": {"UsageBucket/asked/*", "UsageBucket/claims/lists/*", "UsageBucket/status/reports/*"},
}


class Rights(unittest.TestCase):
    def test_a_star_stands_only_where_it_must(self):
        found = set()
        for owner, statement in statements():
            actions, resources = as_list(statement["Action"]), as_list(statement.get("Resource", []))
            if "*" in resources or any(action.endswith("*") for action in actions):
                found.add((owner, statement.get("Sid")))
            for resource in resources:
                text = name_of(resource)
                is_denied = statement["Effect"] == "Deny"
                if text != "*" and "*" in text and not is_denied:
                    self.assertRegex(text, r"^[^*]+/\*$", f"{owner}: a star within {text}")
        self.assertEqual(found, set(STARS))

    def test_nobody_but_amazon_and_the_account_is_a_principal(self):
        for owner, statement in statements():
            principal = statement.get("Principal")
            if principal == "*":
                self.assertEqual(statement["Effect"], "Deny", owner)

    def test_the_table_of_rights_is_that_of_the_template(self):
        text = document("infra/README.md")
        written = [row for row in text.splitlines() if row.startswith("| `")]
        without_reasons = [row.rsplit(" | ", 1)[0] + " |" for row in written if row.count("|") == 6]
        self.assertEqual(sorted(without_reasons), sorted(table_rows()))
        for row in written:
            self.assertTrue(row.strip("| ").rsplit("|", 1)[1].strip(), f"no reason: {row}")

    def test_the_uploader_writes_and_lists_where_uploads_go_and_reads_nothing(self):
        policy = RESOURCES["UploaderPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        allowed = {action: statement for statement in policy for action in as_list(statement["Action"])}
        places = {"StudiesBucket/incoming/*", "StudiesBucket/orders/*"}
        # The calls of `aws s3 sync`, rclone and s3cmd; embedded profile: local/embedded/tests/embedded/uploader.rs.
        for action in ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]:
            self.assertEqual({name_of(resource) for resource in as_list(allowed[action]["Resource"])}, places)
        for action in ["s3:ListBucket", "s3:ListBucketMultipartUploads"]:
            condition = {"StringLike": {"s3:prefix": ["incoming/*", "orders/*"]}}
            self.assertEqual(allowed[action]["Condition"], condition)
        known = {"s3:PutObjectTagging", "s3:GetBucketLocation", "kms:GenerateDataKey", "kms:Decrypt"}
        writes = {"s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"}
        self.assertEqual(set(allowed), known | writes | {"s3:ListBucket", "s3:ListBucketMultipartUploads"})

    def test_only_upkeep_deletes_uploads_and_nobody_writes_them(self):
        for program in functions():
            for statement in grants(program):
                for action in as_list(statement["Action"]):
                    if action.startswith("s3:Delete") and program != "run-upkeep":
                        deleted = {name_of(resource) for resource in as_list(statement["Resource"])}
                        self.assertLessEqual(deleted, OTHERS_DELETE[program])
                    if action.startswith("s3:Put"):
                        for resource in as_list(statement["Resource"]):
                            self.assertNotRegex(name_of(resource), r"^StudiesBucket/(\*|incoming|orders)")


    def allowed(self, program: str) -> set[tuple[str, str]]:
        """Each action with the bucket or key that it is allowed on; `where` is left out."""
        return {
            (action, name_of(resource).split("/")[0])
            for statement in grants(program)
            if statement["Effect"] == "Allow"
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        }

    def test_every_function_may_send_what_its_code_sends_and_no_other_may(self):
        messages = {"ses:SendRawEmail", "sns:Publish", "execute-api:ManageConnections"}
        for program in functions():
            with self.subTest(program):
                allowed = self.allowed(program)
                self.assertEqual(actions_of_ports(program) & messages, {action for action, _ in allowed} & messages)
                sealing = {action for action, resource in allowed if resource == "SealKey"}
                self.assertEqual(sealing, actions_of_ports(program) - messages)

    def test_every_function_may_do_what_it_asks_of_the_buckets(self):
        for program in functions():
            with self.subTest(program):
                allowed = {(resource, action) for action, resource in self.allowed(program)}
                # On AWS the staff console erases nothing: `without_erasure`.
                left_out = {("StudiesBucket", "s3:DeleteObjectVersion")} if program == "serve-portal" else set()
                self.assertLessEqual(actions_of_buckets(program) - left_out, allowed)


class Storage(unittest.TestCase):
    def test_buckets_are_versioned_encrypted_closed_and_speak_tls(self):
        policies = of_type("AWS::S3::BucketPolicy")
        for name, bucket in of_type("AWS::S3::Bucket").items():
            with self.subTest(name):
                properties = bucket["Properties"]
                self.assertEqual(properties["VersioningConfiguration"]["Status"], "Enabled")
                rule = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
                # What holds nothing of patients, and is read by CloudFront, is not under their key.
                is_public = name == "ViewersBucket"
                self.assertEqual(rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256" if is_public else "aws:kms")
                self.assertEqual(rule.get("BucketKeyEnabled", False), not is_public)
                self.assertEqual(set(properties["PublicAccessBlockConfiguration"].values()), {True})
                rules = [rule["Id"] for rule in properties["LifecycleConfiguration"]["Rules"]]
                self.assertIn("unfinished-uploads", rules)
                statement = policies[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
                self.assertEqual(statement["Condition"], {"Bool": {"aws:SecureTransport": False}})
        self.assertIn("DefaultRetention", RESOURCES["AuditBucket"]["Properties"]["ObjectLockConfiguration"]["Rule"])

    def test_the_classes_of_retention_are_those_of_the_code(self):
        years = re.search(r"RETENTION_YEARS: \[i16; 3\] = \[([\d, ]+)\]", product_text("shared/delivery")).group(1)
        rules = RESOURCES["StudiesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
        classes = {rule["Id"]: rule["ExpirationInDays"] for rule in rules if rule["Id"].startswith("class-of-")}
        self.assertEqual(list(classes), [f"class-of-{year.strip()}-years" for year in years.split(",")])
        for name, days in classes.items():
            self.assertGreaterEqual(days, int(name.split("-")[2]) * 365.25)

    def test_the_table_is_the_one_that_the_code_creates_for_itself(self):
        code = product_text("shared/store")
        table = RESOURCES["IndexTable"]["Properties"]
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        made = {kind.upper(): name for name, kind in re.findall(r'part\("(\w+)", KeyType::(\w+)\)', code)}
        self.assertEqual(keys, made)
        self.assertEqual("GlobalSecondaryIndexes" in table, "global_secondary_indexes" in code)
        expires = re.search(r'enabled\(true\)\.attribute_name\("(\w+)"\)', code).group(1)
        self.assertEqual(table["TimeToLiveSpecification"], {"AttributeName": expires, "Enabled": True})
        self.assertEqual(table["BillingMode"], "PAY_PER_REQUEST")
        self.assertTrue(table["DeletionProtectionEnabled"])
        self.assertTrue(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])

    def test_keys_are_rotated(self):
        for name, key in of_type("AWS::KMS::Key").items():
            self.assertTrue(key["Properties"]["EnableKeyRotation"], name)


class WhatIsWatched(unittest.TestCase):
    def alarms(self) -> dict[str, dict]:
        return {name: alarm["Properties"] for name, alarm in of_type("AWS::CloudWatch::Alarm").items()}

    def test_every_queue_has_a_dead_letter_queue_and_two_alarms(self):
        for name, queue in queues().items():
            title = name.title()
            dead = queue["RedrivePolicy"]
            self.assertEqual(dead["deadLetterTargetArn"], {"Fn::GetAtt": [f"{title}DeadLetterQueue", "Arn"]})
            self.assertEqual(dead["maxReceiveCount"], 5)
            self.assertIn(f"{title}DeadLetterAlarm", self.alarms())
            self.assertIn(f"{title}AgeAlarm", self.alarms())
        for name in of_type("AWS::SQS::Queue"):
            if "DeadLetter" in name:
                self.assertIn(name.replace("Queue", "Alarm"), self.alarms())

    def test_every_alarm_is_sent_and_explained(self):
        text = document("docs/OPERATIONS.md")
        for name, alarm in self.alarms().items():
            with self.subTest(name):
                self.assertEqual(alarm["AlarmActions"], [{"Ref": "AlarmTopic"}])
                code, sentence = alarm["AlarmDescription"].split(": ", 1)
                self.assertTrue(sentence.endswith("See docs/OPERATIONS.md."))
                self.assertIn(f"`{code}`", text)

    def test_what_is_counted_is_what_the_code_logs(self):
        code = product_text("shared", "functions")
        for name, metric in of_type("AWS::Logs::MetricFilter").items():
            for message in re.findall(r'fields\.message = "([^"]+)"', metric["Properties"]["FilterPattern"]):
                self.assertIn(f'"{message}"', code, name)


class TheRooms(unittest.TestCase):
    def test_what_is_said_in_a_room_is_logged_nowhere_and_a_flood_is_refused(self):
        stage = RESOURCES["RoomStage"]["Properties"]
        settings = stage["DefaultRouteSettings"]
        self.assertEqual((settings["DataTraceEnabled"], settings["LoggingLevel"]), (False, "OFF"))
        self.assertGreater(settings["ThrottlingRateLimit"], 0)
        self.assertGreater(settings["ThrottlingBurstLimit"], 0)
        condition, logged, _ = stage["AccessLogSettings"]["Fn::If"]
        self.assertEqual(condition, "HasRoomLogs")
        named = set(re.findall(r"\$context\.([\w.]+)", logged["Format"]))
        self.assertEqual(named, {"requestTimeEpoch", "eventType", "status", "connectionId", "integrationErrorMessage"})

    def test_every_kind_of_event_reaches_the_function_and_only_this_api_invokes_it(self):
        routes = {route["Properties"]["RouteKey"] for route in of_type("AWS::ApiGatewayV2::Route").values()}
        self.assertEqual(routes, {"$connect", "$default", "$disconnect"})
        self.assertEqual(set(RESOURCES["RoomDeployment"]["DependsOn"]), set(of_type("AWS::ApiGatewayV2::Route")))
        self.assertIn("${RoomApi}/room/*", RESOURCES["RoomPermission"]["Properties"]["SourceArn"]["Fn::Sub"])
        self.assertNotIn("FunctionUrlConfig", functions()["serve-room"])


class TheDoor(unittest.TestCase):
    def test_whoever_is_public_is_told_who_asks_and_by_whom(self):
        code = product_text("shared/front")
        origins = RESOURCES["Door"]["Properties"]["DistributionConfig"]["Origins"]
        origins = [origin for origin in origins if "CustomOriginConfig" in origin]
        urls = {name_of(origin["DomainName"]["Fn::Select"][1]["Fn::Split"][1]) for origin in origins}
        public = {program for program, properties in functions().items() if "FunctionUrlConfig" in properties}
        self.assertEqual(urls, {logical(program, "FunctionUrl") for program in public})
        for origin in origins:
            header = origin["OriginCustomHeaders"][0]
            self.assertIn(f'"{header["HeaderName"]}"', code)
        for policy in ["WhatThePortalReads", "WhatDicomwebReads"]:
            self.assertIn("CloudFront-Viewer-Address", self.passed(policy))
        self.assertIn('"cloudfront-viewer-address"', code)
        # The headers that the code reads. Cookies pass by a rule of their own.
        for header in ["accept", "accept-language", "origin", "sec-fetch-site"]:
            self.assertIn(header, self.passed("WhatThePortalReads"))

    def passed(self, policy: str) -> list[str]:
        return RESOURCES[policy]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]

    def test_a_viewer_token_in_a_header_reaches_its_function_and_no_cookie_does(self):
        door = RESOURCES["Door"]["Properties"]["DistributionConfig"]
        behavior = next(one for one in door["CacheBehaviors"] if one["PathPattern"] == "/dicomweb/*")
        self.assertEqual(behavior["CachePolicyId"], {"Ref": "PassedOnWithAuthorization"})
        # A path holds a token: it never travels in the clear, not even to be sent elsewhere.
        self.assertEqual(behavior["ViewerProtocolPolicy"], "https-only")
        self.assertEqual(behavior["AllowedMethods"], ["GET", "HEAD", "OPTIONS"])
        kept = RESOURCES["PassedOnWithAuthorization"]["Properties"]["CachePolicyConfig"]
        self.assertEqual([kept["MinTTL"], kept["DefaultTTL"], kept["MaxTTL"]], [0, 0, 1])
        key = kept["ParametersInCacheKeyAndForwardedToOrigin"]
        self.assertEqual(key["HeadersConfig"]["Headers"], ["authorization", "accept", "origin"])
        self.assertEqual(key["QueryStringsConfig"], {"QueryStringBehavior": "all"})
        asked = RESOURCES["WhatDicomwebReads"]["Properties"]["OriginRequestPolicyConfig"]
        self.assertEqual([key["CookiesConfig"], asked["CookiesConfig"]], [{"CookieBehavior": "none"}] * 2)
        # CloudFront refuses a policy of requests that names one of these.
        for header in ["authorization", "accept-encoding"]:
            self.assertNotIn(header, asked["HeadersConfig"]["Headers"])

    def test_the_hosted_viewer_is_read_by_cloudfront_alone_and_sees_no_cookie(self):
        door = RESOURCES["Door"]["Properties"]["DistributionConfig"]
        (origin,) = [origin for origin in door["Origins"] if "S3OriginConfig" in origin]
        self.assertEqual(origin["OriginAccessControlId"], {"Ref": "ViewersReader"})
        behaviors = [one for one in door["CacheBehaviors"] if one["TargetOriginId"] == origin["Id"]]
        # The first that fits counts.
        self.assertEqual([one["PathPattern"] for one in behaviors], ["/ohif/*.js", "/ohif/*"])
        for behavior in behaviors:
            self.assertEqual(behavior["CachePolicyId"], {"Ref": "AssetsCached"})
            self.assertNotIn("OriginRequestPolicyId", behavior)
        _, allowed = RESOURCES["ViewersBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        self.assertEqual(allowed["Principal"], {"Service": "cloudfront.amazonaws.com"})
        self.assertEqual(allowed["Action"], "s3:GetObject")
        self.assertIn("aws:SourceArn", allowed["Condition"]["StringEquals"])

    def test_images_are_streamed_and_pages_are_not(self):
        modes = {program: one["FunctionUrlConfig"].get("InvokeMode", "BUFFERED") for program, one in functions().items() if "FunctionUrlConfig" in one}
        self.assertEqual(modes, {"serve-portal": "BUFFERED", "serve-dicomweb": "RESPONSE_STREAM"})
        self.assertIn("run_with_streaming_response", document("functions/serve-dicomweb/src/main.rs"))
        self.assertIn("lambda_http::run(", document("functions/serve-portal/src/main.rs"))


class Environments(unittest.TestCase):
    def test_each_environment_sets_parameters_that_there_are(self):
        with open(ROOT / "samconfig.toml", "rb") as file:
            config = tomllib.load(file)
        for environment in ["default", "dev", "staging", "prod"]:
            self.assertEqual(config[environment]["global"]["parameters"]["template_file"], "target/template.yaml")
            # Deploys what was built, not the template that says how to build it.
            built = config[environment]["build"]["parameters"]["build_dir"] + "/template.yaml"
            self.assertEqual(config[environment]["deploy"]["parameters"]["template_file"], built)
            overrides = config[environment]["deploy"]["parameters"].get("parameter_overrides", [])
            for override in overrides:
                self.assertIn(override.split("=", 1)[0], TEMPLATE["Parameters"])
        required = {name for name, parameter in TEMPLATE["Parameters"].items() if "Default" not in parameter}
        for environment in ["dev", "staging", "prod"]:
            given = {o.split("=", 1)[0] for o in config[environment]["deploy"]["parameters"]["parameter_overrides"]}
            self.assertEqual(required - given, set(), environment)


if __name__ == "__main__":
    unittest.main()
