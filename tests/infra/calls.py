"""Which ports and buckets a function calls, read out of the sources: what its role has to allow.

A function is followed from its handler through every function of ours that it names. A call that names a type or a module
leads there; one that names none leads to all functions of that name, so that what is found is at least what is called."""

import re
from functools import cache

from template import ROOT

CRATES = ["shared/delivery", "shared/runtime"]
# The rights of each port are the calls of its adapter: `self.client.send_raw_email()` is ses:SendRawEmail.
ADAPTERS = {
    ("sms", "send"): ("sns", "shared/store/src/aws/sns.rs", ["publish"]),
    ("email", "send"): ("ses", "shared/store/src/aws/ses.rs", ["send_raw_email"]),
    ("sealer", "seal"): ("kms", "shared/store/src/aws/kms.rs", ["encrypt"]),
    ("sealer", "open"): ("kms", "shared/store/src/aws/kms.rs", ["decrypt"]),
}
BUCKET_CALLS = {
    "put": "s3:PutObject",
    "put_file": "s3:PutObject",
    "put_new": "s3:PutObject",
    "get": "s3:GetObject",
    "size": "s3:GetObject",
    "download": "s3:GetObject",
    "presign_get": "s3:GetObject",
    "presign_download": "s3:GetObject",
    "list": "s3:ListBucket",
    "list_written": "s3:ListBucket",
    "delete_upload": "s3:DeleteObjectVersion",
    "delete_all_versions": "s3:DeleteObjectVersion",
}


def without_tests(path) -> str:
    return path.read_text().split("#[cfg(test)]")[0]


def bodies(text: str) -> list[tuple[str, str, str]]:
    """Every function of a file, with the type that it belongs to (or nothing) and its body."""
    found = []
    for match in re.finditer(r"\bfn (\w+)", text):
        start = text.find("{", match.end())
        end_of_declaration = text.find(";", match.end())
        if start < 0 or 0 <= end_of_declaration < start:
            continue
        depth, end = 0, start
        while end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if depth == 0:
                break
        owners = re.findall(r"^impl(?:<[^>]*>)? (?:[\w:<>]+ for )?(\w+)", text[: match.start()], re.MULTILINE)
        is_method = text[: match.start()].rsplit("\n", 1)[-1].startswith("    ")
        found.append((owners[-1] if is_method and owners else "", match.group(1), text[start:end]))
    return found


@cache
def sources() -> dict[str, list[tuple[str, str]]]:
    """By name, all functions of ours: the type or module that each belongs to, and its body."""
    found: dict[str, list[tuple[str, str]]] = {}
    for crate in CRATES:
        for path in sorted((ROOT / crate).rglob("src/**/*.rs")):
            module = path.parent.name if path.stem == "mod" else path.stem
            for owner, name, body in bodies(without_tests(path)):
                found.setdefault(name, []).append((owner or module, body))
    return found


def called(text: str, with_methods: bool) -> set[tuple[str, str]]:
    """What is called there: by whose name, and its own. A method is known by
    its name where no other function of ours has it."""
    calls = re.findall(r"(?:(\w+)(?:::<[^>]*>)?::)?(?<![.\w])(?<!fn )(\w+)\(", text)
    methods = {name for name in re.findall(r"\.(\w+)\(", text) if with_methods and len(sources().get(name, [])) == 1}
    return set(calls) | {("", name) for name in methods | set(re.findall(r"\bself\.(\w+)\(", text))}


@cache
def reached(program: str, with_methods: bool = True) -> str:
    """The text of all that a function's program may run."""
    text = "".join(without_tests(path) for path in sorted((ROOT / "functions" / program / "src").rglob("*.rs")))
    seen, left, all_text = set(), [text], [text]
    while left:
        for owner, name in called(left.pop(), with_methods):
            for whose, body in sources().get(name, []):
                # A type or module that is named and is not the one: another's function of the same name.
                if owner not in ("", "Self", "self", "super", "crate", whose) or (whose, name) in seen:
                    continue
                seen.add((whose, name))
                left.append(body)
                all_text.append(body)
    return "\n".join(all_text)


def actions_of_ports(program: str) -> set[str]:
    text, needed = reached(program), set()
    for (port, call), (service, adapter, sdk_calls) in ADAPTERS.items():
        if not re.search(rf"\.{port}\s*\.{call}\(", text):
            continue
        code = without_tests(ROOT / adapter)
        for sdk_call in sdk_calls:
            if not re.search(rf"\.{sdk_call}\(\)", code):
                raise ValueError(f"{adapter} does not call {sdk_call}")
            needed.add(f"{service}:" + "".join(word.title() for word in sdk_call.split("_")))
    return needed


def actions_of_buckets(program: str) -> set[tuple[str, str]]:
    text = reached(program, with_methods=False)
    found = re.findall(r"services\s*\.(studies|derived|slips|audit|usage)\s*\.(\w+)\(", text)
    return {(f"{bucket.title()}Bucket", BUCKET_CALLS[call]) for bucket, call in found if call in BUCKET_CALLS}
