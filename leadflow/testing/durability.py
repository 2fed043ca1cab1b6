"""Proof that a store survives: processes that write it are killed at random, or write it all at once.

``python -m leadflow.testing.durability sqlite:///leads.db --kills 200`` does it from a shell. Whatever
happens, the store must end exactly as one that a single process wrote undisturbed.
"""

import argparse
import datetime as dt
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from leadflow.adapters.memory import MemoryStore
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
from leadflow.testing.store_contents import picture

__all__ = ["KillReport", "kill_writers", "main", "write_all", "write_together"]

_STEP: Final = "durability step"
_PER_STEP: Final = 60
_ORIGIN: Final = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class KillReport:
    """What a run of kills showed.

    Attributes:
        kills: how many writers were killed while they wrote.
        seconds: how long it took.
        differences: the tables that differ from an undisturbed store; empty if it survived.
        torn: how many times a store was found with half a session in it.
    """

    kills: int
    seconds: float
    differences: tuple[str, ...]
    torn: int


def write_all(store: LeadStore, steps: int) -> None:
    """Write the steps that the store does not have, one session each.

    Args:
        store: any store; several processes may do this to one store.
        steps: how many there are in all.

    Example:
        >>> with MemoryStore() as store:
        ...     write_all(store, 2)
        ...     with store.snapshot() as reader:
        ...         reader.counts()["records"]
        120
    """
    while True:
        with store.session() as session:
            done = session.document(_STEP)
            step = done if isinstance(done, int) else 0
            if step >= steps:
                return
            _write_step(session, step)
            session.put_document(_STEP, step + 1)


def kill_writers(
    url: str, *, kills: int, steps: int = 30, seed: int = 0, schema: str | None = None
) -> KillReport:
    """Kill writers of a store at random moments, let others go on, and compare with an undisturbed store.

    Args:
        url: a new store that outlives its processes.
        kills: how many writers are killed; each gets some work done before.
        steps: how many sessions the whole work has; more are added until there were enough kills.
        seed: of the moments.
        schema: the PostgreSQL schema.
    """
    rng = np.random.default_rng(seed)
    begun, killed, torn = time.monotonic(), 0, 0
    while killed < kills:
        with _start(url, steps, schema) as writer:
            _wait_until_writing(writer)
            time.sleep(float(rng.uniform(0, 0.25)))
            if writer.poll() is None:
                writer.kill()
                killed += 1
        with open_store(url, schema=schema) as store:
            done, whole = _progress(store)
        torn += not whole
        steps = max(steps, done + 10)
    with open_store(url, schema=schema) as store:
        write_all(store, steps)
        differences = _differences(store, steps)
    return KillReport(kills=killed, seconds=time.monotonic() - begun, differences=differences, torn=torn)


def write_together(url: str, *, writers: int, steps: int = 40, schema: str | None = None) -> tuple[str, ...]:
    """Let several processes do the same work at once, and compare with an undisturbed store.

    Args:
        url: a new store that several processes can open.
        writers: how many processes.
        steps: how many sessions the whole work has.
        schema: the PostgreSQL schema.

    Returns:
        What went wrong: tables that differ, and what writers complained of; empty if all is well.
    """
    running = [_start(url, steps, schema) for _ in range(writers)]
    said = [writer.communicate()[1] for writer in running]
    complaints = [text.strip().splitlines()[-1] for text in said if text.strip()]
    with open_store(url, schema=schema) as store:
        return (*_differences(store, steps), *complaints)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from a shell; returns the exit status: 0 if the store survived, 1 if not.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    parser = argparse.ArgumentParser(prog="python -m leadflow.testing.durability", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--writers", type=int, default=0)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--schema", default=None)
    options = parser.parse_args(arguments)
    if options.kills:
        report = kill_writers(
            options.url, kills=options.kills, steps=options.steps, seed=options.seed, schema=options.schema
        )
        sys.stdout.write(f"{report}\n")
        return int(bool(report.differences or report.torn))
    if options.writers:
        wrong = write_together(
            options.url, writers=options.writers, steps=options.steps, schema=options.schema
        )
        sys.stdout.write(f"{options.writers} writers: {wrong or 'as one undisturbed writer'}\n")
        return int(bool(wrong))
    with open_store(options.url, schema=options.schema) as store:
        sys.stdout.write("writing\n")
        sys.stdout.flush()
        write_all(store, options.steps)
    return 0


def _start(url: str, steps: int, schema: str | None) -> "subprocess.Popen[str]":
    chosen = [] if schema is None else ["--schema", schema]
    command = [sys.executable, "-m", "leadflow.testing.durability", url, "--steps", str(steps), *chosen]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603  # our own module


def _wait_until_writing(writer: "subprocess.Popen[str]") -> None:
    assert writer.stdout is not None, "opened as a pipe"  # noqa: S101  # _start does
    writer.stdout.readline()


def _write_step(session: StoreSession, step: int) -> None:
    """Write everything that belongs to one step; two steps share a third of their people."""
    now = _ORIGIN + dt.timedelta(minutes=step)
    people = [(step * _PER_STEP * 2 // 3) + number for number in range(_PER_STEP)]
    leads = [f"L{person}" for person in people]
    batch = LeadBatch.from_records(
        [
            SourceRecord(
                id=f"r{step}-{person}",
                source=f"list {step % 3}",
                observed_at=now,
                values={
                    "email": f"p{person}@example.jp",
                    "title": f"役職{step}",
                    "full_name": f"人 {person}",
                },
                raw={"メール": f"p{person}@example.jp"},
            )
            for person in people
        ]
    )
    session.add_records(batch, leads)
    records, lead_ids = session.records(leads)
    session.put_leads(merge(records, lead_ids, MergeStrategy.standard()))
    session.add_activities(ActivityLog.of([Activity(lead_id=lead, kind="visit", at=now) for lead in leads]))
    session.put_states(StateBatch.of(leads, stages=Column.constant(f"stage {step}", len(leads))))
    session.enter_stages(leads, [StageInterval(stage=f"stage {step}", entered_at=now)] * len(leads))
    session.put_assignments(
        [Assignment(id=f"A{lead}", lead_id=lead, owner=f"owner {step}", offered_at=now) for lead in leads[:5]]
    )
    session.append(
        [Event(kind=EventKind.CAPTURED, lead_id=lead, at=now, detail={"step": step}) for lead in leads]
    )
    session.enqueue([Message(key=f"m{step}", kind="done", to="sato", created_at=now)])


def _progress(store: LeadStore) -> tuple[int, bool]:
    """Return the steps that were done, and whether nothing of a further one is there."""
    with store.snapshot() as reader:
        done = reader.document(_STEP)
        step = done if isinstance(done, int) else 0
        counts = reader.counts()
        rows = step * _PER_STEP
        whole = all(counts[table] == rows for table in ("records", "journal", "activities", "stages"))
        return step, whole and counts["outbox"] == step


def _differences(store: LeadStore, steps: int) -> tuple[str, ...]:
    with MemoryStore() as undisturbed:
        write_all(undisturbed, steps)
        expected = picture(undisturbed)
    actual = picture(store)
    return tuple(name for name in expected if expected[name] != actual[name])


if __name__ == "__main__":
    sys.exit(main())
