"""import-kept.py TEMPLATE_OUT RESOURCES_OUT LOGICAL_ID=PHYSICAL_ID...

What a deleted stack left behind becomes part of a new one. Writes the template that holds the kept resources alone, and the
list of them that `aws cloudformation create-change-set --change-set-type IMPORT` asks for; `make deploy` adds the rest.
Run it as `tests/infra/tool python infra/import-kept.py`; docs/OPERATIONS.md has the whole way.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse

PRINT_TEMPLATE = Path(__file__).resolve().with_name("print-template")
# How CloudFormation names a resource of a type.
IDENTIFIERS = {"AWS::S3::Bucket": "BucketName", "AWS::DynamoDB::Table": "TableName", "AWS::KMS::Key": "KeyId"}
# What leads to resources that are not there yet, or depends on the deployment's choices; the deployment sets it.
LEFT_TO_DEPLOYMENT = ["CorsConfiguration", "NotificationConfiguration", "ReplicationConfiguration"]


def kept_template() -> dict:
    """The resources that outlive their stack, as the whole template describes them."""
    whole = yaml_parse(subprocess.check_output([PRINT_TEMPLATE], text=True))
    kept = {name: one for name, one in whole["Resources"].items() if one.get("DeletionPolicy") == "Retain"}
    for one in kept.values():
        one.pop("DependsOn", None)
        for name in LEFT_TO_DEPLOYMENT:
            one["Properties"].pop(name, None)
    used = set(re.findall(r'"Ref": "(\w+)"|\$\{(\w+)\}', json.dumps(kept)))
    names = {name for pair in used for name in pair if name}
    parameters = {name: one for name, one in whole["Parameters"].items() if name in names}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": kept}


def resources_to_import(template: dict, physical_ids: dict[str, str]) -> list[dict]:
    """One entry for each kept resource; all of them have to be named."""
    missing = template["Resources"].keys() - physical_ids.keys()
    unknown = physical_ids.keys() - template["Resources"].keys()
    if missing or unknown:
        raise SystemExit(f"not named: {sorted(missing)}; no such kept resource: {sorted(unknown)}")
    kinds = {name: one["Type"] for name, one in template["Resources"].items()}
    return [
        {
            "ResourceType": kind,
            "LogicalResourceId": name,
            "ResourceIdentifier": {IDENTIFIERS[kind]: physical_ids[name]},
        }
        for name, kind in kinds.items()
    ]


def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    template_out, resources_out, *named = sys.argv[1:]
    template = kept_template()
    physical_ids = dict(pair.split("=", 1) for pair in named)
    resources = resources_to_import(template, physical_ids)
    Path(template_out).write_text(json.dumps(template, indent=2))
    Path(resources_out).write_text(json.dumps(resources, indent=2))
    print(f"{len(resources)} resources to import")


if __name__ == "__main__":
    main()
