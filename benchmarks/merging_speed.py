"""How many source rows a second are merged, with provenance, and how that grows.

Run it with ``python benchmarks/merging_speed.py [rows ...]``; 10,000, 100,000 and 1,000,000 rows by default.
"""

import resource
import sys
import time

import numpy as np

from leadflow.columns import Column
from leadflow.merging import MergeStrategy, merge
from leadflow.records import LeadBatch, SourceRecord

FIELDS = {
    "company": 0.25,
    "full_name": 0.7,
    "last_name": 0.02,
    "first_name": 0.02,
    "full_name_kana": 0.6,
    "email": 0.7,
    "phone": 0.7,
    "mobile": 0.6,
    "title": 0.001,
    "department": 0.003,
    "postal_code": 0.2,
    "prefecture": 0.0005,
    "city": 0.008,
    "street": 0.5,
    "building": 0.3,
    "industry": 0.0004,
    "lead_source": 0.0001,
    "campaign": 0.0002,
    "status": 0.0001,
    "memo": 0.5,
}
"""Field to the share of rows that have a value of their own."""


def population(rows: int, seed: int) -> tuple[LeadBatch, np.ndarray]:
    """Make rows of about two thirds as many people, a third of the cells empty."""
    rng = np.random.default_rng(seed)
    people = rng.integers(0, max(int(rows * 0.65), 1), rows)
    columns = {}
    for name, share in FIELDS.items():
        values = tuple(f"{name}の値{code}です" for code in range(max(int(rows * share), 2)))
        own = (people * 7919 + rng.integers(0, 2, rows)) % len(values)
        codes = np.where(rng.random(rows) < 0.33, -1, own).astype(np.int32)
        columns[name] = Column(codes=codes, values=values)
    tags = (("IoT",), ("IoT", "保守"), ("クラウド",), ("AI", "クラウド"))
    columns["interests"] = Column(codes=rng.integers(-1, 4, rows).astype(np.int32), values=tags)
    columns["employees"] = Column(
        codes=rng.integers(-1, 500, rows).astype(np.int32), values=tuple(range(500))
    )
    columns["opt_out_email"] = Column(codes=rng.integers(-1, 2, rows).astype(np.int32), values=(False, True))
    batch = LeadBatch.of(
        columns,
        ids=[f"r{row:07}" for row in range(rows)],
        sources=Column(
            codes=rng.integers(0, 4, rows).astype(np.int32),
            values=("Salesforce", "Marketo", "Eight", "展示会"),
        ),
        observed_at=1_700_000_000 + rng.integers(0, 1000, rows) * 86400,
    )
    return batch, people


def main(sizes: list[int]) -> None:
    """Print one line per size."""
    strategy = MergeStrategy.standard()
    print(f"{'rows':>10} {'leads':>10} {'seconds':>9} {'rows/s':>10} {'peak MB':>8}")
    for rows in sizes:
        batch, people = population(rows, seed=0)
        best = min(_timed(batch, people, strategy) for _ in range(3))
        golden = merge(batch, people, strategy)
        check(batch, people, strategy)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{rows:>10,} {len(golden.leads):>10,} {best:>9.3f} {rows / best:>10,.0f} {peak:>8,.0f}")


def _timed(batch: LeadBatch, people: np.ndarray, strategy: MergeStrategy) -> float:
    start = time.perf_counter()
    merge(batch, people, strategy)
    return time.perf_counter() - start


def check(batch: LeadBatch, people: np.ndarray, strategy: MergeStrategy) -> None:
    """Refuse to time a wrong result: a sample of leads must equal those that are merged alone."""
    golden = merge(batch, people, strategy)
    row_of = {lead_id: row for row, lead_id in enumerate(golden.leads.ids)}
    for person in people[:: max(len(people) // 50, 1)].tolist():
        records: list[SourceRecord] = [batch.record(row) for row in np.flatnonzero(people == person).tolist()]
        alone = strategy.merge(records).lead
        assert alone.values() == golden.leads.lead(row_of[alone.id]).values()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
