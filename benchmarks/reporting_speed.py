"""How long all reports of a company take from an SQLite store, and how much memory; beside DuckDB on the same file.

    python benchmarks/reporting_speed.py --leads 100000 --events 1000000

Events are activities (four fifths) and journal entries. Prints one table: filling the store (not counted), reading,
computing, rendering, the peak memory of the process that reports, all reports once more after a further day of activities and
after one that also brings leads, stages, hand-overs and acceptances, and the same figures in hand-written SQL
(``reporting_peer.py``) that DuckDB runs over what ADBC reads from the store's file. The figures of the two are compared, section
by section, before any time is printed.
"""

import argparse
import datetime as dt
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from reporting_peer import Rows, figures_of, peer_figures

import leadflow as lf
from leadflow.columns import Column
from leadflow.ports import LeadStore
from leadflow.records import (
    ActivityLog,
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.records.batches import from_seconds
from leadflow.records.events import Json
from leadflow.reporting import Hierarchy, Target, Targets, Unit, build_report, render_html

AS_OF = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)
BEGIN = int(dt.datetime(2026, 4, 1, tzinfo=dt.UTC).timestamp())
SPAN = int(AS_OF.timestamp()) - BEGIN - 6 * 3600
KINDS = ("email_opened", "page_viewed", "call", "call_connected", "appointment", "opportunity_created", "won")
WEIGHTS = (0.45, 0.38, 0.08, 0.04, 0.03, 0.015, 0.005)
STAGES = ("Lead", "MQL", "SAL", "SQL", "Opportunity", "Won")
PEOPLE = 500


def main() -> None:
    """Fill a store, report on it in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path, help="a store that a former run filled and kept")
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.report:
        print(json.dumps(report_on(options.report)))
        return
    if options.peer:
        print(json.dumps(duckdb_figures(options.peer)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.store or Path(folder) / "leads.db"
        if not path.exists():
            begun = time.perf_counter()
            fill(path, options.leads, options.events)
            print(
                f"filled {options.leads:,} leads, {options.events:,} events in {time.perf_counter() - begun:.1f} s"
            )
        peer, cpu, expected = alone("--peer", path)
        written = shutil.copyfile(path, Path(folder) / "written.db")  # further days are written into it
        times = alone("--report", written)
        figures = times.pop("figures")
    different = [name for name, rows in expected.items() if rows != figures[name]]
    assert not different, f"other figures than the peer's in {different}"
    for name, value in times.items():
        print(f"{name:<46}{value:>12,.2f}")
    print(f"{'ADBC + DuckDB, s':<46}{peer:>12,.2f}")
    print(f"{'ADBC + DuckDB, CPU s':<46}{cpu:>12,.2f}")
    print(f"{'ratio, wall':<46}{times['all reports, s'] / peer:>12,.2f}")
    print(f"{'ratio, CPU':<46}{times['all reports, CPU s'] / cpu:>12,.2f}")
    print(f"{'equal figures':<46}{sum(map(len, expected.values())):>12,}")


def alone(option: str, path: Path) -> Any:
    """Return what this script answers in a process of its own, whose peak memory is its own too."""
    done = subprocess.run(
        [sys.executable, __file__, option, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def fill(path: Path, leads: int, events: int) -> None:
    """Write a made-up history of half a year into an SQLite store."""
    rng = np.random.default_rng(0)
    ids = [f"L{n:07d}" for n in range(leads)]
    companies = [f"会社{n}" for n in range(leads // 4 + 1)]
    stages = rng.choice(len(STAGES), leads, p=(0.7, 0.15, 0.07, 0.04, 0.03, 0.01))
    born = BEGIN + rng.integers(0, SPAN, leads)
    with lf.open_store(f"sqlite:///{path}") as store:
        for first in range(0, leads, 100_000):
            rows = range(first, min(first + 100_000, leads))
            columns = {
                "company": Column.of(companies[n // 4] for n in rows),
                "employees": Column.of(int(x) for x in rng.integers(1, 9000, len(rows))),
                "amount": Column.of(int(x) * 100_000 for x in rng.integers(1, 90, len(rows))),
                "lead_source": Column.of(f"source {n % 8}" for n in rows),
            }
            mine = [ids[n] for n in rows]
            batch = LeadBatch.of(
                columns,
                ids=mine,
                sources=Column.of(f"list {n % 5}" for n in rows),
                observed_at=born[rows.start : rows.stop],
            )
            with store.session() as session:
                session.add_records(batch, mine)
                session.put_leads(GoldenBatch(leads=batch, winners={}, rules={}))
                session.put_states(StateBatch.of(mine, stages=Column.of(STAGES[stages[n]] for n in rows)))
                session.put_histories([history(ids[n], int(born[n]), int(stages[n])) for n in rows])
                handed = [n for n in rows if stages[n] > 0]
                session.put_assignments([assignment(ids[n], int(born[n]) + 3600, n) for n in handed])
        noted = events // 5
        for first in range(0, events - noted, 500_000):
            size = min(500_000, events - noted - first)
            with store.session() as session:
                session.add_activities(activities(rng, ids, first, size))
        with store.session() as session:
            session.append(journal(ids, born, noted))


def journal(ids: list[str], born: np.ndarray, size: int) -> Iterator[Event]:
    """What the engine would have noted: captures, stages, acceptances, a correction now and then."""
    kinds = (
        EventKind.CAPTURED,
        EventKind.STAGE_ENTERED,
        EventKind.SCORED,
        EventKind.ASSIGNED,
        EventKind.ACCEPTED,
    )
    for n in range(size):
        lead, kind = ids[n % len(ids)], kinds[n % len(kinds)]
        at = from_seconds(int(born[n % len(ids)]) + 3600 * (n // len(ids)))
        assert at is not None
        if n % 1000 == 999:
            detail: dict[str, Json] = {"field": "amount", "old": 90_000_000, "new": 900_000}
            yield Event(
                kind=EventKind.CORRECTED, lead_id=lead, at=at, actor="p1", reason="typed wrong", detail=detail
            )
        else:
            yield Event(
                kind=kind,
                lead_id=lead,
                at=at,
                detail={"assignment_id": f"A{lead}"} if n % 5 == 4 else {"stage": "Lead"},
            )


def history(lead_id: str, born: int, furthest: int) -> StageHistory:
    """One lead's stays, an hour each."""
    moments = [from_seconds(born + 3600 * step) for step in range(furthest + 1)]
    stays = [
        StageInterval(
            stage=STAGES[step], entered_at=at, left_at=moments[step + 1] if step < furthest else None
        )
        for step, at in enumerate(moments)
        if at is not None
    ]
    return StageHistory(lead_id=lead_id, intervals=tuple(stays))


def assignment(lead_id: str, at: int, number: int) -> Assignment:
    """One hand-over."""
    offered = from_seconds(at)
    assert offered is not None
    state = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.CLOSED)[number % 3]
    deadline = offered + dt.timedelta(hours=8)
    return Assignment(
        id=f"A{lead_id}",
        lead_id=lead_id,
        owner=f"p{number % PEOPLE}",
        offered_at=offered,
        deadline=deadline,
        state=state,
    )


def activities(rng: np.random.Generator, ids: list[str], first: int, size: int) -> ActivityLog:
    """Some activities with what their kind has: who called, which page, which campaign, which amount."""
    kinds = rng.choice(len(KINDS), size, p=WEIGHTS)
    some = {
        name: rng.integers(0, most, size) for name, most in (("by", PEOPLE), ("page", 400), ("campaign", 60))
    }
    yen = rng.integers(1, 100, size) * 100_000
    has = {"campaign": kinds == 0, "page": kinds == 1, "by": (kinds >= 2) & (kinds <= 4)}
    attributes = {
        name: coded(some[name], [f"{name[0]}{n}" for n in range(int(some[name].max()) + 1)], flags)
        for name, flags in has.items()
    }
    attributes["amount"] = Column.of(int(yen[n]) if kinds[n] >= 5 else None for n in range(size))
    return ActivityLog(
        lead_ids=Column.of(ids[n] for n in rng.integers(0, len(ids), size).tolist()),
        kinds=coded(kinds, KINDS, np.ones(size, np.bool_)),
        at=BEGIN + rng.integers(0, SPAN, size),
        keys=Column.of(f"k{n}" for n in range(first, first + size)),
        attributes=attributes,
    )


def coded(codes: np.ndarray, values: Sequence[str], filled: np.ndarray) -> Column:
    """A column of values by their codes."""
    return Column(codes=np.where(filled, codes, -1).astype(np.int32), values=tuple(values))


def company() -> tuple[Hierarchy, Targets]:
    """Five hundred people in fifty teams, with monthly targets."""
    units = [Unit(id="company", name="A社", level="company")]
    units += [Unit(id=f"t{n}", name=f"チーム{n}", level="team", parent="company") for n in range(50)]
    units += [Unit(id=f"p{n}", name=f"担当{n}", level="person", parent=f"t{n % 50}") for n in range(PEOPLE)]
    months = [f"2026-{month:02d}" for month in range(4, 10)]
    rows = [Target(kpi="calls", period=m, unit=f"p{n}", value=100) for m in months for n in range(PEOPLE)]
    return Hierarchy(units=tuple(units)), Targets(rows=tuple(rows))


def report_on(path: Path) -> dict[str, object]:
    """Make every report, then once more after a further day, and say how long each part took."""
    hierarchy, targets = company()
    marks: list[tuple[str, float]] = []

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    with lf.open_store(f"sqlite:///{path}") as store:
        cpu = processor_time()
        with store.snapshot() as reader:
            mark("begin")
            report = build_report(reader, as_of=AS_OF, targets=targets, hierarchy=hierarchy, progress=mark)
            mark("done")
        cpu = processor_time() - cpu
        peaks = [
            resource.getrusage(of).ru_maxrss / 1024 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        page = render_html(report)
        mark("rendered")
        again, figures = {}, figures_of(report)
        ids, size = report.facts.leads.ids, len(report.facts.activities)
        for number, name in enumerate(("a day of activities", "a day of everything"), start=1):
            (a_day_of_activities if number == 1 else a_day_of_everything)(store, ids, size // 180)
            refreshed: list[tuple[str, float]] = [("begin", time.perf_counter())]
            refreshing = processor_time()
            with store.snapshot() as reader:
                report = build_report(
                    reader,
                    as_of=AS_OF + dt.timedelta(days=number),
                    targets=targets,
                    hierarchy=hierarchy,
                    holdings=report.facts.holdings,
                    progress=partial(_note, refreshed),
                )
            done, steps = time.perf_counter(), dict(refreshed)
            again |= {
                f"{name}, s": done - steps["begin"],
                f"{name}, CPU s": processor_time() - refreshing,
                f"  of {name} reading, s": steps["attainment"] - steps["begin"],
            }
    at = dict(marks)
    parts = {f"  {name}, s": after - before for (name, before), (_, after) in itertools.pairwise(marks[:-1])}
    return {
        "all reports, s": at["done"] - at["begin"],
        "all reports, CPU s": cpu,
        **parts,
        "HTML, s": at["rendered"] - at["done"],
        "HTML, MB": len(page.encode()) / 1e6,
        "peak memory, MB": peaks[0],
        "peak memory of the larger of two readers, MB": peaks[1],
        **again,
        "figures": figures,
    }


def processor_time() -> float:
    """Of this process and of those that it ended."""
    return sum(os.times()[:4])


def _note(told: list[tuple[str, float]], step: str) -> None:
    told.append((step, time.perf_counter()))


def a_day_of_activities(store: LeadStore, ids: Sequence[str], size: int) -> None:
    """Write the activities of one more day."""
    with store.session() as session:
        session.add_activities(_of_a_day(1, list(ids), size))


def a_day_of_everything(store: LeadStore, ids: Sequence[str], size: int) -> None:
    """Write the activities of one more day, new leads, and stages, hand-overs and acceptances of old and new ones."""
    begin, count = int(AS_OF.timestamp()) + 86_400, max(len(ids) // 250, 1)
    new, older = [f"N{n:06d}" for n in range(count)], list(ids[:: max(2 * len(ids) // count, 1)])
    batch = LeadBatch.of(
        {
            "company": Column.of(f"会社{n}" for n in range(count)),
            "amount": Column.of((n % 90 + 1) * 100_000 for n in range(count)),
            "lead_source": Column.of(f"source {n % 8}" for n in range(count)),
        },
        ids=new,
        sources=Column.of(f"list {n % 5}" for n in range(count)),
        observed_at=begin + np.arange(count) % 70_000,
    )
    moved = new + older
    accepted = from_seconds(begin + 75_000)
    assert accepted is not None
    with store.session() as session:
        session.add_records(batch, new)
        session.put_leads(GoldenBatch(leads=batch, winners={}, rules={}))
        session.put_states(StateBatch.of(moved, stages=Column.of(STAGES[n % 3] for n in range(len(moved)))))
        session.put_histories([history(lead_id, begin + n % 3600, n % 3) for n, lead_id in enumerate(moved)])
        offers = [assignment(lead_id, begin + n % 3600, n) for n, lead_id in enumerate(moved)]
        session.put_assignments([attrs.evolve(offer, id=f"later {offer.id}") for offer in offers])
        session.append(
            Event(
                kind=EventKind.ACCEPTED,
                lead_id=offer.lead_id,
                at=accepted,
                detail={"assignment_id": f"later {offer.id}"},
            )
            for offer in offers[::2]
        )
        session.add_activities(_of_a_day(2, [*ids, *new], size))


def _of_a_day(number: int, ids: list[str], size: int) -> ActivityLog:
    rng = np.random.default_rng(number)
    log = activities(rng, ids, 0, max(size, 1))
    keys = Column.of(f"day {number}, {n}" for n in range(len(log)))
    begin = int(AS_OF.timestamp()) + (number - 1) * 86_400
    return attrs.evolve(log, keys=keys, at=begin + rng.integers(0, 80_000, len(log)))


def duckdb_figures(path: Path) -> tuple[float, float, Rows]:
    """Return how long the peer took, its CPU time, and its figures."""
    begun, cpu = time.perf_counter(), time.process_time()
    rows = peer_figures(path, AS_OF, hierarchy=company()[0], way=STAGES)
    return time.perf_counter() - begun, time.process_time() - cpu, rows


if __name__ == "__main__":
    main()
