"""Whole columns out of tables in memory, in the shape in which a database gives them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import attrs
import numpy as np

from leadflow.adapters.memory.tables import MemoryTables
from leadflow.columns import Column
from leadflow.records import Activity, Assignment, Event, Extract, Extracted, StageInterval, StoreTable
from leadflow.records.batches import to_seconds

__all__ = ["read"]


def read(tables: MemoryTables, wanted: Extract, lead_ids: Sequence[str] | None) -> Extracted:
    """Read what is wanted.

    Args:
        tables: the tables.
        wanted: the columns and rows.
        lead_ids: whose; None for all.
    """
    found = _found(tables, wanted, None if lead_ids is None else frozenset(lead_ids))
    return found if wanted.after is None else found.take(np.flatnonzero(found.positions > wanted.after))


def _found(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    match wanted.table:
        case StoreTable.LEADS | StoreTable.RECORDS:
            return _of_batch(tables, wanted, whose)
        case StoreTable.ACTIVITIES:
            return _of_activities(tables, wanted, whose)
        case StoreTable.STATES:
            return _of_states(tables, wanted, whose)
        case StoreTable.STAGES:
            return _of_stays(tables, wanted, whose)
        case StoreTable.ASSIGNMENTS:
            return _of_assignments(tables, wanted, whose)
        case StoreTable.JOURNAL:
            return _of_journal(tables, wanted, whose)


def _of_batch(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    shelf = tables.golden if wanted.table is StoreTable.LEADS else tables.records
    ids = None if whose is None else sorted(whose)
    if ids is not None and wanted.table is StoreTable.RECORDS:
        ids = [record_id for lead_id in ids for record_id in tables.records_of.get(lead_id, ())]
    batch = shelf.get(ids)
    leads = (
        batch.ids
        if wanted.table is StoreTable.LEADS
        else [tables.lead_of[record_id] for record_id in batch.ids]
    )
    return Extracted(
        lead_ids=Column.of(leads),
        positions=np.fromiter(map(shelf.position, batch.ids), np.int64, len(batch)),
        texts=dict.fromkeys(wanted.texts, batch.sources),
        times=dict.fromkeys(wanted.times, batch.observed_at),
        members={name: _only_filled(batch[name]) for name in wanted.members},
        filled={name: batch[name].filled for name in wanted.filled},
    )


def _of_activities(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    if whose is None:
        rows = list(tables.activities.values())
    else:
        rows = [tables.activities[key] for lead in whose for key in tables.activities_of.get(lead, ())]
    found: list[tuple[int, Activity]] = [
        (position, activity)
        for position, _, activity in rows
        if wanted.kinds is None
        or activity.kind in wanted.kinds
        or any(activity.attributes.get(name) is not None for name in wanted.having)
    ]
    found.sort(key=lambda row: row[0])
    members: list[Mapping[str, Hashable]] = [activity.attributes for _, activity in found]
    return Extracted(
        lead_ids=Column.of(activity.lead_id for _, activity in found),
        positions=np.fromiter((position for position, _ in found), np.int64, len(found)),
        texts={name: Column.of(activity.kind for _, activity in found) for name in wanted.texts},
        times={
            name: np.fromiter((to_seconds(a.at) for _, a in found), np.int64, len(found))
            for name in wanted.times
        },
        members={name: Column.of(row.get(name) for row in members) for name in wanted.members},
    )


def _of_states(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    found = sorted(tables.states if whose is None else whose & tables.states.keys())
    return Extracted(
        lead_ids=Column.of(found),
        positions=np.arange(len(found)),
        texts={name: Column.of(getattr(tables.states[one], name) for one in found) for name in wanted.texts},
    )


def _of_stays(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    found = tables.stages.keys() if whose is None else whose & tables.stages.keys()
    stays: list[tuple[str, StageInterval]] = [
        (lead_id, stay) for lead_id in sorted(found) for stay in tables.stages[lead_id]
    ]
    return Extracted(
        lead_ids=Column.of(lead_id for lead_id, _ in stays),
        positions=np.arange(len(stays)),
        texts={name: Column.of(stay.stage for _, stay in stays) for name in wanted.texts},
        times={
            name: np.fromiter((to_seconds(getattr(stay, name)) for _, stay in stays), np.int64, len(stays))
            for name in wanted.times
        },
    )


def _of_assignments(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    found: list[Assignment] = [
        one for one in tables.assignments.values() if whose is None or one.lead_id in whose
    ]
    found.sort(key=lambda one: tables.assignment_positions[one.id])
    return Extracted(
        lead_ids=Column.of(one.lead_id for one in found),
        positions=np.fromiter((tables.assignment_positions[one.id] for one in found), np.int64, len(found)),
        texts={
            name: Column.of(one.state.value if name == "state" else getattr(one, name) for one in found)
            for name in wanted.texts
        },
        times={
            name: np.fromiter((to_seconds(getattr(one, name)) for one in found), np.int64, len(found))
            for name in wanted.times
        },
    )


def _of_journal(tables: MemoryTables, wanted: Extract, whose: frozenset[str] | None) -> Extracted:
    entries: Iterable[Event] = tables.journal
    if whose is not None:
        places = sorted(place for lead_id in whose for place in tables.journal_of.get(lead_id, ()))
        entries = (tables.journal[place] for place in places)
    found = [event for event in entries if wanted.kinds is None or event.kind.value in wanted.kinds]
    return Extracted(
        lead_ids=Column.of(event.lead_id for event in found),
        positions=np.fromiter((event.sequence for event in found), np.int64, len(found)),
        texts={
            name: Column.of(event.kind.value if name == "kind" else getattr(event, name) for event in found)
            for name in wanted.texts
        },
        times={
            name: np.fromiter((to_seconds(event.at) for event in found), np.int64, len(found))
            for name in wanted.times
        },
        members={
            name: Column.of(_cell(event.detail.get(name)) for event in found) for name in wanted.members
        },
    )


def _only_filled(column: Column) -> Column:
    codes = np.where(column.codes < 0, np.int32(-1), column.codes)
    codes.flags.writeable = False
    return attrs.evolve(column, codes=codes)


def _cell(value: object) -> Hashable:
    """Return a detail of the journal as a cell: lists as tuples, as a database gives them."""
    return tuple(_cell(member) for member in value) if isinstance(value, list) else value
