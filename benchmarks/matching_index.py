"""Measure the live index: seconds to build, bytes a record, time of a query, an addition.

Usage: ``python benchmarks/matching_index.py [ROWS]``.
"""

import argparse
import gc
import pathlib
import resource
import sys
import time

import numpy as np
import pyarrow as pa
from people import people_table

sys.path.insert(0, str(pathlib.Path(__file__).parent / "comparison"))

__all__ = ["measure"]


def measure(table: pa.Table, *, queries: int = 3000) -> dict[str, float]:
    """Build an index and ask it; seconds to build, bytes a record, milliseconds of queries and additions."""
    from with_leadflow import matcher

    rows = len(table)
    fitted = matcher().fit(table, seed=0)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    index = fitted.index(table)
    built = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked = np.random.default_rng(1).integers(0, rows, queries)
    records = table.take(asked).to_pylist()
    spent = []
    found = 0
    for row, record in zip(asked.tolist(), records, strict=True):
        begin = time.perf_counter()
        matches = index.query(record)
        spent.append(time.perf_counter() - begin)
        found += any(match.record_id == str(row) for match in matches)
    added = []
    for number, record in enumerate(records[:1000]):
        begin = time.perf_counter()
        index.add(f"new{number}", record)
        added.append(time.perf_counter() - begin)
    p50, p99 = np.quantile(spent, (0.5, 0.99)) * 1000
    return {
        "rows": rows,
        "built": built,
        "bytes": (after - before) * 1024 / rows,
        "p50": float(p50),
        "p99": float(p99),
        "add": float(np.median(added)) * 1000,
        "found": found / queries,
    }


def main() -> None:
    """Measure one size and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    told = measure(people_table(parser.parse_args().rows)[0])
    print(
        f"{told['rows']:,} records: built in {told['built']:.1f} s, at most {told['bytes']:.0f} bytes a record; "
        f"query p50 {told['p50']:.3f} ms, p99 {told['p99']:.3f} ms; add p50 {told['add']:.3f} ms; "
        f"{told['found']:.4f} of the records find themselves"
    )


if __name__ == "__main__":
    main()
