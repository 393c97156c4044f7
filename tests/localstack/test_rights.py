"""What the deployed functions asked for in the tests before, held against what their roles grant. LocalStack itself grants
everything; its plugin here writes every call down."""

import json
import os
import sys
import unittest
from fnmatch import fnmatchcase
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "infra"))

from template import as_list, grants, name_of  # noqa: E402

STACK = json.loads(Path(os.environ["FILMLESS_STACK"]).read_text())
LOGICAL = {physical: name for name, physical in STACK["resources"].items()}
PROGRAMS = {function: program for program, function in STACK["functions"].items()}
ITEM_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
VERSIONED = {"GetObject": "GetObjectVersion", "HeadObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}
S3_ACTIONS = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}


def wanted(call: dict) -> list[tuple[str, str]]:
    """The actions that a call takes, each with the resource in the template's words."""
    operation = call["operation"]
    match call["service"]:
        case "s3" if operation == "CopyObject":
            source, _, version = call["CopySource"].partition("?")
            bucket, _, key = source.partition("/")
            read = "s3:GetObjectVersion" if version else "s3:GetObject"
            return [(read, f"{LOGICAL[bucket]}/{key}"), ("s3:PutObject", f"{LOGICAL[call['Bucket']]}/{call['Key']}")]
        # It names its keys in its body; the right to delete is granted for all keys of a bucket.
        case "s3" if operation == "DeleteObjects":
            actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
            return [(action, f"{LOGICAL[call['Bucket']]}/*") for action in actions]
        case "s3":
            versioned = VERSIONED.get(operation) if "VersionId" in call else None
            resource = "/".join([LOGICAL[call["Bucket"]], *([call["Key"]] if "Key" in call else [])])
            return [(f"s3:{versioned or S3_ACTIONS.get(operation, operation)}", resource)]
        case "dynamodb" if operation == "TransactWriteItems":
            return [(f"dynamodb:{ITEM_ACTIONS[part]}", "IndexTable") for part in call["parts"]]
        case "dynamodb" if operation == "BatchGetItem":
            return [("dynamodb:BatchGetItem", LOGICAL[table]) for table in call["tables"]]
        case "dynamodb":
            return [(f"dynamodb:{operation}", LOGICAL[call["TableName"]])]
        case "sqs":
            return [(f"sqs:{operation}", LOGICAL[call["QueueUrl"]])]
        case "kms":
            return [(f"kms:{operation}", LOGICAL[call["KeyId"].rsplit("/", 1)[-1]])]
        case "ses":
            return [(f"ses:{operation}", "ses:identity/EmailFrom")]
        case "sns":
            return [(f"sns:{operation}", call["PhoneNumber"])]
    return [(f"{call['service']}:{operation}", "?")]


def is_granted(program: str, action: str, resource: str) -> bool:
    for statement in grants(program):
        if statement["Effect"] == "Allow" and action in as_list(statement["Action"]):
            if any(fnmatchcase(resource, name_of(granted)) for granted in as_list(statement["Resource"])):
                return True
    return False


class Rights(unittest.TestCase):
    def test_no_function_asks_for_more_than_its_role_grants(self):
        lines = (Path(STACK["logs"]).parent / "calls").read_text().splitlines()
        calls = [json.loads(line) for line in lines]
        asked = {(PROGRAMS[c["function"]], *want) for c in calls if c["function"] in PROGRAMS for want in wanted(c)}
        self.assertGreater(len(asked), 0, "no call was written down")
        refused = sorted({(p, action, r.split("/")[0]) for p, action, r in asked if not is_granted(p, action, r)})
        self.assertEqual(refused, [], "grant it in infra/template, or do without")
        if os.environ.get("FILMLESS_SHOW_UNUSED"):
            used = {(program, action) for program, action, _ in asked}
            for program in STACK["functions"]:
                all_actions = {a for s in grants(program) for a in as_list(s["Action"])}
                print(program, sorted(a for a in all_actions if (program, a) not in used))


if __name__ == "__main__":
    unittest.main()
