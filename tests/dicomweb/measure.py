"""Measures DICOMweb beside Orthanc's plugin over the same CT of 300 slices: measure.py OUT.json

Prints one line per figure and adds them all to OUT.json. What counts is the CPU of the whole server process, in one run; wall
times are told for the rate of the whole study. Every answer is read to its end and counted.
"""

import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import requests

import world
from orthanc import Orthanc

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import make_corpus  # noqa: E402

ROUNDS = 5
# A round takes at least this much of the processor, and no more answers than that.
ROUND_CPU_SECONDS, ROUND_ANSWERS_MAX = 0.4, 200
SLICES = 300
TICK = os.sysconf("SC_CLK_TCK")
PROFILE = os.environ.get("BENCH_PROFILE", "dev")
PIECE_BYTES = 1 << 20
# The CT is the second series of the made-up study.
NUMBER = 2
STUDY, SERIES = make_corpus.uid("CT"), make_corpus.uid("CT", NUMBER)
PATIENT = {"id": "BN000001", "name": "Nguyễn Văn Thử", "birth_date": "1970-01-01", "sex": "M", "phone": "0903123456"}
MULTIPART = 'multipart/related; type="{}"; transfer-syntax=*'
DICOM, BYTES, JSON = MULTIPART.format("application/dicom"), MULTIPART.format("application/octet-stream"), "application/dicom+json"

figures = []


def cpu_seconds(process):
    """Of the process, by its clock (clock_getcpuclockid(3)), and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return time.clock_gettime(~process.pid << 3 | 2) + sum(int(field) for field in fields[13:15]) / TICK


def read(session, address, accept):
    """Reads an answer to its end, in pieces so large that this does not decide how fast it comes; its bytes."""
    with session.get(address, headers={"Accept": accept}, stream=True) as answer:
        size = sum(len(piece) for piece in answer.iter_content(PIECE_BYTES))
        assert answer.status_code == 200, answer.status_code
        return size


def measure(process, session, addresses, accept):
    """CPU and wall seconds of one answer, in the median of some rounds, and its bytes. The first round does not count."""
    cpu, wall, size, next_ = [], [], 0, itertools.cycle(addresses)
    for round_ in range(ROUNDS + 1):
        before, began, answers = cpu_seconds(process), time.monotonic(), 0
        while answers < ROUND_ANSWERS_MAX and cpu_seconds(process) - before < ROUND_CPU_SECONDS:
            size, answers = read(session, next(next_), accept), answers + 1
        if round_:
            cpu.append((cpu_seconds(process) - before) / answers)
            wall.append((time.monotonic() - began) / answers)
    return statistics.median(cpu), statistics.median(wall), size


def report(name, mine, theirs, goal):
    (our_cpu, our_wall, our_bytes), (their_cpu, their_wall, their_bytes) = mine, theirs
    is_rate = "rate" in name
    ours, peers = (our_wall, their_wall) if is_rate else (our_cpu, their_cpu)
    ratio = ours / peers if peers else float("inf")
    unit = "ms" if is_rate else "ms CPU"
    figure = {"name": name, "value": round(ours * 1e3, 3), "unit": unit, "peer": round(peers * 1e3, 3), "ratio": round(ratio, 4), "goal": goal, "met": ratio <= goal, "profile": PROFILE}
    figures.append(figure)
    print(
        f"{'ok  ' if figure['met'] else 'LATE'} {name}: {figure['value']} {unit}, Orthanc {figure['peer']} {unit}, ratio {figure['ratio']}"
        f" (goal {goal:.3f} ratio); {our_bytes} and {their_bytes} bytes; CPU {our_cpu * 1e3:.1f} and {their_cpu * 1e3:.1f} ms,"
        f" wall {our_wall * 1e3:.1f} and {their_wall * 1e3:.1f} ms",
        flush=True,
    )


def start(folder):
    """Filmless with the study, and a token for it."""
    command = [world.FILMLESS, "up", "--data", str(folder / "data"), "--port", "0", "--settle", "2s"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=world.ROOT, text=True)
    ours = world.World(folder, json.loads(process.stdout.readline()))
    order = folder / "order.json"
    order.write_text(json.dumps({"accession_number": "HN240311", "patient": PATIENT}))
    world.send(ours, folder / "corpus" / "ct", order)
    ours.sessions[PATIENT["id"]] = world.open_link(ours, PATIENT, STUDY)
    return ours, process


def main():
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        make_corpus.write(folder / "corpus")
        ours, process = start(folder)
        orthanc = Orthanc()
        try:
            for file in sorted((folder / "corpus" / "ct").iterdir()):
                requests.post(f"{orthanc.url}/instances", data=file.read_bytes()).raise_for_status()
            compare(ours.token(STUDY, PATIENT), process, f"{orthanc.url}/dicom-web", orthanc.process)
        finally:
            process.terminate()
            process.wait()
            orthanc.stop()
    out = pathlib.Path(sys.argv[1])
    earlier = json.loads(out.read_text()) if out.exists() else []
    out.write_text(json.dumps([one for one in earlier if one["name"] not in {f["name"] for f in figures}] + figures, indent=1))


def compare(mine, process, theirs, orthanc):
    session = requests.Session()
    series = f"/studies/{STUDY}/series/{SERIES}"
    frames = [f"{series}/instances/{make_corpus.uid('CT', NUMBER, number)}/frames/1" for number in range(1, SLICES + 1)]
    for name, paths, accept, goal in [
        ("metadata of a series of 300 slices", [f"{series}/metadata"], JSON, 1 / 50),
        ("one stored frame", frames, BYTES, 1 / 4),
        ("search for the series of a study", [f"/studies/{STUDY}/series"], JSON, 1 / 5),
        ("rate of a whole study", [f"/studies/{STUDY}"], DICOM, 1 / 3),
    ]:
        of = lambda root, process: measure(process, session, [root + path for path in paths], accept)  # noqa: E731
        report(name, of(mine, process), of(theirs, orthanc), goal)


if __name__ == "__main__":
    main()
