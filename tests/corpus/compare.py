#!/usr/bin/env python3
"""Compares what `render_corpus` wrote with the reference, file by file.

    compare.py DIR OUT [--known known_differences.tsv] [--write OUT.tsv]

A file counts as equal when the mean absolute error over all display values is at most 2 of 255. Every other file must
stand in the list of known differences with its reason, and every line of that list must still be true, so that the
list can only shrink. Where the diagnostic layer was encoded by us, its values must be those of the file, exactly; and
so must be the UIDs and the patient's name, whatever its character set.
"""

import argparse
import csv
import json
import logging
import re
import sys
import unicodedata
import warnings
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pydicom

import reference

MEAN_ABSOLUTE_ERROR_MAX = 2.0
# ITU-T T.81 (A.3.3) leaves the rounding of the inverse DCT open, so decoders of lossy JPEG differ by one.
DCT_SYNTAXES = tuple(f"1.2.840.10008.1.2.4.{number}" for number in range(50, 57))

HEADER_ATTRIBUTES = {
    "study_instance_uid": "StudyInstanceUID",
    "series_instance_uid": "SeriesInstanceUID",
    "sop_instance_uid": "SOPInstanceUID",
    "sop_class_uid": "SOPClassUID",
    "modality": "Modality",
    "patient_name": "PatientName",
}


def quiet():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def compare(job):
    """One of: equal, different, only-ours, only-theirs, neither; with a measure or a reason."""
    number, line, root, out = job
    ours = None
    if "shown" in line:
        width, height, channels = line["shown"]
        ours = np.fromfile(out / f"{number}.raw", np.uint8).reshape(height, width, channels)
    try:
        frame = line.get("frame", 1) - 1
        theirs = reference.render(root / line["path"], frame)
        theirs = theirs.reshape(theirs.shape[0], theirs.shape[1], -1)
    except Exception as error:  # noqa: BLE001 - anything at all means: no reference
        return line["path"], "neither" if ours is None else "only-ours", str(error)[:120].replace("\n", " ")
    if ours is None:
        return line["path"], "only-theirs", line.get("without_picture") or line.get("refused") or "?"
    if ours.shape != theirs.shape:
        return line["path"], "different", f"shape {ours.shape} {theirs.shape}"
    error = np.abs(ours.astype(int) - theirs.astype(int))
    outcome = "equal" if error.mean() <= MEAN_ABSOLUTE_ERROR_MAX else "different"
    return line["path"], outcome, f"mean {error.mean():.3f} max {error.max()}"


def compare_stored(job):
    """Whether the diagnostic layer holds exactly the stored values: exact, inexact, or no reference."""
    number, line, root, out = job
    if not line.get("stored"):
        return line["path"], "kept-or-none", ""
    ours = np.fromfile(out / f"{number}.stored", "<f8")
    try:
        theirs = reference.stored(root / line["path"], line.get("frame", 1) - 1)
    except Exception as error:  # noqa: BLE001 - anything at all means: no reference
        return line["path"], "no-reference", str(error)[:120].replace("\n", " ")
    theirs = theirs.astype(np.float64).ravel()
    if ours.shape != theirs.shape:
        return line["path"], "inexact", f"{ours.shape} {theirs.shape} values"
    tolerance = 1 if line.get("header", {}).get("transfer_syntax_uid") in DCT_SYNTAXES else 0
    differing = int((np.abs(ours - theirs) > tolerance).sum())
    return line["path"], "inexact" if differing else "exact", f"{differing} of {ours.size} values"


def text(value):
    """Characters and nothing else: padding, empty components and the two ways to write an accent do not count, nor
    does a name without a letter. pydicom leaves the escape sequences of some character sets in the text."""
    characters = re.sub(r"\x1b[ -/]+[0-~]", "", str(value or ""))
    characters = unicodedata.normalize("NFC", characters.strip(" \0").rstrip("^= "))
    return characters if any(map(str.isalnum, characters)) else ""


def compare_header(job):
    """Whether the header names the same instance and the same patient: same, misread, or refused."""
    _, line, root, _ = job
    if "header" not in line:
        return line["path"], "refused", line.get("refused", "?")
    ours = line["header"]
    ours = {**ours, "patient_name": ours["patient"]["name"]}
    try:
        ds = reference.read(root / line["path"])
        theirs = {name: ds.get(keyword) for name, keyword in HEADER_ATTRIBUTES.items()}
    except Exception as error:  # noqa: BLE001 - anything at all means: no reference
        return line["path"], "no-reference", str(error)[:120].replace("\n", " ")
    # If the data set lacks these, read the file meta information. An unknown modality is "other".
    theirs["sop_instance_uid"] = theirs["sop_instance_uid"] or ds.file_meta.get("MediaStorageSOPInstanceUID")
    theirs["sop_class_uid"] = theirs["sop_class_uid"] or ds.file_meta.get("MediaStorageSOPClassUID")
    theirs["modality"] = theirs["modality"] or "OT"
    misread = [name for name in theirs if text(ours[name]) != text(theirs[name])]
    return line["path"], "misread" if misread else "same", ", ".join(misread)


def key(path):
    """A file is named in the list by its folder and name, so that the list holds wherever the corpus lies."""
    return "/".join(Path(path).parts[-2:])


def tell(title, outcomes):
    counts = {name: sum(o == name for _, o, _ in outcomes) for name in sorted({o for _, o, _ in outcomes})}
    print(f"{title}: {len(outcomes)} files: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--known", type=Path, default=Path(__file__).with_name("known_differences.tsv"))
    parser.add_argument("--write", type=Path, help="write every outcome to this file")
    arguments = parser.parse_args()
    lines = [json.loads(line) for line in (arguments.out / "report.jsonl").read_text().splitlines()]
    if not lines:
        sys.exit("the corpus is empty")
    jobs = [(number, line, arguments.dir, arguments.out) for number, line in enumerate(lines)]
    with Pool(initializer=quiet) as pool:
        looks = pool.map(compare, jobs, chunksize=8)
        values = pool.map(compare_stored, jobs, chunksize=8)
        headers = pool.map(compare_header, jobs, chunksize=8)
    if arguments.write:
        arguments.write.write_text("".join("\t".join(outcome) + "\n" for outcome in looks + values + headers))
    present = {key(line["path"]) for line in lines}
    with arguments.known.open(newline="") as file:
        known = {row["path"]: row for row in csv.DictReader(file, delimiter="\t") if row["path"] in present}
    wrong = {key(path): (outcome, why) for path, outcome, why in looks if outcome in ("different", "only-theirs")}
    wrong |= {key(path): (outcome, why) for path, outcome, why in values if outcome == "inexact"}
    wrong |= {key(path): (outcome, why) for path, outcome, why in headers if outcome == "misread"}
    tell("look", looks)
    tell("diagnostic values", values)
    tell("header", headers)
    unexpected = {path: why for path, why in wrong.items() if known.get(path, {}).get("outcome") != why[0]}
    stale = [path for path in known if path not in wrong]
    for path, (outcome, why) in sorted(unexpected.items()):
        print(f"unexpected\t{path}\t{outcome}\t{why}")
    for path in stale:
        print(f"no longer true, remove it from the list\t{path}")
    sys.exit(1 if unexpected or stale else 0)


if __name__ == "__main__":
    main()
