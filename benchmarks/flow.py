"""The whole journey: a CP932 list of N rows through everything into SQLite. Time and peak memory per size.

Run: python benchmarks/flow.py [ROWS ...]
Each size runs in a process of its own, so that the peak is its own.
"""

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOW = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)


def measure(rows: int) -> dict[str, float]:
    """Read, decide and store one list; return seconds by part and the peak in MB."""
    import leadflow as lf
    from leadflow.testing import generate_leads_table, write_csv

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        table, _ = generate_leads_table(7, rows)
        write_csv(path, table)
        del table
        started = time.perf_counter()
        imported = lf.read_leads(path)
        read = time.perf_counter()
        with lf.open_store(f"sqlite:///{folder}/leads.db") as store:
            run = lf.LeadFlow(store=store).ingest(imported, now=NOW)
        done = time.perf_counter()
        size = (Path(folder) / "leads.db").stat().st_size
    return {
        "rows": rows,
        "leads": run.leads,
        "read s": read - started,
        "decide and store s": done - read,
        "together s": done - started,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "database MB": size / 1e6,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 30_000, 100_000])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.rows[0])))
        return
    for number, rows in enumerate(options.rows):
        command = [sys.executable, __file__, str(rows), "--one"]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if number == 0:
            print(" | ".join(result))
        print(
            " | ".join(
                f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in result.values()
            )
        )


if __name__ == "__main__":
    main()
