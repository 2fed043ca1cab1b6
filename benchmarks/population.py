"""Write a list of leads with known truth for a benchmark.

python benchmarks/population.py 100000 list.csv --truth truth.csv
"""

import argparse
import csv
import sys
import time
from pathlib import Path

from leadflow.testing import generate_leads_table, write_csv

__all__ = ["main", "write_population"]


def write_population(
    path: Path,
    rows: int,
    *,
    seed: int = 0,
    duplicate_rate: float = 0.3,
    encoding: str = "cp932",
    truth: Path | None = None,
) -> None:
    """Write a list of ``rows`` leads, and on request the true lead of each row (``row,entity``, from 0)."""
    table, entity = generate_leads_table(seed, rows, duplicate_rate)
    write_csv(path, table, encoding=encoding)
    if truth is not None:
        with truth.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("row", "entity"))
            writer.writerows(enumerate(entity.tolist()))


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and write the list."""
    parser = argparse.ArgumentParser(description="Write a list of leads with known truth.")
    parser.add_argument("rows", type=int, help="how many rows")
    parser.add_argument("path", type=Path, help="the list to write")
    parser.add_argument("--truth", type=Path, help="where to write the true lead of each row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--duplicate-rate", type=float, default=0.3)
    parser.add_argument("--encoding", default="cp932")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    write_population(
        options.path,
        options.rows,
        seed=options.seed,
        duplicate_rate=options.duplicate_rate,
        encoding=options.encoding,
        truth=options.truth,
    )
    print(f"{options.rows} rows in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
