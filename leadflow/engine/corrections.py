"""Correcting a value of a lead, so that old and new value, who, when and why are kept."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import TypeGuard

from leadflow.errors import InputError, NotFoundError
from leadflow.ports import LeadStore, StoreReader
from leadflow.records import Event, EventKind
from leadflow.records.events import Json

__all__ = ["correct"]


def correct(
    store: LeadStore,
    lead_id: str,
    field: str,
    value: str | float | dt.datetime,
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> Event:
    """Correct a value of a lead, such as the amount of its deal.

    The correction is an entry of the journal; records, activities and the golden lead stay as they arrived, and so do
    what is computed of them: scores, grades, stages and routing. Reports count the new value wherever the lead or its
    activities hold the old one, also in the past. To change the golden lead itself, bring a record with the right value.

    Args:
        store: where the lead is.
        lead_id: whose value; a former id stands for the lead of today.
        field: a field of the lead, or an attribute of its activities.
        value: the right one; a finite number where a number was given, by activities or lists, and an aware datetime where a
            moment was.
        actor: who corrects.
        reason: why.
        now: aware; when.

    Returns:
        The entry.

    Raises:
        NotFoundError: there is no such lead, or nothing has a value there.
        InputError: actor or reason is empty, or the value is the one that is there, or no number or moment where one was given.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.columns import Column
        >>> from leadflow.records import GoldenBatch, LeadBatch
        >>> store = MemoryStore()
        >>> with store.session() as session:
        ...     leads = LeadBatch.of({"amount": Column.of([90_000_000_000])}, ids=["L1"])
        ...     session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
        >>> at = dt.datetime(2026, 7, 9, tzinfo=dt.UTC)
        >>> correct(store, "L1", "amount", 90_000_000, actor="sato", reason="typed in thousands", now=at).detail
        {'field': 'amount', 'old': 90000000000, 'new': 90000000}
    """
    if not actor.strip() or not reason.strip():
        raise InputError("A correction needs who makes it and why: give `actor` and `reason`.")
    with store.session() as session:
        (present,) = session.resolve([lead_id])
        given, before = _stated(session, present, field), _corrections(session, present, field)
        old = _like(given, before[-1].get("new")) if before else given
        first = before[0].get("old") if before else given
        if isinstance(given, dt.datetime) and not (
            isinstance(value, dt.datetime) and value.tzinfo is not None
        ):
            raise InputError(
                f"The correction of '{field}' is no moment, and a moment was given there: give an aware datetime."
            )
        if old == value:
            raise InputError(f"The correction of '{field}' changes nothing: the value is there already.")
        if _is_number(first) and not (_is_number(value) and math.isfinite(value)):
            raise InputError(
                f"The correction of '{field}' is no number, and a number was given there: give one, such as 9_800_000."
            )
        detail: dict[str, Json] = {"field": field, "old": _told(old), "new": _told(value)}
        event = Event(
            kind=EventKind.CORRECTED, lead_id=present, at=now, actor=actor, reason=reason, detail=detail
        )
        session.append([event])
    return event


def _told(value: "Json | dt.datetime") -> Json:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _like(given: object, told: Json) -> "Json | dt.datetime":
    """Return what the journal tells of a value as the kind of value that was given."""
    return dt.datetime.fromisoformat(str(told)) if isinstance(given, dt.datetime) else told


def _corrections(reader: StoreReader, lead_id: str, field: str) -> list[Mapping[str, Json]]:
    """Return the details of the corrections of a value so far, oldest first."""
    details = (event.detail for event in reader.journal(lead_id, kinds=[EventKind.CORRECTED]))
    return [detail for detail in details if detail.get("field") == field]


def _stated(reader: StoreReader, lead_id: str, field: str) -> str | float | dt.datetime:
    """Return the value that nobody has corrected: the latest of the activities, else the field."""
    stated = [one for one in reader.activities([lead_id]) if one.attributes.get(field) is not None]
    found = max(stated, key=lambda one: one.at).attributes[field] if stated else None
    if found is None:
        leads = reader.leads([lead_id])
        if not len(leads) and not stated:
            raise NotFoundError(
                "There is no such lead to correct: give the id that the store has, or a former one."
            )
        found = leads[field][0] if len(leads) else None
    if not isinstance(found, str | int | float | dt.datetime):
        raise NotFoundError(f"The lead has no value in '{field}' that could be corrected.")
    return found
