"""deploy.py ENDPOINT FOLDER ROOT: the template of infra/template as it is, with two things in the place of an AWS account:
functions are folders of this machine instead of archives, and EMAIL_FROM is verified without a DNS name."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import boto3

REGION = "ap-southeast-1"
EMAIL_FROM = "khong-tra-loi@benhvien.example"
PUBLIC_URL = "https://xem.benhvien.example"
PATIENCE_SECONDS = 300
PARAMETERS = {
    "PublicUrl": PUBLIC_URL,
    "EmailFrom": EMAIL_FROM,
    "Hospital": json.dumps(
        {
            "name_vi": "Bệnh viện Mẫu",
            "name_en": "Sample Hospital",
            "name_sms": "BV Mau",
            "address": "1 Đường Mẫu",
            "support_email": "hotro@benhvien.example",
            "hotline": "1900 0000",
            "hotline_hours_vi": "7:00–20:00",
            "hotline_hours_en": "7:00–20:00",
        },
        ensure_ascii=False,
    ),
    "QuietPeriodSeconds": "1",
    "Architecture": {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
    "Platform": "emulator",
    "AlarmEmail": "",
}


def main(endpoint: str, folder: Path, root: Path) -> None:
    # LocalStack is on this machine, where a proxy would not find it.
    os.environ["NO_PROXY"] = "*"
    functions = folder / "stack/functions"
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target")).resolve()
    template = subprocess.check_output([root / "infra/print-template"], text=True)
    names = re.findall(r"BuildProperties: \{ Binary: (\S+) \}", template)
    parts = [template, *(f"{name} {(target / 'debug' / name).stat().st_mtime_ns}" for name in names)]
    stamp = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    known = folder / "stack/stack.json"
    if known.exists() and json.loads(known.read_text())["stamp"] == stamp:
        print(known.read_text())
        return

    def client(service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **keys)

    generation = time.strftime("%H%M%S")
    for name in names:
        bootstrap = functions / generation / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        shutil.copy(target / "debug" / name, bootstrap)
    # Log groups of an earlier deployment: SNS named them, not the stack.
    logs = client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix="sns/")["logGroups"]:
        logs.delete_log_group(logGroupName=group["logGroupName"])
    client("ses").verify_email_identity(EmailAddress=EMAIL_FROM)
    stack = f"filmless-{generation}"
    # A template of this size must be passed as an object.
    client("s3").create_bucket(Bucket=stack, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(Bucket=stack, Key="template.yaml", Body=with_folders(template, functions / generation))
    deploy(client("cloudformation"), stack, f"{endpoint}/{stack}/template.yaml")
    found = describe(client, stack, names)
    found |= {"endpoint": endpoint, "region": REGION, "logs": str(folder / "logs"), "programs": str(functions / generation), "stack": stack, "stamp": stamp}
    known.write_text(json.dumps(found))
    print(known.read_text())


def with_folders(template: str, functions: Path) -> str:
    """`hot-reload` is LocalStack's name for a folder in the place of a bucket."""
    template = template.replace("    CodeUri: ..\n", "", 1)
    place = rf"\g<0>      CodeUri: {{ Bucket: hot-reload, Key: '{functions}/\g<1>' }}\n"
    return re.sub(r"BuildProperties: \{ Binary: (\S+) \}\n    Properties:\n", place, template)


def deploy(cloudformation, stack: str, template_url: str) -> None:
    begin = time.monotonic()
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="all",
        ChangeSetType="CREATE",
        TemplateURL=template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    state = wait(lambda: cloudformation.describe_change_set(StackName=stack, ChangeSetName="all"), "Status")
    if state["Status"] != "CREATE_COMPLETE":
        sys.exit(f"the change set: {state['Status']}: {state.get('StatusReason')}")
    cloudformation.execute_change_set(StackName=stack, ChangeSetName="all")
    state = wait(lambda: cloudformation.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus")
    if state["StackStatus"] != "CREATE_COMPLETE":
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        failed = [e for e in events if e["ResourceStatus"].endswith("FAILED")]
        reasons = [f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in failed]
        sys.exit("\n".join([f"the stack: {state['StackStatus']}", *reasons]))
    print(f"deployed in {time.monotonic() - begin:.1f} s", file=sys.stderr)


def wait(describe, status: str) -> dict:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        state = describe()
        if not state[status].endswith(("IN_PROGRESS", "PENDING")):
            return state
        time.sleep(0.2)
    sys.exit("LocalStack did not deploy the template in time")


def describe(client, stack: str, names: list[str]) -> dict:
    """What a test has to know: resources by their name in the template, and the environment of all functions together."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = {
        r["LogicalResourceId"]: r["PhysicalResourceId"] for page in pages for r in page["StackResourceSummaries"]
    }
    logical = {name: "".join(word.title() for word in name.split("-")) + "Function" for name in names}
    functions = {name: resources[logical[name]] for name in names}
    environment = {}
    for function in functions.values():
        configuration = client("lambda").get_function_configuration(FunctionName=function)
        # A resource that a function does without, like the console's for the portal, has an empty name there.
        environment |= {name: value for name, value in configuration["Environment"]["Variables"].items() if value}
    urls = {
        name: client("lambda").get_function_url_config(FunctionName=functions[name])["FunctionUrl"].rstrip("/")
        for name in ["serve-portal", "serve-dicomweb"]
    }
    return {
        "resources": resources,
        "functions": functions,
        "environment": environment,
        "portal": urls["serve-portal"],
        "dicomweb": urls["serve-dicomweb"],
        "public_url": PUBLIC_URL,
        "email_from": EMAIL_FROM,
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
