"""docs/OPERATIONS.md is what one person follows: its alarms and its commands are those that there are. So are the commands of
docs/CONFIGURATION.md."""

import importlib.util
import json
import re
import shlex
import tomllib
import unittest

import botocore.session
from botocore import xform_name

from template import RESOURCES, ROOT, TEMPLATE, document, of_type

RUNBOOK = document("docs/OPERATIONS.md")
DOCUMENTS = RUNBOOK + document("docs/CONFIGURATION.md")
# CLI commands that make more than one call of the service.
HIGHER = {("s3", "sync"), ("s3", "cp")}
GLOBAL_OPTIONS = {"endpoint-url", "region", "profile", "output", "query"}


def commands(program: str) -> list[list[str]]:
    """The commands of a program in the code blocks, and those in a line that have arguments."""
    blocks = "\n".join(re.findall(r"^ *```sh\n(.*?)^ *```", DOCUMENTS, re.S | re.M)).replace("\\\n", " ")
    lines = [line.strip() for line in blocks.splitlines()]
    inline = re.findall(rf"`({program} [^`]*--[^`]*)`", DOCUMENTS)
    found = [line for line in lines if line.startswith(f"{program} ")] + inline
    return [shlex.split(command, comments=True) for command in found]


def import_kept():
    spec = importlib.util.spec_from_file_location("import_kept", ROOT / "infra/import-kept.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Alarms(unittest.TestCase):
    def test_every_alarm_has_a_heading_and_every_heading_an_alarm(self):
        described = {alarm["Properties"]["AlarmDescription"].split(":")[0] for alarm in of_type("AWS::CloudWatch::Alarm").values()}
        section = RUNBOOK.split("## When an alarm goes off")[1].split("\n## ")[0]
        headings = [line for line in section.splitlines() if line.startswith("### ")]
        named = [code for line in headings for code in re.findall(r"`([a-z-]+)`", line)]
        self.assertEqual(sorted(named), sorted(described))

    def test_what_runs_by_the_clock_is_missed_when_it_does_not(self):
        for name in ["UpkeepMissingAlarm", "DailyMissingAlarm", "ReconcileMissingAlarm", "ExportMissingAlarm"]:
            alarm = RESOURCES[name]["Properties"]
            self.assertEqual(alarm["TreatMissingData"], "breaching", name)
            self.assertEqual(alarm["ComparisonOperator"], "LessThanThreshold", name)
        for name in ["DailyMissingAlarm", "ExportMissingAlarm"]:
            alarm = RESOURCES[name]["Properties"]
            self.assertGreater(alarm["Period"] * alarm["EvaluationPeriods"], 24 * 3600)


class Commands(unittest.TestCase):
    def test_every_aws_command_is_one_that_there_is(self):
        session = botocore.session.get_session()
        found = commands("aws")
        self.assertGreater(len(found), 15, "the search for commands is broken")
        for words in found:
            with self.subTest(" ".join(words[:4])):
                options = [word[2:].split("=")[0] for word in words if word.startswith("--")]
                rest = [w for at, w in enumerate(words[1:], 1) if not w.startswith("--") and words[at - 1] != "--endpoint-url"]
                service, operation = rest[:2]
                if (service, operation) in HIGHER:
                    continue
                service = {"s3api": "s3"}.get(service, service)
                model = session.get_service_model(service)
                if operation == "wait":
                    names = session.get_component("data_loader").load_service_model(service, "waiters-2")["waiters"]
                    waiter = names[next(name for name in names if xform_name(name, "-") == rest[2])]
                    shape = model.operation_model(waiter["operation"]).input_shape
                else:
                    by_name = {xform_name(name, "-"): name for name in model.operation_names}
                    self.assertIn(operation, by_name)
                    shape = model.operation_model(by_name[operation]).input_shape
                members = {xform_name(name, "-"): member for name, member in shape.members.items()}
                booleans = {f"no-{name}" for name, member in members.items() if member.type_name == "boolean"}
                for option in options:
                    self.assertIn(option, members.keys() | booleans | GLOBAL_OPTIONS)
                for needed in shape.required_members:
                    self.assertIn(xform_name(needed, "-"), options)


    def test_what_is_run_on_a_machine_of_ones_own_is_there(self):
        folder = ROOT / "infra/own-servers"
        units = [word for line in re.findall(r"`systemctl ([^`]*)`", RUNBOOK) for word in line.split() if word.startswith("filmless")]
        self.assertGreater(len(units), 2, "the search for units is broken")
        for unit in units:
            self.assertTrue((folder / unit).exists() or (folder / f"{unit}.service").exists(), unit)
        user = re.search(r"`useradd --system --home-dir (\S+) --shell \S+ (\w+)`", RUNBOOK)
        service = (folder / "filmless.service").read_text()
        self.assertIn(f"User={user[2]}", service)
        self.assertIn(f"--data {user[1]}", service)
        targets = re.findall(r"^([a-z-]+):", document("Makefile"), re.M)
        for target in re.findall(r"\bmake ([a-z-]+) ENV=", RUNBOOK):
            self.assertIn(target, targets)


class TheHospital(unittest.TestCase):
    def test_no_field_of_a_sample_reaches_a_stack(self):
        pattern = re.compile(TEMPLATE["Parameters"]["Hospital"]["AllowedPattern"])
        self.assertNotIn("Default", TEMPLATE["Parameters"]["Hospital"])
        fields = ["name_vi", "name_en", "name_sms", "address", "support_email", "hotline", "hotline_hours_vi", "hotline_hours_en"]
        whole = {field: "x" for field in fields}
        self.assertTrue(pattern.fullmatch(json.dumps(whole)))
        self.assertTrue(pattern.fullmatch(json.dumps(whole, separators=(",", ":"), indent=1)))
        for field in fields:
            self.assertFalse(pattern.fullmatch(json.dumps({name: "x" for name in fields if name != field})), field)
            self.assertFalse(pattern.fullmatch(json.dumps(whole | {field: ""})), field)

    def test_no_secret_is_in_a_file(self):
        config = (ROOT / "samconfig.toml").read_text()
        tomllib.loads(config)
        self.assertNotIn("ClientSecret=", config)
        self.assertNotIn("StaffOidcClientSecret", TEMPLATE["Parameters"])
        given = RESOURCES["ServePortalFunction"]["Properties"]["Environment"]["Variables"]["STAFF_OIDC_CLIENT_SECRET"]
        self.assertIn("{{resolve:secretsmanager:", json.dumps(given))


class WhatADeletedStackLeaves(unittest.TestCase):
    def test_everything_kept_can_be_imported_and_leads_to_nothing_that_is_not_there(self):
        module = import_kept()
        template = module.kept_template()
        kept = {name for name, one in RESOURCES.items() if one.get("DeletionPolicy") == "Retain"}
        self.assertEqual(template["Resources"].keys(), kept)
        text = json.dumps(template["Resources"])
        there = kept | template["Parameters"].keys()
        names = re.findall(r'"Ref": "(\w+)"|"Fn::GetAtt": \["(\w+)"|\$\{(\w+)', text)
        self.assertLessEqual({name for found in names for name in found if name} - {"AWS"}, there)
        self.assertNotIn('"Fn::If"', text)
        ids = {name: name.lower() for name in kept}
        entries = module.resources_to_import(template, ids)
        self.assertEqual({entry["LogicalResourceId"] for entry in entries}, kept)
        with self.assertRaises(SystemExit):
            module.resources_to_import(template, {})


class Copies(unittest.TestCase):
    def test_a_copy_is_made_only_where_it_is_asked_for_and_deletes_nothing(self):
        condition, rules, nothing = RESOURCES["StudiesBucket"]["Properties"]["ReplicationConfiguration"]["Fn::If"]
        self.assertEqual((condition, nothing), ("HasCopy", {"Ref": "AWS::NoValue"}))
        self.assertEqual(rules["Rules"][0]["DeleteMarkerReplication"], {"Status": "Disabled"})
        self.assertEqual(TEMPLATE["Parameters"]["CopyBucketArn"]["Default"], "")

    def test_no_page_is_kept_between_visitors(self):
        policy = RESOURCES["NothingCached"]["Properties"]["CachePolicyConfig"]
        self.assertEqual([policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]], [0, 0, 0])

    def test_assets_are_passed_on_in_every_coding_and_pages_are_compressed_by_nobody_on_the_way(self):
        parameters = RESOURCES["AssetsCached"]["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
        self.assertTrue(parameters["EnableAcceptEncodingBrotli"] and parameters["EnableAcceptEncodingGzip"])
        door = RESOURCES["Door"]["Properties"]["DistributionConfig"]
        compressed = {behavior["PathPattern"]: behavior["Compress"] for behavior in door["CacheBehaviors"]}
        self.assertEqual(compressed, {"/assets/*": True, "/ohif/*.js": False, "/ohif/*": False, "/dicomweb/*": False})
        self.assertFalse(door["DefaultCacheBehavior"]["Compress"])
        # CloudFront refuses both where nothing is cached, and refuses an origin request policy that names the header.
        pages = RESOURCES["NothingCached"]["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
        self.assertFalse(pages["EnableAcceptEncodingGzip"] or pages.get("EnableAcceptEncodingBrotli", False))
        told = RESOURCES["WhatThePortalReads"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
        self.assertNotIn("accept-encoding", told)

    def test_the_logs_of_sms_are_sealed(self):
        for name in ["SmsDelivered", "SmsFailed"]:
            self.assertEqual(RESOURCES[name]["Properties"]["KmsKeyId"], {"Fn::GetAtt": ["SmsLogKey", "Arn"]})


if __name__ == "__main__":
    unittest.main()
