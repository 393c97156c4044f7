"""The template of infra/template as a program sees it, and the sources beside it."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = yaml_parse(subprocess.check_output([ROOT / "infra/print-template"], text=True))
RESOURCES = TEMPLATE["Resources"]
STUDIES_ARN = "arn:${AWS::Partition}:s3:::${AWS::StackName}-studies-${AWS::AccountId}"


def of_type(kind: str) -> dict[str, dict]:
    """Resources of a type, by name."""
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def functions() -> dict[str, dict]:
    """Functions, by the name of their program."""
    all_functions = of_type("AWS::Serverless::Function").values()
    return {f["Metadata"]["BuildProperties"]["Binary"]: f["Properties"] for f in all_functions}


def queues() -> dict[str, dict]:
    """The queues that functions read, by short name."""
    named = {name: queue["Properties"] for name, queue in of_type("AWS::SQS::Queue").items()}
    return {name.removesuffix("Queue").lower(): queue for name, queue in named.items() if "DeadLetter" not in name}


def logical(program: str, suffix: str) -> str:
    """`ingest-study` means the resources IngestStudyFunction, IngestStudyRole, …"""
    return "".join(word.title() for word in program.split("-")) + suffix


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def name_of(resource) -> str:
    """A resource of a statement, in short: `IndexTable`, `SlipsBucket/*`."""
    match resource:
        case {"Fn::GetAtt": target}:
            return target[0] if isinstance(target, list) else target.split(".")[0]
        case {"Ref": name}:
            return name
        case {"Fn::If": [condition, there, _]}:
            return f"{name_of(there)} ({condition})"
        case {"Fn::Sub": [str(text), _]} | {"Fn::Sub": str(text)}:
            short = text.replace(STUDIES_ARN, "StudiesBucket").replace(".Arn}", "}")
            short = short.replace("arn:${AWS::Partition}:", "").replace("${AWS::Region}:${AWS::AccountId}:", "")
            return re.sub(r"\$\{(\w+)\}", r"\1", short)
        case str():
            return resource
    raise ValueError(f"a resource of an unknown shape: {resource}")


def statements() -> list[tuple[str, dict]]:
    """Every statement of a policy in the template, with the resource that contains it."""
    found = []

    def search(owner: str, value) -> None:
        if isinstance(value, dict):
            if "Effect" in value:
                found.append((owner, value))
            for inner in value.values():
                search(owner, inner)
        elif isinstance(value, list):
            for inner in value:
                search(owner, inner)

    for name, resource in RESOURCES.items():
        search(name, resource)
    return found


def grants(program: str) -> list[dict]:
    """The statements of a function's role; a conditional one names its condition as `If`."""
    role = RESOURCES[logical(program, "Role")]["Properties"]
    written = [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]
    return [settled(statement) for statement in written]


def settled(statement: dict) -> dict:
    match statement:
        case {"Fn::If": [condition, there, {"Ref": "AWS::NoValue"}]}:
            return there | {"If": condition}
    return statement


@cache
def product_text(*folders: str) -> str:
    """The Rust sources below these folders, without what only tests compile."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("src/**/*.rs"))]
    return "\n".join(file.read_text().split("#[cfg(test)]")[0] for file in files)


def document(path: str) -> str:
    return (ROOT / path).read_text()


def table_rows() -> list[str]:
    """The IAM table of infra/README.md, without its last column, as it should be according to the template."""
    rows = []
    for program, properties in functions().items():
        for statement in grants(program):
            actions = ", ".join(f"`{action}`" for action in as_list(statement["Action"]))
            resources = ", ".join(f"`{name_of(resource)}`" for resource in as_list(statement["Resource"]))
            if condition := statement.get("Condition"):
                resources += f" where `{json.dumps(condition)}`"
            if needed := statement.get("If"):
                resources += f" ({needed})"
            if statement["Effect"] == "Deny":
                actions = f"never {actions}"
            rows.append(f"| `{program}` | {trigger(properties)} | {actions} | {resources} |")
    return rows


def program_of(properties: dict) -> str:
    return next(program for program, known in functions().items() if known is properties)


def trigger(properties: dict) -> str:
    words = []
    for event in properties.get("Events", {}).values():
        detail = event["Properties"]
        if event["Type"] == "SQS":
            words.append("queue " + name_of(detail["Queue"]).removesuffix("Queue").lower())
        else:
            words.append(detail["Schedule"])
    if "FunctionUrlConfig" in properties:
        words.append("CloudFront")
    if name_of(RESOURCES["RoomPermission"]["Properties"]["FunctionName"]) == logical(program_of(properties), "Function"):
        words.append("API Gateway")
    return ", ".join(words)


if __name__ == "__main__":
    print("\n".join(table_rows()))
