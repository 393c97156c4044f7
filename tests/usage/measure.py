#!/usr/bin/env python3
"""Measures exports and queries: measure.py FILMLESS MAKE_LEDGER OUT.json --events N... --month N --rows N

For every N an invented year of N events is exported month by month: CPU seconds of all runs, the largest peak of
memory. A year too large for the disk is also made month by month, each month a ledger of its own. MONTH events of one
month show what a single run needs. The largest year that was made at once, multiplied to ROWS rows, is used to time the
named queries in DuckDB. Prints one line per figure and adds them to OUT.json.
"""

import argparse
import calendar
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

FIRST_DAY, DAYS = "2025-01-01", 365
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
# About 4 GB of ledger.
AT_ONCE_MAX = 10_000_000
CPU_GOAL_S_PER_MILLION, MEMORY_GOAL_MIB, QUERY_GOAL_S = 6.0, 512, 30
NAMES = ["films", "messages", "month-end", "reach", "storage", "studies", "unit-cost"]

figures = []


def report(name, value, unit, goal):
    figures.append({"name": name, "value": round(value, 3), "unit": unit, "peer": None, "ratio": None, "goal": goal,
                    "met": goal is None or value <= goal, "profile": os.environ.get("BENCH_PROFILE", "dev")})
    word = "    " if goal is None else "ok  " if value <= goal else "LATE"
    wanted = "" if goal is None else f" (goal {goal} {unit})"
    print(f"{word} {name}: {value:.3f} {unit}{wanted}", flush=True)


def run(*command):
    """CPU seconds and peak memory in MiB of one process."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def export(asked, events, source, out):
    cpu_s, peak_mib = 0.0, 0.0
    is_at_once = events <= AT_ONCE_MAX
    if is_at_once:
        run(asked.make_ledger, source, events, FIRST_DAY, DAYS)
    for number, month in enumerate(MONTHS, 1):
        if not is_at_once:
            shutil.rmtree(source, ignore_errors=True)
            days = calendar.monthrange(2025, number)[1]
            run(asked.make_ledger, source, events * days // DAYS, f"{month}-01", days, number)
        spent, peak = run(asked.filmless, "usage", "export", "--month", month, "--from", source, "--out", out)
        cpu_s, peak_mib = cpu_s + spent, max(peak_mib, peak)
    return cpu_s, peak_mib


def multiply(out, rows, into):
    """Copies every exported file, as if there were that many more studies."""
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    here = db.execute(f"SELECT count(*) FROM read_parquet('{out}/exports/events/*/*/*.parquet')").fetchone()[0]
    copies = max(1, round(rows / here))
    for path in sorted((out / "exports/events").glob("*/*/*.parquet")):
        target = into / path.relative_to(out)
        target.parent.mkdir(parents=True, exist_ok=True)
        db.execute(f"""COPY (SELECT * REPLACE (concat(study_instance_uid, '.', copy) AS study_instance_uid,
            sequence + copy * {here} AS sequence) FROM read_parquet('{path}', hive_partitioning = false),
            range({copies}) AS copies(copy)) TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")
    (into / "prices").mkdir(parents=True, exist_ok=True)
    shutil.copy(out / "prices/prices.csv", into / "prices/prices.csv")
    return here * copies


def ask(filmless, name, month, root):
    command = [filmless, "usage", "query", name, "--month", month, "--from", root, "--print"]
    printed = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    script = printed.removeprefix("duckdb <<'SQL'\n").removesuffix("SQL\n")
    db = duckdb.connect()
    begun = time.monotonic()
    db.execute(script).fetchall()
    return time.monotonic() - begun


def main():
    words = argparse.ArgumentParser()
    words.add_argument("filmless")
    words.add_argument("make_ledger")
    words.add_argument("out", type=Path)
    words.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    words.add_argument("--month", type=int, default=10_000_000)
    words.add_argument("--rows", type=int, default=100_000_000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="filmless-usage-") as folder:
        folder = Path(folder)
        for events in sorted(asked.events):
            source = folder / "ledger"
            shutil.rmtree(source, ignore_errors=True)
            out = folder / ("out" if events <= AT_ONCE_MAX else "larger")
            shutil.rmtree(out, ignore_errors=True)
            cpu_s, peak_mib = export(asked, events, source, out)
            millions = events / 1e6
            report(f"export of {millions:g} million events, CPU", cpu_s, "s", CPU_GOAL_S_PER_MILLION * millions)
            report(f"export of {millions:g} million events, CPU per million", cpu_s / millions, "s", None)
            report(f"export of {millions:g} million events, peak memory", peak_mib, "MiB", MEMORY_GOAL_MIB)
            size = sum(path.stat().st_size for path in (out / "exports/events").rglob("*.parquet"))
            report(f"export of {millions:g} million events, Parquet per event", size / events, "B", None)
        # All in one month: the most that one run has to hold.
        shutil.rmtree(source, ignore_errors=True)
        shutil.rmtree(folder / "larger", ignore_errors=True)
        run(asked.make_ledger, source, asked.month, FIRST_DAY, 31)
        words = ("usage", "export", "--month", MONTHS[0], "--from", source, "--out", folder / "month")
        cpu_s, peak_mib = run(asked.filmless, *words)
        millions = asked.month / 1e6
        report(f"export of one month of {millions:g} million events, CPU", cpu_s, "s", CPU_GOAL_S_PER_MILLION * millions)
        report(f"export of one month of {millions:g} million events, peak memory", peak_mib, "MiB", MEMORY_GOAL_MIB)
        shutil.rmtree(source, ignore_errors=True)
        rows = multiply(folder / "out", asked.rows, folder / "many")
        for name in NAMES:
            for month in ("2025-01", "2025-12"):
                spent = ask(asked.filmless, name, month, folder / "many")
                report(f"query {name} of {month} over {rows / 1e6:.0f} million rows, wall", spent, "s", QUERY_GOAL_S)
    known = json.loads(asked.out.read_text()) if asked.out.exists() else []
    names = {figure["name"] for figure in figures}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps([f for f in known if f["name"] not in names] + figures, indent=1) + "\n")


main()
