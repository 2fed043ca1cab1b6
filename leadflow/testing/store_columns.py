"""Checks of what a store says column by column, and of which leads it says that they were written."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import attrs

from leadflow.columns import Column
from leadflow.ports import LeadStore, StoreReader, StoreSession
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    Extract,
    Extracted,
    GoldenBatch,
    LeadBatch,
    StageHistory,
    StageInterval,
    StateBatch,
    StoreTable,
)
from leadflow.records.batches import to_seconds
from leadflow.records.extracts import APPENDED
from leadflow.testing.store_contents import at_day, batch_of, expect, fill, golden_of, record_of

__all__ = ["gives_columns", "tells_what_was_written"]

_EXTRACTS: Final = (
    Extract(table=StoreTable.LEADS, members=("title", "amount"), filled=("title", "email")),
    Extract(table=StoreTable.RECORDS, texts=("source",), times=("observed_at",), members=("title", "email")),
    Extract(table=StoreTable.ACTIVITIES, texts=("kind",), times=("at",), members=("page", "by")),
    Extract(table=StoreTable.STATES, texts=("stage", "grade", "owner")),
    Extract(table=StoreTable.STAGES, texts=("stage",), times=("entered_at", "left_at")),
    Extract(
        table=StoreTable.ASSIGNMENTS,
        texts=("id", "owner", "team", "state"),
        times=("offered_at", "deadline"),
    ),
    Extract(
        table=StoreTable.JOURNAL,
        texts=("kind", "actor", "reason"),
        times=("at",),
        members=("record_id", "evidence"),
    ),
)


def gives_columns(store: LeadStore) -> None:
    """Compare columns with the objects that the store gives, whole and for some leads.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> gives_columns(MemoryStore())
    """
    with store.session() as session:
        for prefix in ("a", "b"):
            fill(session, prefix)
        session.put_leads(_odd_leads())
        session.add_activities(ActivityLog.of(_activities()))
        session.enter_stages(["a-L1"], [StageInterval(stage="MQL", entered_at=at_day(3))])
    with store.snapshot() as reader:
        _compare_leads(reader)
        _compare_activities(reader)
        stays = reader.extract(_EXTRACTS[4])
        times = {name: moments.tolist() for name, moments in stays.times.items()}
        found = sorted(zip(stays.lead_ids, stays.texts["stage"], *times.values(), strict=True), key=str)
        expected = [
            (lead_id, stay.stage, to_seconds(stay.entered_at), to_seconds(stay.left_at))
            for lead_id, history in reader.histories().items()
            for stay in history.intervals
        ]
        expect(sorted(expected, key=str), found, "give stays as columns")
        offers = reader.extract(_EXTRACTS[5])
        expect(
            [(one.id, one.lead_id, one.owner, one.state.value) for one in reader.assignments()],
            list(
                zip(
                    offers.texts["id"],
                    offers.lead_ids,
                    offers.texts["owner"],
                    offers.texts["state"],
                    strict=True,
                )
            ),
            "give assignments as columns",
        )
        entries = reader.extract(_EXTRACTS[6])
        expect(
            [(event.sequence, event.kind.value, event.detail.get("evidence")) for event in reader.journal()],
            list(
                zip(
                    entries.positions.tolist(),
                    entries.texts["kind"],
                    entries.members["evidence"],
                    strict=True,
                )
            ),
            "give the journal as columns",
        )
        for wanted in _EXTRACTS:
            some = reader.extract(wanted, ["b-L1", "nobody"])
            expect({"b-L1"}, set(some.lead_ids), f"give the {wanted.table.value} of some leads alone")


def tells_what_was_written(store: LeadStore) -> None:
    """Write in every way, and require that each lead whose columns changed is named.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> tells_what_was_written(MemoryStore())
    """
    with store.session() as session:
        for prefix in ("a", "b", "c"):
            fill(session, prefix)
    for name, write in _WRITES.items():
        with store.snapshot() as reader:
            before, number = [reader.extract(wanted) for wanted in _EXTRACTS], reader.writes()
        with store.session() as session:
            write(session)
        with store.snapshot() as reader:
            touched = set(reader.touched(number))
            for wanted, former in zip(_EXTRACTS, before, strict=True):
                changed = _rewritten(reader, wanted, former)
                some = set(reader.touched(number, wanted.table))
                expect(set(), changed - some, f"name the leads whose {wanted.table.value} are others: {name}")
                expect(set(), some - touched, f"name the leads of the {wanted.table.value} among all: {name}")
                gained = set(reader.extract(wanted).lead_ids) - set(former.lead_ids)
                expect(set(), gained - touched, f"name the leads that were written: {name}")
            expect((), reader.touched(reader.writes()), "name nobody whom no later session wrote")
            expect(number + 1, reader.writes(), f"count the session that writes: {name}")
    with store.snapshot() as reader:
        number = reader.writes()
    with suppress(ZeroDivisionError), store.session() as session:
        fill(session, "d")
        _fail()
    with store.snapshot() as reader:
        expect((number, ()), (reader.writes(), reader.touched(number)), "forget what was rolled back")


def _fail() -> None:
    raise ZeroDivisionError  # the way in which a session fails does not matter


def _odd_leads() -> GoldenBatch:
    odd = dt.datetime(2026, 4, 2, 9, 30, tzinfo=dt.UTC)
    leads = LeadBatch.from_dicts(
        [{"company": "甲\n社", "amount": 2.5, "created_at": odd, "employees": 7}, {"amount": 10**20}],
        ids=["a-L2", "b-L2"],
    )
    return GoldenBatch(leads=leads, winners={}, rules={})


def _activities() -> list[Activity]:
    return [
        Activity(lead_id="a-L1", kind="won", at=at_day(4), attributes={"amount": 7, "by": "佐藤"}),
        Activity(lead_id="who", kind="mail", at=at_day(5), attributes={"page": 'says "by"'}),
        Activity(lead_id="b-L1", kind="mail", at=at_day(6), attributes={"by": "鈴木"}),
    ]


def _compare_leads(reader: StoreReader) -> None:
    names = ("company", "amount", "created_at", "employees", "title")
    found = reader.extract(Extract(table=StoreTable.LEADS, members=names, filled=names))
    leads = reader.leads()
    expect(leads.ids, tuple(found.lead_ids), "give leads as columns in their order")
    for name in names:
        expect(leads[name].to_list(), found.members[name].to_list(), f"give the column {name}")
        expect(leads[name].filled.tolist(), found.filled[name].tolist(), f"say where {name} has a value")


def _compare_activities(reader: StoreReader) -> None:
    wanted = Extract(
        table=StoreTable.ACTIVITIES,
        texts=("kind",),
        times=("at",),
        members=("by", "amount"),
        kinds=("won",),
        having=("by",),
    )
    found = reader.extract(wanted)
    expected = [
        (one.lead_id, one.kind, to_seconds(one.at), one.attributes.get("by"), one.attributes.get("amount"))
        for one in reader.activities()
        if one.kind == "won" or "by" in one.attributes
    ]
    given = zip(
        found.lead_ids,
        found.texts["kind"],
        found.times["at"].tolist(),
        found.members["by"],
        found.members["amount"],
        strict=True,
    )
    expect(expected, list(given), "give activities of some kinds, or with some attribute")


def _rewritten(reader: StoreReader, wanted: Extract, former: Extracted) -> set[str]:
    """Return the leads of which the rows of a table are others now, apart from those that were only appended."""
    found = reader.extract(wanted)
    if wanted.table in APPENDED:
        last = int(former.positions.max(initial=-1))
        more = reader.extract(attrs.evolve(wanted, after=last))
        expect(
            _plain(found.take(found.positions > last)),
            _plain(more),
            f"give the appended {wanted.table.value} alone",
        )
        found = found.take(found.positions <= last)
    before, after = _by_lead(former), _by_lead(found)
    return {lead for lead in {*before, *after} if before.get(lead) != after.get(lead)}


def _by_lead(found: Extracted) -> dict[str, list[object]]:
    """Return what was extracted, by lead, without the positions of rows."""
    rows: dict[str, list[object]] = {}
    for lead, cells in zip(*_plain(found), strict=True):
        rows.setdefault(lead, []).append(cells)
    return rows


def _plain(found: Extracted) -> tuple[list[str], list[tuple[object, ...]]]:
    columns: list[list[object]] = [
        *(list(column) for column in (*found.texts.values(), *found.members.values())),
        *(list(array.tolist()) for array in (*found.times.values(), *found.filled.values())),
    ]
    return list(map(str, found.lead_ids)), list(zip(*columns, strict=True))


def _stays(lead_id: str) -> StageHistory:
    return StageHistory(lead_id=lead_id, intervals=(StageInterval(stage="SAL", entered_at=at_day(2)),))


_WRITES: Final[Mapping[str, Callable[[StoreSession], object]]] = {
    "add_records": lambda s: s.add_records(batch_of(record_of("x-r", title="課長")), ["a-L1"]),
    "link": lambda s: s.link(["a-r1"], ["b-L1"]),
    "put_leads": lambda s: s.put_leads(golden_of(["c-L1"], ["c-r1"], ["係長"])),
    "add_activities": lambda s: s.add_activities(
        ActivityLog.of([Activity(lead_id="a-L1", kind="call", at=at_day(7), key="x-k")])
    ),
    "relabel_activities": lambda s: s.relabel_activities({"a-L1": "b-L1"}),
    "relabel_activities again": lambda s: s.relabel_activities({"b-L1": "c-L1"}),
    "restore_activities": lambda s: s.restore_activities({"a-L1": "a-L1"}),
    "move_activities": lambda s: s.move_activities({"x-k": "c-L1"}),
    "put_states": lambda s: s.put_states(StateBatch.of(["a-L1"], stages=Column.of(["MQL"]))),
    "enter_stages": lambda s: s.enter_stages(["a-L1"], [StageInterval(stage="MQL", entered_at=at_day(8))]),
    "put_histories": lambda s: s.put_histories([_stays("b-L1")]),
    "put_assignments": lambda s: s.put_assignments(
        [
            Assignment(
                id="a-A",
                lead_id="b-L1",
                owner="sato",
                offered_at=at_day(1),
                state=AssignmentState.ACCEPTED,
            )
        ]
    ),
    "append": lambda s: s.append([Event(kind=EventKind.CORRECTED, lead_id="c-L1", at=at_day(9))]),
    "erase": lambda s: s.erase(["b-L1"], lambda text: f"hidden-{text}"),
    "remove_leads": lambda s: s.remove_leads(["c-L1"]),
}
