"""What a store in memory keeps of an object: what a database would give back."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import TypeVar

import attrs

from leadflow.records import Activity, Assignment, Event, Golden, SourceRecord
from leadflow.records.batches import from_seconds, to_seconds

__all__ = ["of_activity", "of_assignment", "of_event", "of_golden", "of_record"]

_Cell = TypeVar("_Cell", bound=Hashable)


def of_record(record: SourceRecord) -> SourceRecord:
    """Return a source record with whole seconds and without missing values."""
    said = record.values
    if record.cleared:
        said = {name: value for name, value in said.items() if name not in record.cleared}
    return SourceRecord(
        id=record.id,
        source=record.source,
        observed_at=_whole(record.observed_at),
        values=_present(said),
        cleared=record.cleared,
        raw=_present(record.raw),
    )


def of_golden(golden: Golden, raw: Mapping[str, str]) -> SourceRecord:
    """Return a golden lead as a row.

    Args:
        golden: the lead.
        raw: field to the record whose value survived, and what else is kept under a name that no field has.
    """
    return SourceRecord(
        id=golden.lead_id,
        source=golden.source,
        observed_at=_whole(golden.observed_at),
        values=golden.values,
        raw=raw,
    )


def of_activity(activity: Activity) -> Activity:
    """Return an activity with whole seconds and without missing attributes."""
    at = _whole(activity.at)
    assert at is not None, "an activity always has a time"  # noqa: S101  # its type says so
    return Activity(
        lead_id=activity.lead_id,
        kind=activity.kind,
        at=at,
        key=activity.key,
        attributes=_present(activity.attributes),
    )


def of_event(event: Event, sequence: int) -> Event:
    """Return an event with its position; written out, because it happens for every entry."""
    return Event(
        kind=event.kind,
        lead_id=event.lead_id,
        at=event.at,
        actor=event.actor,
        reason=event.reason,
        definition=event.definition,
        detail=event.detail,
        sequence=sequence,
    )


def _whole(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment in whole seconds of UTC, as a database keeps it."""
    return from_seconds(to_seconds(moment))


def _present(cells: Mapping[str, _Cell]) -> dict[str, _Cell]:
    return {name: cell for name, cell in cells.items() if cell is not None}


def of_assignment(one: Assignment) -> Assignment:
    """Give moments the time zone that a database gives them, so that what is written of them reads the same."""
    names = ("offered_at", "deadline", "accepted_at", "closed_at")
    moments = {name: moment for name in names if (moment := getattr(one, name)) is not None}
    return attrs.evolve(one, **{name: moment.astimezone(dt.UTC) for name, moment in moments.items()})
