"""Every function is told what it uses: its code, its environment, its role and the documents say the same."""

import re
import unittest

import calls
from template import TEMPLATE, as_list, document, functions, grants, name_of, product_text, queues

# Variables that the code reads and that need not be set on AWS.
LEFT_TO_OTHERS = {
    "S3_PUBLIC_URL": "on AWS browsers reach S3 where the functions do",
    "TRUSTED_PROXIES": "CloudFront names the visitor in a header of its own",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "Lambda itself says how much memory a function has",
    "AWS_LAMBDA_FUNCTION_NAME": "Lambda itself says how a function is called",
    "OTEL_SERVICE_NAME": "traces bear the function's own name",
}
# Read by the library that exports traces.
READ_BY_LIBRARIES = {"OTEL_EXPORTER_OTLP_HEADERS"}

# Which variable carries which setting of the hospital; nobody chooses the rest.
TOLD_BY = {
    "hospital": "HOSPITAL",
    "public_url": "PUBLIC_URL",
    "guide_url": "PUBLIC_URL",
    "email_from": "EMAIL_FROM",
    "finance_report_to": "FINANCE_REPORT_TO",
    "quiet_period": "QUIET_PERIOD_SECONDS",
    "release_on": "RELEASE_ON",
    "identity": "IDENTITY",
    "message_secrets": "MESSAGE_SECRETS",
    "link_ttl": "LINK_TTL_DAYS",
    "session_ttl": "SESSION_TTL_MINUTES",
    "session_idle": "SESSION_IDLE_MINUTES",
    "trusted_proxies": "TRUSTED_PROXIES",
    "quiet_hours": "QUIET_HOURS",
    "channels": "CHANNELS",
    "sms_countries": "SMS_COUNTRIES",
}
NOT_TOLD = {"answer_bytes_max", "limits", "staff_session_ttl", "staff_session_idle"}

# What each variable refers to: a function has it if and only if it has a right of this kind on that resource.
LEADS_TO = {
    "STUDIES_BUCKET": ("s3:", "StudiesBucket"),
    "DERIVED_BUCKET": ("s3:", "DerivedBucket"),
    "SLIPS_BUCKET": ("s3:", "SlipsBucket"),
    "AUDIT_BUCKET": ("s3:", "AuditBucket"),
    "USAGE_BUCKET": ("s3:", "UsageBucket"),
    "INDEX_TABLE": ("dynamodb:", "IndexTable"),
    "INTAKE_QUEUE_URL": ("sqs:SendMessage", "IntakeQueue"),
    "SETTLE_QUEUE_URL": ("sqs:SendMessage", "SettleQueue"),
    "DOWNLOADS_QUEUE_URL": ("sqs:SendMessage", "DownloadsQueue"),
    "RELEASE_QUEUE_URL": ("sqs:SendMessage", "ReleaseQueue"),
    "NOTICES_QUEUE_URL": ("sqs:SendMessage", "NoticesQueue"),
    "SEAL_KEY_ID": ("kms:", "SealKey"),
    "EMAIL_FROM": ("ses:SendRawEmail", "ses:identity"),
    "SES_CONFIGURATION_SET": ("ses:SendRawEmail", "ses:configuration-set"),
    "SMS_SENDER_ID": ("sns:Publish", "*"),
    "ROOM_ENDPOINT": ("execute-api:ManageConnections", "execute-api:RoomApi"),
}


def settings_of_the_code() -> list[str]:
    """The hospital's choices, as the code knows them."""
    fields = document("shared/delivery/src/services.rs").split("pub struct Settings {")[1].split("\n}")[0]
    return re.findall(r"^    pub (\w+):", fields, re.MULTILINE)


class TheEnvironment(unittest.TestCase):
    def given(self, program: str) -> set[str]:
        own = functions()[program].get("Environment", {}).get("Variables", {})
        return set(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]) | set(own)

    def conditions(self, program: str, variable: str) -> str:
        """Whether a function has a variable: always, under a condition, or never."""
        own = functions()[program].get("Environment", {}).get("Variables", {})
        match (TEMPLATE["Globals"]["Function"]["Environment"]["Variables"] | own).get(variable, ""):
            case {"Fn::If": ["OnAws", _, _]}:
                return "always"
            case {"Fn::If": [condition, _, ""]}:
                return condition
            case "":
                return "never"
        return "always"

    def granted(self, program: str, action: str, resource: str) -> str:
        """Whether its role lets a function do anything of that kind there: always, under a condition, or never."""
        found = {
            statement.get("If", "always").replace("OnAws", "always")
            for statement in grants(program)
            if statement["Effect"] == "Allow"
            if any(allowed.startswith(action) for allowed in as_list(statement["Action"]))
            for granted in as_list(statement["Resource"])
            if re.split(r"[/ ]", name_of(granted))[0] == resource
        }
        return "always" if "always" in found else next(iter(found), "never")

    def test_every_function_is_given_what_its_code_asks_for_and_nothing_else(self):
        for program in functions():
            with self.subTest(program):
                asked = calls.variables(program)
                self.assertGreater(len(asked), 8, "the search for variables is broken")
                self.assertEqual(self.given(program) - READ_BY_LIBRARIES, asked - set(LEFT_TO_OTHERS))

    def test_every_function_is_given_what_its_role_names_and_nothing_else(self):
        for program in functions():
            for variable, (action, resource) in LEADS_TO.items():
                with self.subTest(program, variable=variable):
                    self.assertEqual(self.conditions(program, variable), self.granted(program, action, resource))

    def test_every_function_asks_for_the_choices_that_it_comes_by_and_for_no_other(self):
        self.assertEqual(set(TOLD_BY) - {"guide_url"} | NOT_TOLD, set(settings_of_the_code()))
        for program in functions():
            with self.subTest(program):
                needed = {TOLD_BY[setting] for setting in calls.settings(program) - NOT_TOLD}
                self.assertEqual(calls.variables(program) & set(TOLD_BY.values()), needed)

    def test_every_function_asks_for_the_queues_that_it_has_messages_for_and_for_no_other(self):
        for program in functions():
            with self.subTest(program):
                # The outbox may hold messages for any queue.
                sent_to = set(queues()) - {"feedback"} if program == "run-upkeep" else calls.queues(program)
                asked = {name.removesuffix("_QUEUE_URL").lower() for name in calls.variables(program) if "_QUEUE_" in name}
                self.assertEqual(asked, sent_to)

    def test_the_secret_of_the_door_is_known_to_whom_it_leads_to_and_to_nobody_else(self):
        holders = {program for program in functions() if "ORIGIN_SECRET" in self.given(program)}
        self.assertEqual(holders, {program for program in functions() if "FunctionUrlConfig" in functions()[program]})

    def test_every_variable_is_documented(self):
        text = document("docs/CONFIGURATION.md")
        for program in functions():
            for name in self.given(program):
                self.assertIn(f"`{name}`", text)

    def test_queues_are_those_of_the_code(self):
        named = re.findall(r'Self::\w+ => "(\w+)"', product_text("shared/store").split("impl QueueName")[1].split("impl ")[0])
        self.assertEqual(set(named) | {"feedback"}, set(queues()))


if __name__ == "__main__":
    unittest.main()
