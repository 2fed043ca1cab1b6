"""What of a journal entry may stay when a person is erased: the numbers and names of rules, not the person."""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from leadflow.records import Assignment
from leadflow.records.events import Json

__all__ = ["KEPT_DETAIL", "anonymous_assignment", "anonymous_detail"]

KEPT_DETAIL: Final = frozenset(
    {
        "assignment_id",
        "basis",
        "channel",
        "deadline",
        "engagement",
        "fit",
        "grade",
        "informed",
        "into",
        "kept",
        "outcome",
        "owner",
        "previous",
        "previous_grade",
        "purpose",
        "source",
        "stage",
        "step",
        "team",
        "to",
        "tombstone",
        "total",
        "verdict",
    }
)
"""Facts of a journal entry that say nothing about who the person was."""


def anonymous_detail(detail: Mapping[str, Json], alias: Callable[[str], str]) -> dict[str, Json]:
    """Keep the facts that are not about the person, and record ids as aliases.

    Args:
        detail: the facts of a journal entry.
        alias: turns a record id into an anonymous one.

    Example:
        >>> anonymous_detail({"stage": "MQL", "record_id": "r1", "evidence": "card of Sato"}, lambda _: "x")
        {'stage': 'MQL', 'record_id': 'x'}
    """
    kept: dict[str, Json] = {}
    for name, value in detail.items():
        if name in KEPT_DETAIL:
            kept[name] = value
        elif name == "record_id" and isinstance(value, str):
            kept[name] = alias(value)
        elif name == "record_ids" and isinstance(value, list):
            kept[name] = [alias(str(member)) for member in value]
    return kept


def anonymous_assignment(one: Assignment) -> Assignment:
    """Keep who had the lead and when, and leave out every sentence: it may name the person or their company.

    Example:
        >>> import datetime as dt
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> offer = Assignment(id="A1", lead_id="L1", owner="sato", offered_at=at, reasons=("account of Sato KK",))
        >>> anonymous_assignment(offer).reasons
        ()
    """
    return attrs.evolve(
        one,
        reasons=(),
        rejected=(),
        informed=tuple(attrs.evolve(party, reason="") for party in one.informed),
        pauses=tuple(attrs.evolve(pause, reason="") for pause in one.pauses),
    )
