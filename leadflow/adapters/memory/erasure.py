"""Removing a person's data from every table in memory, leaving anonymous rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs

from leadflow.adapters.erasing import (
    NAMING_RECORDS,
    anonymous_attributes,
    anonymous_detail,
    renamed_detail,
)
from leadflow.adapters.memory.tables import MemoryTables
from leadflow.merging import anonymous_assignment, anonymous_history
from leadflow.records import Event, EventKind, StageHistory

__all__ = ["erase"]


def erase(tables: MemoryTables, lead_ids: Sequence[str], alias: Callable[[str], str]) -> None:
    """Remove personal data of leads everywhere."""
    leads = list(dict.fromkeys(lead_ids))
    undo = tables.undo
    record_ids = [record_id for lead_id in leads for record_id in tables.records_of.get(lead_id, ())]
    addresses = _texts(tables, record_ids)
    for name in _known_by(tables, leads, record_ids):
        if name not in tables.golden:
            undo.drop(tables.touched, name)
    renamed = {record_id: alias(record_id) for record_id in record_ids}
    tables.records.rename(renamed)
    for old, new in renamed.items():
        lead_id = tables.lead_of[old]
        undo.drop(tables.lead_of, old)
        undo.put(tables.lead_of, new, lead_id)
        undo.drop(tables.records_of[lead_id], old)
        undo.put(tables.records_of[lead_id], new, None)
    _verdicts(tables, renamed)
    tables.golden.rename({lead_id: lead_id for lead_id in leads if lead_id in tables.golden})
    for lead_id in leads:
        _activities(tables, lead_id, alias)
    _consents(tables, addresses, alias, renamed)
    whose = frozenset(leads)
    for key, message in list(tables.outbox.items()):
        if message.lead_id in whose:
            undo.put(tables.outbox, key, attrs.evolve(message, payload={}))
            undo.drop(tables.pending, key)
    for lead_id in leads:
        handed = _journal(tables, lead_id, renamed)
        for key in {*handed, *tables.assignments_of.get(lead_id, ())} & tables.assignments.keys():
            one = tables.assignments[key]
            undo.put(tables.assignments, key, anonymous_assignment(one))
            tables.touch([one.lead_id])
        if lead_id in tables.stages:
            history = StageHistory(lead_id=lead_id, intervals=tables.stages[lead_id])
            undo.put(tables.stages, lead_id, anonymous_history(history).intervals)
    _elsewhere(tables, whose, renamed)


def _texts(tables: MemoryTables, record_ids: Sequence[str]) -> frozenset[str]:
    batch = tables.records.get(record_ids)
    cells = (cell for column in batch.columns.values() for cell in column)
    return frozenset(cell for cell in cells if isinstance(cell, str))


def _known_by(tables: MemoryTables, leads: Sequence[str], record_ids: Sequence[str]) -> frozenset[str]:
    """Return what of the person's something was noted under; activities can wait there."""
    raw = tables.records.get(record_ids).raw.values()
    cells = {cell for column in raw for cell in column if isinstance(cell, str)}
    return frozenset(tables.touched) & (_texts(tables, record_ids) | cells | set(record_ids)) - frozenset(
        leads
    )


def _verdicts(tables: MemoryTables, renamed: dict[str, str]) -> None:
    for pair, verdict in list(tables.verdicts.items()):
        if verdict.first in renamed or verdict.second in renamed:
            hidden = attrs.evolve(
                verdict,
                first=renamed.get(verdict.first, verdict.first),
                second=renamed.get(verdict.second, verdict.second),
                reason="",
            )
            tables.undo.drop(tables.verdicts, pair)
            tables.undo.put(tables.verdicts, (hidden.first, hidden.second), hidden)


def _activities(tables: MemoryTables, lead_id: str, alias: Callable[[str], str]) -> None:
    mine = tables.activities_of.get(lead_id, {})
    for key in list(mine):
        position, _, activity = tables.activities[key]
        hidden = attrs.evolve(activity, key=alias(key), attributes=anonymous_attributes(activity.attributes))
        tables.undo.drop(tables.activities, key)
        tables.undo.drop(mine, key)
        tables.undo.put(tables.activities, hidden.key, (position, lead_id, hidden))
        tables.undo.put(mine, hidden.key, None)


def _consents(
    tables: MemoryTables, addresses: frozenset[str], alias: Callable[[str], str], renamed: Mapping[str, str]
) -> None:
    known = [address for address in addresses if tables.consents_of.get(address)]
    if not known:
        return
    others = _texts(tables, list(tables.lead_of))
    for address in known:
        if address in others:
            _evidence(tables, address, renamed)
            continue
        for key in list(tables.consents_of[address]):
            position, entry = tables.consents[key]
            hidden = attrs.evolve(entry, key=alias(key), address=alias(address), act="", evidence="")
            tables.undo.drop(tables.consents_of[address], key)
            tables.undo.drop(tables.consents, key)
            tables.undo.put(tables.consents, hidden.key, (position, hidden))
            tables.undo.put(tables.consents_of.setdefault(hidden.address, {}), hidden.key, None)


def _evidence(tables: MemoryTables, address: str, renamed: Mapping[str, str]) -> None:
    """Rename the person's records where they are the proof of what holds for somebody else too."""
    for key in tables.consents_of[address]:
        position, entry = tables.consents[key]
        if entry.evidence in renamed:
            proven = attrs.evolve(entry, evidence=renamed[entry.evidence])
            tables.undo.put(tables.consents, key, (position, proven))


def _journal(tables: MemoryTables, lead_id: str, renamed: Mapping[str, str]) -> set[str]:
    """Empty the entries of a lead; return the hand-overs that they tell of, which a merge may have given to other leads."""
    handed = set()
    for place in tables.journal_of.get(lead_id, ()):
        event = tables.journal[place]
        if "assignment_id" in event.detail:
            handed.add(str(event.detail["assignment_id"]))
        if event.kind is not EventKind.ERASED:
            _rewrite(
                tables, place, attrs.evolve(event, reason="", detail=anonymous_detail(event.detail, renamed))
            )
    return handed


def _elsewhere(tables: MemoryTables, whose: frozenset[str], renamed: Mapping[str, str]) -> None:
    """Rename the person's records in the entries of leads that had them, or were held against them."""
    for place, event in enumerate(tables.journal):
        if event.kind in NAMING_RECORDS and event.lead_id not in whose:
            detail = renamed_detail(event.detail, renamed)
            if detail != event.detail:
                tables.touch([event.lead_id])
                _rewrite(tables, place, attrs.evolve(event, reason="", detail=detail))


def _rewrite(tables: MemoryTables, place: int, event: Event) -> None:
    tables.undo.note(partial(tables.journal.__setitem__, place, tables.journal[place]))
    tables.journal[place] = event
