"""Reads a ledger line by line, without any of our programs, for comparison with exports."""

import collections
import csv
import datetime
import functools
import hashlib
import json
from pathlib import Path

HOSPITAL_TIME = datetime.timezone(datetime.timedelta(hours=7))


def lines(folder):
    """Every line in the order of the chain, which is verified on the way."""
    sequence, digest = 0, hashlib.sha256(b"").hexdigest()
    for path in sorted(Path(folder).glob("ledger/*/*/*/*.ndjson"), key=lambda path: int(path.stem)):
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            sequence += 1
            assert event["chain"] == {"sequence": sequence, "previous": digest}, (path, sequence)
            digest = hashlib.sha256(line).hexdigest()
            yield event


def day_of(event):
    at = datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00"))
    return at.astimezone(HOSPITAL_TIME).date()


@functools.cache
def prices(file, month):
    """(item, modality) → price, per; as documented: the latest that is valid on the month's first day."""
    found = {}
    with open(file, encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            if row["valid_from"] <= f"{month}-01":
                key = (row["item"], row["modality"])
                found[key] = max(found.get(key, ("",)), (row["valid_from"], int(row["price_vnd"]), int(row["per"])))
    return found


def price(found, item, modality=""):
    _, vnd, per = found.get((item, modality)) or found[(item, "")]
    return vnd, per


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


class Month:
    """The events of a month, by study."""

    def __init__(self):
        self.rows = 0
        self.kinds = collections.Counter()
        self.sums = collections.Counter()
        self.studies = collections.defaultdict(list)
        self.last = None

    def add(self, event):
        self.rows += 1
        self.kinds[event["kind"]] += 1
        self.sums[event["kind"]] += event["quantity"]
        self.studies[event["study_instance_uid"]].append(event)
        self.last = event["chain"]["sequence"]


def sent(events, channel=None):
    """How much was handed to the providers of one channel, or of any: one kind of event, and a kind per channel in
    older ledgers."""
    def is_sent(event):
        of = event.get("channel")
        return event["kind"] in ("message-sent", f"{of}-sent") and channel in (None, of)
    return sum(event["quantity"] for event in events if is_sent(event)), sum(map(is_sent, events))


def takes_back(event):
    """Whether it says what a study was booked as, and not what it is."""
    return event.get("concerns") is not None and event["quantity"] < 0


def released(event):
    """Releases that an event books, or takes back."""
    return event["quantity"] if event["kind"] in ("study-released", "release-corrected") else 0


def charged(event):
    return released(event) * (event.get("unit_price_vnd") or 0)


def saved(event, prices_file, month):
    """What the films that an event counts would have cost; reversed films count at their original price."""
    if event["kind"] != "film-avoided":
        return 0
    return event["quantity"] * price(prices(prices_file, event.get("concerns") or month), "film", event.get("modality") or "")[0]


def last_known(events, name):
    for event in reversed(events):
        if event.get(name) is not None and not takes_back(event):
            return event[name]
    return None


def quantity(events, *kinds, **members):
    matching = (e for e in events if e["kind"] in kinds and all(e.get(k) == v for k, v in members.items()))
    return sum(e["quantity"] for e in matching)


def has(events, *kinds):
    return any(e["kind"] in kinds for e in events)
