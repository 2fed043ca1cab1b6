"""Proof that a store survives: processes that carry leads through it are killed at random, or write it all at once.

``python -m leadflow.testing.durability sqlite:///leads.db --kills 200`` does it from a shell. A killed
process goes on with ``LeadFlow.ingest`` where it was stopped; whatever happens, the store must end exactly
as one that a single process wrote undisturbed.
"""

import argparse
import datetime as dt
import multiprocessing
import multiprocessing.connection
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Final

import attrs
import numpy as np

from leadflow.adapters.memory import MemoryStore
from leadflow.adapters.reading import read_leads
from leadflow.adapters.stores import open_store
from leadflow.engine import rebuild
from leadflow.engine.evaluation import LIVE
from leadflow.ports import LeadStore
from leadflow.records import Activity, ActivityLog, EventKind
from leadflow.testing.carrying import Step, carry_on, flow_over, steps_of, strangers_of
from leadflow.testing.store_contents import picture

__all__ = ["Address", "KillReport", "capture_together", "ingest_together", "kill_ingests", "main"]

_ORIGIN: Final = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
_KNOWN: Final = 200
"""How many rows a store has before people are captured together, so that its matcher has seen some."""


@attrs.frozen(kw_only=True)
class Address:
    """Where a store is, so that another process can open it.

    Attributes:
        url: as ``leadflow.open_store`` takes it.
        schema: the PostgreSQL schema; None for SQLite, and for the connection's own.
    """

    url: str
    schema: str | None = None

    def numbered(self, number: int) -> "Address":
        """Return the address of another store beside this one.

        Example:
            >>> Address(url="sqlite:///leads.db").numbered(2).url
            'sqlite:///leads-2.db'
        """
        if not self.url.startswith("sqlite"):
            return attrs.evolve(self, schema=f"{self.schema or 'leadflow'}_{number}")
        stem, dot, ending = self.url.rpartition(".")
        return attrs.evolve(self, url=f"{stem}-{number}{dot}{ending}" if dot else f"{self.url}-{number}")


@attrs.frozen(kw_only=True)
class KillReport:
    """What a run of kills showed.

    Attributes:
        kills: how many processes were killed while they worked.
        rounds: how many stores they wrote in turn, each compared with an undisturbed one.
        seconds: how long it took.
        differences: the tables that differ from an undisturbed store; empty if it survived.
    """

    kills: int
    rounds: int
    seconds: float
    differences: tuple[str, ...]


@attrs.frozen(kw_only=True)
class _Work:
    """The recipe of the steps: a process makes them anew instead of being sent them."""

    seed: int
    steps: int
    rows: int

    def made(self) -> tuple[Step, ...]:
        return steps_of(self.seed, steps=self.steps, rows=self.rows, origin=_ORIGIN)


def kill_ingests(
    address: Address, *, kills: int, steps: int = 6, rows: int = 40, seed: int = 0
) -> KillReport:
    """Kill processes at random moments of an ingest, let others go on, and compare with an undisturbed store.

    A store that is finished before there were enough kills is compared, and another one is begun beside it.

    Args:
        address: of stores that outlive their processes; ``Address.numbered`` gives each its own.
        kills: how many processes are killed.
        steps: how many lists one store takes in.
        rows: how many rows each list has.
        seed: of the lists and of the moments.
    """
    rng = np.random.default_rng(seed)
    work = _Work(seed=seed, steps=steps, rows=rows)
    begun = time.monotonic()
    with MemoryStore() as undisturbed:
        carry_on(undisturbed, work.made())
        expected = picture(undisturbed)
    usual = (time.monotonic() - begun) / steps
    killed = rounds = 0
    differing: dict[str, None] = {}
    while killed < kills:
        rounds += 1
        own = address.numbered(rounds)
        finished = False
        while not finished and killed < kills:
            writer, ready = _start(_work, own, work)
            with ready:
                ready.poll(None)
            writer.join(float(rng.uniform(0, 2 * usual)))
            finished = not writer.is_alive()
            writer.kill()
            writer.join()
            killed += not finished
        differing |= dict.fromkeys(_finish(own, work, expected))
    return KillReport(
        kills=killed, rounds=rounds, seconds=time.monotonic() - begun, differences=tuple(differing)
    )


def capture_together(address: Address, *, writers: int, people: int = 40, seed: int = 0) -> tuple[str, ...]:
    """Let several processes capture the same people at once, each through a form of its own.

    Half of the people are in the store before. Every writer takes everybody in another order.

    Args:
        address: of a new store that several processes can open.
        writers: how many processes.
        people: how many people submit every form.
        seed: of the people.

    Returns:
        What went wrong: people who became several leads or share one, submissions that are not there, and what
        writers complained of; empty if all is well.
    """
    everybody = strangers_of(seed, people)
    with _opened(address) as store:
        carry_on(store, steps_of(seed + 1, steps=1, rows=_KNOWN, origin=_ORIGIN))
        flow = flow_over(store)
        for person in everybody[: people // 2]:
            flow.capture({"form": "first", **person}, now=_ORIGIN + dt.timedelta(days=1))
        with store.snapshot() as reader:
            before, leads_before = len(reader.records()[0]), len(reader.leads())
    running = [_start(_capture, address, everybody, number) for number in range(writers)]
    complaints = [said for said in _told(running) if said]
    with _opened(address) as store, store.snapshot() as reader:
        records, lead_ids = reader.records()
        golden = len(reader.leads())
    expected = before + people * writers
    leads_of: dict[str, set[str]] = {str(person["email"]): set() for person in everybody}
    for email, lead_id in zip(records["email"].to_list(), lead_ids, strict=True):
        if email in leads_of:
            leads_of[str(email)].add(lead_id)
    several = sum(len(leads) != 1 for leads in leads_of.values())
    shared = people - len(set().union(*leads_of.values()))
    wrong = [
        (len(records) != expected, f"{expected - len(records)} submissions were lost"),
        (several > 0, f"{several} people are not exactly one lead"),
        (shared > 0, f"{shared} people share the lead of somebody else"),
        (golden != leads_before + people - people // 2, "leads were made that nobody is"),
    ]
    return (*(text for is_wrong, text in wrong if is_wrong), *complaints)


def ingest_together(address: Address, *, writers: int, people: int = 40, seed: int = 0) -> tuple[str, ...]:
    """Let several processes ingest at once: a list that all have, one of their own, and that of their neighbour.

    Everybody is in every list once, with an activity, and every process does all of it twice.

    Args:
        address: of a new store that several processes can open.
        writers: how many processes.
        people: how many people are in a list.
        seed: of the people.

    Returns:
        What went wrong: people who became several leads or share one, rows that are not there or that several processes
        say to be new, what was done twice, and what writers complained of; empty if all is well.
    """
    everybody = strangers_of(seed, people)
    with _opened(address) as store:
        carry_on(store, steps_of(seed + 1, steps=1, rows=_KNOWN, origin=_ORIGIN))
        with store.snapshot() as reader:
            before = reader.counts()
    running = [_start(_ingest, address, everybody, writers, number) for number in range(writers)]
    said = _told(running)
    new = [int(one) for one in said if one.isdecimal()]
    rows = people * (writers + 1)
    wrong = _after_ingests(address, everybody, before, rows=rows)
    if sum(new) != rows:
        wrong.append(f"{sum(new)} rows were new to somebody, and {rows} are")
    return (*wrong, *(one for one in said if not one.isdecimal()))


def _after_ingests(
    address: Address, everybody: Sequence[Mapping[str, str]], before: Mapping[str, int], *, rows: int
) -> list[str]:
    """Return what is wrong in a store into which rows of people were ingested, some of each."""
    with _opened(address) as store:
        with store.snapshot() as reader:
            after = reader.counts()
            records, lead_ids = reader.records()
            captured = [event.detail["record_id"] for event in reader.journal(kinds=[EventKind.CAPTURED])]
            states = reader.states()
            open_for = [one.lead_id for one in reader.assignments(states=LIVE)]
            activities = reader.activities(states.ids)
        unfit = rebuild(flow_over(store)).changed
    people = len(everybody)
    leads_of: dict[str, set[str]] = {str(person["email"]): set() for person in everybody}
    for email, lead_id in zip(records["email"].to_list(), lead_ids, strict=True):
        leads_of.get(str(email), set()).add(lead_id)
    several = sum(len(leads) != 1 for leads in leads_of.values())
    told = activities.keys.to_list()
    wrong = [
        (
            len(records) != before["records"] + rows,
            f"{before['records'] + rows - len(records)} rows were lost",
        ),
        (several > 0, f"{several} people are not exactly one lead"),
        (people > len(set().union(*leads_of.values())), "people share the lead of somebody else"),
        (after["leads"] != before["leads"] + people, "leads were made that nobody is"),
        (len(states) != after["leads"], "leads stand nowhere"),
        (len(set(captured)) != len(captured), "rows were captured twice"),
        (len(set(open_for)) != len(open_for), "leads were handed over twice"),
        (len(told) - before["activities"] != rows, "activities were lost, doubled, or wait for somebody"),
        (unfit, "what was derived is not what the facts say"),
    ]
    return [text for is_wrong, text in wrong if is_wrong]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from a shell; returns the exit status: 0 if the store survived, 1 if not.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    parser = argparse.ArgumentParser(prog="python -m leadflow.testing.durability", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--kills", type=int, default=0, help="kill so many processes that ingest")
    parser.add_argument("--writers", type=int, default=0, help="let so many processes capture at once")
    parser.add_argument("--importers", type=int, default=0, help="let so many processes ingest at once")
    parser.add_argument("--steps", type=int, default=6, help="lists in one store")
    parser.add_argument("--rows", type=int, default=40, help="rows in a list")
    parser.add_argument("--people", type=int, default=40, help="people whom every writer captures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--schema", default=None)
    options = parser.parse_args(arguments)
    address = Address(url=options.url, schema=options.schema)
    failed = False
    if options.kills:
        report = kill_ingests(
            address, kills=options.kills, steps=options.steps, rows=options.rows, seed=options.seed
        )
        sys.stdout.write(f"{report}\n")
        failed |= bool(report.differences)
    if options.writers:
        wrong = capture_together(address, writers=options.writers, people=options.people, seed=options.seed)
        sys.stdout.write(f"{options.writers} writers: {wrong or 'one lead for every person, nothing lost'}\n")
        failed |= bool(wrong)
    if options.importers:
        beside = address.numbered(options.kills + 1)  # a new store, and none of those of the rounds
        wrong = ingest_together(beside, writers=options.importers, people=options.people, seed=options.seed)
        sys.stdout.write(
            f"{options.importers} importers: {wrong or 'every row once, one lead for every person'}\n"
        )
        failed |= bool(wrong)
    return int(failed)


def _opened(address: Address) -> LeadStore:
    return open_store(address.url, schema=address.schema)


def _finish(address: Address, work: _Work, expected: Mapping[str, object]) -> tuple[str, ...]:
    with _opened(address) as store:
        carry_on(store, work.made())
        actual = picture(store)
    return tuple(name for name in expected if expected[name] != actual[name])


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "leadflow.engine.flow", "leadflow.adapters.sql.store"])
    return context


def _start(
    target: Callable[..., None], *given: object
) -> tuple[ForkServerProcess, multiprocessing.connection.Connection]:
    """Start a process that gets what is given and a pipe to tell of itself."""
    context = _context()
    ready, tell = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*given, tell))
    process.start()
    tell.close()
    return process, ready


def _told(running: Sequence[tuple[ForkServerProcess, multiprocessing.connection.Connection]]) -> list[str]:
    """Wait for processes, and return what they said."""
    said = []
    for process, ready in running:
        with ready:
            try:
                said.append(str(ready.recv()))
            except EOFError:
                said.append("a process died without a word")
        process.join()
    return said


def _work(address: Address, work: _Work, tell: multiprocessing.connection.Connection) -> None:
    steps = work.made()
    with _opened(address) as store:
        tell.send("")
        carry_on(store, steps)


def _capture(
    address: Address,
    people: Sequence[Mapping[str, str]],
    number: int,
    tell: multiprocessing.connection.Connection,
) -> None:
    order = np.random.default_rng(number).permutation(len(people)).tolist()
    try:
        with _opened(address) as store:
            flow = flow_over(store)
            for minute, place in enumerate(order):
                now = _ORIGIN + dt.timedelta(days=2, minutes=minute, seconds=number)
                flow.capture({"form": f"form {number}", **people[place]}, now=now)
    except Exception as error:  # noqa: BLE001  # whatever it is, the other process must hear of it
        tell.send(f"{type(error).__name__}: {error}")
    else:
        tell.send("")


def _ingest(
    address: Address,
    people: Sequence[Mapping[str, str]],
    writers: int,
    number: int,
    tell: multiprocessing.connection.Connection,
) -> None:
    """Ingest what all have, what is one's own, and what the neighbour has, twice; say how many rows were new."""
    names = ["all", f"{number}", f"{(number + 1) % writers}"]
    new = 0
    try:
        with _opened(address) as store:
            flow = flow_over(store)
            for minute, name in enumerate(names * 2):
                imported = read_leads([dict(person) for person in people], source=name, observed_at=_ORIGIN)
                log = ActivityLog.of(
                    Activity(lead_id=person["email"], kind="page_viewed", at=_ORIGIN, key=f"{name} {place}")
                    for place, person in enumerate(people)
                )
                now = _ORIGIN + dt.timedelta(days=2, minutes=minute, seconds=number)
                new += flow.ingest(imported, now=now, activities=log).new_records
    except Exception as error:  # noqa: BLE001  # whatever it is, the other process must hear of it
        tell.send(f"{type(error).__name__}: {error}")
    else:
        tell.send(f"{new}")


if __name__ == "__main__":
    sys.exit(main())
