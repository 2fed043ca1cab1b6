"""Measure the live index: seconds to build, bytes a record, time of a query, an addition.

Usage: ``python benchmarks/matching_index.py [ROWS]``.
"""

import argparse
import gc
import resource
import time

import numpy as np
from matching_speed import matcher, synthetic


def main() -> None:
    """Build an index and ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--queries", type=int, default=3000)
    options = parser.parse_args()
    table, truth = synthetic(options.rows)
    fitted = matcher().fit(table, seed=0)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    index = fitted.index(table)
    built = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rng = np.random.default_rng(1)
    rows = rng.integers(0, options.rows, options.queries)
    records = table.take(rows).to_pylist()
    spent = []
    found = 0
    for row, record in zip(rows.tolist(), records, strict=True):
        begin = time.perf_counter()
        matches = index.query(record)
        spent.append(time.perf_counter() - begin)
        found += any(match.record_id == str(row) for match in matches)
    added = []
    for number, record in enumerate(records[:1000]):
        begin = time.perf_counter()
        index.add(f"new{number}", record)
        added.append(time.perf_counter() - begin)
    assert len(truth) == options.rows
    p50, p99 = np.quantile(spent, (0.5, 0.99)) * 1000
    print(
        f"{options.rows:,} records: built in {built:.1f} s, at most {(after - before) * 1024 / options.rows:.0f} bytes a record; "
        f"query p50 {p50:.3f} ms, p99 {p99:.3f} ms; add p50 {np.median(added) * 1000:.3f} ms; "
        f"{found / options.queries:.4f} of the records find themselves"
    )


if __name__ == "__main__":
    main()
