#!/usr/bin/env python3
"""Measures rendering, compared with pydicom: measure_imaging.py EXAMPLES OUT.json

EXAMPLES is the folder in which cargo puts our examples. Prints one line per figure and adds all of them to OUT.json.
CPU seconds and their ratios are valid on a busy machine, too; wall times are not.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import make_corpus
import peer

ROUNDS = 3
PROCESS_ROUNDS = 5
HEADERS_OF_PEER = 40
SERIES, LONG_SERIES = 300, 2000
LONG_SERIES_FRAME_MIB = 512 * 512 * 2 / 2**20
FLOOR_MS = 1.17

figures = []


def report(name, value, unit, goal, peer_value=None, is_ratio=False):
    """`goal` is the highest acceptable value, or the highest acceptable ratio to the peer's."""
    ratio = None if peer_value is None else round(value / peer_value, 4)
    measured = ratio if is_ratio else value
    figure = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "peer": None if peer_value is None else round(peer_value, 3),
        "ratio": ratio,
        "goal": goal,
        "met": measured <= goal,
        "profile": os.environ.get("BENCH_PROFILE", "dev"),
    }
    figures.append(figure)
    beside = "" if peer_value is None else f", pydicom {figure['peer']} {unit}, ratio {ratio}"
    of = "ratio" if is_ratio else unit
    print(f"{'ok  ' if figure['met'] else 'LATE'} {name}: {figure['value']} {unit}{beside} (goal {goal} {of})", flush=True)


def ours(program, *arguments):
    return json.loads(subprocess.check_output([program, *map(str, arguments)]))


def process_cpu_seconds(*command):
    """CPU time of a whole process, including its start; the median of several."""
    spent = []
    for _ in range(PROCESS_ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent)


def measure_headers(program, files):
    mine = ours(program, "headers", *files)["us_per_instance"]
    some = files[:: max(1, len(files) // HEADERS_OF_PEER)]
    theirs = statistics.median(peer.headers(some) for _ in range(ROUNDS)) / len(some) * 1e6
    report("header to DICOM JSON, per instance", mine, "µs CPU", 100)
    report("header to DICOM JSON beside pydicom", mine, "µs CPU", 1 / 50, theirs, is_ratio=True)


def measure_thumbnails(program, files, scratch):
    mine = statistics.median(ours(program, "thumbnails", scratch, *files)["cpu_seconds"] for _ in range(ROUNDS))
    theirs = peer.thumbnails(files, scratch)
    per_instance = mine / len(files) * 1e3
    report("metadata and thumbnail, per instance of the study", per_instance, "ms CPU", FLOOR_MS * 1.5)
    report("metadata and thumbnails of the study beside pydicom", mine, "s CPU", 1 / 8, theirs, is_ratio=True)


def measure_slice(program, file):
    figures_of_slice = [ours(program, "slice", file) for _ in range(ROUNDS)]
    median = {key: statistics.median(one[key] for one in figures_of_slice) for key in figures_of_slice[0]}
    report("CT slice of 512 x 512 encoded without loss and checked", median["lossless_ms"], "ms CPU", 16)
    report("CT slice to a WebP preview of 256 pixels", median["preview_ms"], "ms CPU", 4)


def measure_series(program, files, pack):
    one = ours(program, "series", pack, SERIES, 1, *files)
    two = ours(program, "series", pack, SERIES, 2, *files)
    report("CT of 300 slices rendered and packed", one["first_thread_cpu_seconds"], "s CPU", 6)
    if os.cpu_count() > 1:
        share = two["wall_seconds"] / one["wall_seconds"]
        report("the same with two threads, wall time beside one", share, "of one thread", 0.6)
    long = ours(program, "series", pack, LONG_SERIES, 2, *files)
    report("most memory held over 2,000 slices", long["peak_mib"], "MiB", 256 + 2 * LONG_SERIES_FRAME_MIB)


def measure_processes(program, corpus, scratch):
    for name, file, goal in [
        ("CT", corpus / "ct/0150.dcm", 0.02),
        ("X-ray", corpus / "cr/0001.dcm", 0.1),
        ("JPEG 2000 X-ray", corpus / "compressed/cr-jpeg-2000.dcm", 0.55),
    ]:
        mine = process_cpu_seconds(program, "thumbnails", scratch, file)
        theirs = process_cpu_seconds(sys.executable, peer.__file__, "one", file, scratch / "peer.jpg")
        report(f"a process that makes one thumbnail of a {name}", mine, "s CPU", goal, theirs, is_ratio=True)


def main():
    examples, out = map(Path, sys.argv[1:])
    program = examples / "measure_imaging"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        corpus = scratch / "corpus"
        make_corpus.write(corpus)
        instances = sorted(corpus.glob("*/0*.dcm"))
        measure_headers(program, instances)
        measure_thumbnails(program, instances, scratch)
        measure_slice(program, corpus / "ct/0150.dcm")
        measure_processes(program, corpus, scratch)
        measure_series(program, sorted(corpus.glob("ct/*.dcm")), scratch / "series.pack")
    known = json.loads(out.read_text()) if out.exists() else []
    out.write_text(json.dumps(known + figures, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
