"""Which ports and buckets a function calls, read out of the sources: what its role has to allow.

A function is followed from its handler through every function of ours that it names. A call leads to the type or module that
it names, to its own file, or to where its file imports it from. A method leads to the one type that has one of that name, or of
several to those that its file speaks of."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from template import ROOT

CRATES = ["shared/delivery", "shared/runtime"]
# The rights of each port are the calls of its adapter: `self.client.send_raw_email()` is ses:SendRawEmail. A port that
# sends over every channel needs the rights of each AWS channel.
ADAPTERS = [
    (("messengers", "send"), ("sns", "shared/store/src/aws/sns.rs", ["publish"])),
    (("messengers", "send"), ("ses", "shared/store/src/aws/ses.rs", ["send_raw_email"])),
    (("email", "send"), ("ses", "shared/store/src/aws/ses.rs", ["send_raw_email"])),
    (("sealer", "seal"), ("kms", "shared/store/src/aws/kms.rs", ["encrypt"])),
    (("sealer", "open"), ("kms", "shared/store/src/aws/kms.rs", ["decrypt"])),
    (("room", "send"), ("execute-api", "shared/store/src/aws/api_gateway.rs", ["post_to_connection"])),
    (("room", "gone"), ("execute-api", "shared/store/src/aws/api_gateway.rs", ["get_connection"])),
    (("room", "leave"), ("execute-api", "shared/store/src/aws/api_gateway.rs", ["delete_connection"])),
]
# Actions that are not called as their calls are.
OTHERWISE_CALLED = {
    "execute-api:PostToConnection": "execute-api:ManageConnections",
    "execute-api:GetConnection": "execute-api:ManageConnections",
    "execute-api:DeleteConnection": "execute-api:ManageConnections",
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


@cache
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
        owners = re.findall(r"^(?:impl(?:<[^>]*>)? (?:[\w:<>]+ for )?|(?:pub )?trait )(\w+)", text[: match.start()], re.MULTILINE)
        is_method = text[: match.start()].rsplit("\n", 1)[-1].startswith("    ")
        found.append((owners[-1] if is_method and owners else "", match.group(1), text[start:end]))
    return found


class Source(NamedTuple):
    """A function of ours: the type or module that it belongs to, its body, and its file."""

    whose: str
    body: str
    file: Path

    @property
    def is_of_type(self) -> bool:
        return self.whose[0].isupper()


@cache
def sources() -> dict[str, list[Source]]:
    """All functions of ours, by name."""
    found: dict[str, list[Source]] = {}
    for crate in CRATES:
        for path in sorted((ROOT / crate).rglob("src/**/*.rs")):
            module = path.parent.name if path.stem == "mod" else path.stem
            for owner, name, body in bodies(without_tests(path)):
                found.setdefault(name, []).append(Source(owner or module, body, path))
    return found


@cache
def imports(file: Path) -> dict[str, tuple[str, str]]:
    """What a file calls by names of other modules: by the name there, the module and the name in it."""
    found = {}

    def read(path: list[str], text: str) -> None:
        for part in re.findall(r"[^,{}]*\{(?:[^{}]|\{[^{}]*\})*\}|[^,{}]+", text):
            before, brace, inner = part.strip().partition("{")
            steps = [step.strip() for step in before.split("::") if step.strip()]
            if brace:
                read(path + steps, inner.rstrip().removesuffix("}"))
            elif steps:
                name, _, other = steps[-1].partition(" as ")
                module = (path + steps)[-2] if len(path + steps) > 1 else ""
                found[other or name] = (module, name)

    for tree in re.findall(r"^(?:pub(?:\(\w+\))? )?use ([^;]+);", without_tests(file), re.MULTILINE):
        read([], tree)
    return found


@cache
def other_names() -> dict[str, str]:
    """Functions that are passed on under another name."""
    files = {source.file for all_of_name in sources().values() for source in all_of_name}
    return {here: name for file in files for here, (_, name) in imports(file).items() if here != name}


def called(text: str, with_methods: bool) -> set[tuple[str, str]]:
    """What is called there: by whose name (`.` for a method), and its own."""
    calls = re.findall(r"(?:(\w+)(?:::<[^>]*>)?::)?(?<![.\w])(?<!fn )(\w+)\(", text)
    methods = re.findall(r"\.(\w+)\(" if with_methods else r"\bself\s*\.(\w+)\(", text)
    return set(calls) | {(".", name) for name in methods}


def of_types(name: str) -> list[Source]:
    return [source for source in sources().get(name, []) if source.is_of_type]


@cache
def program_of(program: str) -> dict[Path, str]:
    """The files of a function, and their text."""
    return {path: without_tests(path) for path in sorted((ROOT / "functions" / program / "src").rglob("*.rs"))}


def spoken_of_in(file: Path) -> str:
    """What a file speaks of; a file of a function, what the whole function does."""
    place = file.relative_to(ROOT).parts
    return "\n".join(program_of(place[1]).values()) if place[0] == "functions" else without_tests(file)


def meant(owner: str, name: str, file: Path) -> list[Source]:
    """The functions that may be meant by a call in a file."""
    is_imported = name in imports(file)
    module, name = imports(file).get(name, ("", name))
    name = other_names().get(name, name)
    free = [source for source in sources().get(name, []) if not source.is_of_type]
    match owner:
        case ".":
            found = of_types(name)
            named = [source for source in found if re.search(rf"\b{source.whose}\b", spoken_of_in(file))]
            return found if len(found) == 1 else named
        case "Self":
            return [source for source in of_types(name) if source.file == file] or of_types(name)
        case "self" | "super" | "crate":
            return free
        case "":
            # A call that is neither in this file nor imported is a closure or not ours. An import may be a re-export.
            here = [source for source in free if source.file == file]
            there = [source for source in free if source.whose == module] or free
            return here or (there if is_imported else [])
        case _:
            _, owner = imports(file).get(owner, ("", owner))
            return [source for source in sources().get(name, []) if source.whose == owner]


@cache
def reached(program: str, with_methods: bool = True) -> str:
    """The text of all that a function's program may run."""
    left = list(program_of(program).items())
    seen, all_text = set(), [text for _, text in left]
    while left:
        file, text = left.pop()
        for owner, name in called(text, with_methods):
            for source in meant(owner, name, file):
                if (source.file, source.whose, name, source.body) in seen:
                    continue
                seen.add((source.file, source.whose, name, source.body))
                left.append((source.file, source.body))
                all_text.append(source.body)
    return "\n".join(all_text)


def actions_of_ports(program: str) -> set[str]:
    text, needed = reached(program), set()
    for (port, call), (service, adapter, sdk_calls) in ADAPTERS:
        if not re.search(rf"\b{port}\s*\.{call}\(", text):
            continue
        code = without_tests(ROOT / adapter)
        for sdk_call in sdk_calls:
            if not re.search(rf"\.{sdk_call}\(\)", code):
                raise ValueError(f"{adapter} does not call {sdk_call}")
            action = f"{service}:" + "".join(word.title() for word in sdk_call.split("_"))
            needed.add(OTHERWISE_CALLED.get(action, action))
    return needed


def actions_of_buckets(program: str) -> set[tuple[str, str]]:
    text = reached(program, with_methods=False)
    found = re.findall(r"\b(studies|derived|slips|audit|usage)\s*\.(\w+)\(", text)
    return {(f"{bucket.title()}Bucket", BUCKET_CALLS[call]) for bucket, call in found if call in BUCKET_CALLS}


def variables(program: str) -> set[str]:
    """The environment variables that a function's program asks for."""
    asked = r'\b(?:required|optional|parsed|var|var_os)(?:::<\w+>)?\(\s*"([A-Z][A-Z0-9_]+)"'
    return set(re.findall(asked, reached(program, with_methods=False)))


def settings(program: str) -> set[str]:
    """The hospital's choices that a function's program comes by, whoever chose them."""
    return set(re.findall(r"\bsettings\s*\.(\w+)", reached(program)))


# A task's message goes to the task's queue; an upload's event goes where S3 sends its own.
MESSAGES = {
    "intake": r"\bcreated_object::(?:message|event_again)\(",
    "settle": r"\bSettleTask::(?:CheckQuiet|RenderSeries|RenderSmallSeries) \{",
    "downloads": r"\bSettleTask::(?:PackDownload|PackRetrieval) \{|\bSettleTask::pack\(",
    "release": r"\bReleaseTask \{",
    "notices": r"\bNoticeTask \{",
}


def queues(program: str) -> set[str]:
    """The queues that a function's program has messages for."""
    text = reached(program)
    return {queue for queue, message in MESSAGES.items() if re.search(message, text)}
