"""How long one form submission takes, from payload to decision, beside a store of many leads.

python benchmarks/capture_latency.py [--rows 100000] [--captures 1000] [--folder FOLDER]

A generated list with the sample company's rules fills a memory store and an SQLite file with full durability. Every
second submission is of somebody who is in the list, the others are of new people. The first submission builds the
index and is told apart.
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from population import write_population

import leadflow as lf
from leadflow.datasets import sample_company
from leadflow.records import LeadBatch

__all__ = ["main"]

NOW = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)
SENT = ("email", "full_name", "company", "title", "phone")


def submissions(known: LeadBatch, strangers: LeadBatch, count: int) -> Iterator[tuple[bool, dict[str, str]]]:
    """Make submissions, and say of each whether its sender is in the list."""
    rows = np.random.default_rng(1).choice(len(known), count, replace=count > len(known)).tolist()
    for number, row in enumerate(rows):
        is_known = number % 2 == 0
        values = (known.record(row) if is_known else strangers.record(number % len(strangers))).values
        yield is_known, {name: str(values[name]) for name in SENT if name in values}


def measure(url: str, rows: int, captures: int, folder: Path) -> None:
    """Fill a store, capture, check the decisions, and print one line."""
    path = folder / "list.csv"
    write_population(path, rows)
    imported = lf.read_leads(path)
    write_population(path, captures, seed=1)
    strangers = lf.read_leads(path).batch
    definition = lf.load_definition(sample_company().definition_path)
    with lf.open_store(url) as store:
        flow = definition.flow(store)
        leads = flow.ingest(imported, now=NOW).leads
        started = time.perf_counter()
        flow.capture({"form": "contact", "email": "first@first.example.co.jp"}, now=NOW)
        first = time.perf_counter() - started
        lengths, right = [], 0
        for number, (known, sent) in enumerate(submissions(imported.batch, strangers, captures)):
            moment = NOW + dt.timedelta(seconds=number + 1)
            started = time.perf_counter()
            decision = flow.capture({"form": "contact", **sent}, now=moment)
            lengths.append(time.perf_counter() - started)
            right += decision.is_new is not known
        assert right >= 0.9 * captures, "submissions are not recognised"
    middle, late = np.percentile(np.array(lengths) * 1e3, (50, 99))
    kind = url.partition(":")[0]
    print(f"{kind:<8}{leads:>9,}{first:>10.2f}{middle:>9.2f}{late:>9.2f}{right / captures:>9.1%}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description="Time one form submission.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the list in the store")
    parser.add_argument("--captures", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where the SQLite file goes; a temporary one by default")
    options = parser.parse_args(arguments)
    print(f"{'store':<8}{'leads':>9}{'first s':>10}{'p50 ms':>9}{'p99 ms':>9}{'right':>9}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        for url in ("memory://", f"sqlite:///{folder / 'leads.db'}"):
            measure(url, options.rows, options.captures, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
