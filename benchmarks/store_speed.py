"""How fast a store writes and reads whole lists, and one submission; and how that grows.

Run it with ``python benchmarks/store_speed.py [--url URL] [rows ...]``; 10,000 and 100,000 rows by default, into an
SQLite file with full durability.
"""

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from merging_speed import population

from leadflow.adapters.stores import open_store
from leadflow.columns import Column
from leadflow.merging import MergeStrategy, merge
from leadflow.ports import LeadStore, StoreSession
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    Event,
    EventKind,
    LeadBatch,
    Message,
    SourceRecord,
    StageInterval,
    StateBatch,
)

NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
CAPTURES = 300
_T = TypeVar("_T")


def main() -> None:
    """Print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            url = options.url or f"sqlite:///{folder}/leads.db"
            with open_store(url, schema=f"speed_{rows}" if url.startswith("postgresql") else None) as store:
                print(f"\n{rows:,} rows into {url.partition(':')[0]}")
                run(store, rows)
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"  {'on disk':<28}{size:>9.1f} MB,  peak memory {peak:,.0f} MB")


def run(store: LeadStore, rows: int) -> None:
    """Write, read and capture, each timed."""
    batch, people = population(rows, seed=0)
    raw = {
        f"見出し {name}": column
        for name, column in batch.columns.items()
        if isinstance(column.values[0], str)
    }
    batch = LeadBatch.of(
        batch.columns, ids=batch.ids, sources=batch.sources, observed_at=batch.observed_at, raw=raw
    )
    lead_ids = [f"L{person:07}" for person in people.tolist()]
    golden = merge(batch, lead_ids, MergeStrategy.standard())
    begun = time.perf_counter()
    with store.session() as session:
        timed("known records", lambda: session.known_records(batch.ids))
        timed("add records", lambda: session.add_records(batch, lead_ids))
        timed("put leads, provenance", lambda: session.put_leads(golden))
        write_progress(session, golden.leads.ids)
        timed("journal, 4 events a row", lambda: session.append(events(batch.ids, lead_ids)))
        commit = time.perf_counter()
    print(f"  {'commit':<28}{time.perf_counter() - commit:>9.3f} s")
    print(f"  {'WRITING IN ALL':<28}{time.perf_counter() - begun:>9.3f} s")
    with store.snapshot() as reader:
        kept = timed("read records", reader.records)[0]
        timed("read leads", reader.leads)
        timed("read states", reader.states)
        timed("read activities", reader.activities)
        timed("read journal", lambda: list(reader.journal()))
    assert kept.ids == batch.ids
    assert all(kept[name].to_list() == batch[name].to_list() for name in batch.columns)
    times = (
        np.array([timed_capture(store, number, lead_ids[number]) for number in range(min(CAPTURES, rows))])
        * 1e3
    )
    p50, p99 = np.percentile(times, [50, 99])
    print(f"  {'one submission, store part':<28}p50 {p50:.2f} ms, p99 {p99:.2f} ms")


def write_progress(session: StoreSession, leads: tuple[str, ...]) -> None:
    """Write what follows from scoring, staging and routing."""
    n = len(leads)
    states = StateBatch.of(leads, stages=Column.constant("MQL", n), total=np.arange(n) * 1.0)
    stays = [StageInterval(stage="MQL", entered_at=NOW)] * n
    offers = [
        Assignment(
            id=f"A{lead}", lead_id=lead, owner="sato", offered_at=NOW, deadline=NOW, reasons=("area: 関東",)
        )
        for lead in leads
    ]
    log = ActivityLog.of(
        [Activity(lead_id=lead, kind="visit", at=NOW, attributes={"page": "/x"}) for lead in leads]
    )
    messages = [Message(key=lead, kind="assigned", to="sato", lead_id=lead, created_at=NOW) for lead in leads]
    timed("states", lambda: session.put_states(states))
    timed("stages", lambda: session.enter_stages(leads, stays))
    timed("assignments", lambda: session.put_assignments(offers))
    timed("activities", lambda: session.add_activities(log))
    timed("outbox", lambda: session.enqueue(messages))


def events(record_ids: tuple[str, ...], lead_ids: list[str]) -> list[Event]:
    """Return four events a row."""
    return [
        Event(kind=EventKind.LINKED, lead_id=lead_id, at=NOW, detail={"record_id": record_id})
        for record_id, lead_id in zip(record_ids, lead_ids, strict=True)
        for _ in range(4)
    ]


def timed_capture(store: LeadStore, number: int, lead_id: str) -> float:
    """Do what one form submission of a known person does, and return the seconds."""
    begun = time.perf_counter()
    record = SourceRecord(
        id=f"form-{number}",
        source="form",
        observed_at=NOW,
        values={"email": "a@example.jp", "title": "部長"},
        raw={"メール": "a@example.jp"},
    )
    with store.session() as session:
        session.known_records([record.id])
        session.add_records(LeadBatch.from_records([record]), [lead_id])
        records, leads = session.records([lead_id])
        session.put_leads(merge(records, leads, MergeStrategy.standard()))
        activity = Activity(lead_id=lead_id, kind="form", at=NOW, key=record.id)
        session.add_activities(ActivityLog.of([activity]))
        session.activities([lead_id])
        session.histories([lead_id])
        session.assignments([lead_id])
        session.put_states(StateBatch.of([lead_id], stages=Column.of(["SAL"])))
        session.enter_stages([lead_id], [StageInterval(stage="SAL", entered_at=NOW)])
        session.append([Event(kind=EventKind.CAPTURED, lead_id=lead_id, at=NOW)] * 4)
        session.enqueue([Message(key=record.id, kind="assigned", to="sato", created_at=NOW)])
    return time.perf_counter() - begun


def timed(what: str, action: Callable[[], _T]) -> _T:
    """Print how long an action takes."""
    begun = time.perf_counter()
    result = action()
    print(f"  {what:<28}{time.perf_counter() - begun:>9.3f} s")
    return result


if __name__ == "__main__":
    main()
