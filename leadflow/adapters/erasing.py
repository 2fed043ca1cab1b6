"""What of a journal entry may stay when a person is erased: the numbers and names of rules, not the person."""

from collections.abc import Mapping
from typing import Final

from leadflow.records import EventKind
from leadflow.records.events import Json

__all__ = ["KEPT_DETAIL", "NAMING_RECORDS", "anonymous_attributes", "anonymous_detail", "renamed_detail"]

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

_RECORD_IDS: Final = frozenset({"record_id", "record_ids"})


NAMING_RECORDS: Final = (EventKind.CAPTURED, EventKind.LINKED, EventKind.UNLINKED, EventKind.VERDICT)
"""Kinds of entries that name records: those of other leads too name records that were once, or never, theirs."""


def anonymous_attributes(attributes: Mapping[str, object]) -> dict[str, str | int | float]:
    """Return what an activity of an erased person still tells: who of staff acted, and a deal's amount where it is a number.

    Both say nothing of who the person was, and without them the calls of a salesperson and what was won would shrink.

    Args:
        attributes: of the activity.

    Example:
        >>> anonymous_attributes({"by": "sato", "amount": 3_000_000, "note": "call Ito back", "page": "/price"})
        {'by': 'sato', 'amount': 3000000}
    """
    by, amount = attributes.get("by"), attributes.get("amount")
    kept: dict[str, str | int | float] = {"by": by} if isinstance(by, str) else {}
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        kept["amount"] = amount
    return kept


def anonymous_detail(detail: Mapping[str, Json], renamed: Mapping[str, str]) -> dict[str, Json]:
    """Keep the facts that are not about the person, and the person's record ids as aliases.

    Args:
        detail: the facts of a journal entry.
        renamed: the person's record ids to their aliases. Records that are somebody else's keep their ids.

    Example:
        >>> anonymous_detail({"stage": "MQL", "record_id": "r1", "evidence": "card of Sato"}, {"r1": "x"})
        {'stage': 'MQL', 'record_id': 'x'}
    """
    told = renamed_detail(detail, renamed)
    return {name: value for name, value in told.items() if name in KEPT_DETAIL | _RECORD_IDS}


def renamed_detail(detail: Mapping[str, Json], renamed: Mapping[str, str]) -> dict[str, Json]:
    """Name records as they are called now.

    Args:
        detail: the facts of a journal entry.
        renamed: record id to its alias.

    Example:
        >>> renamed_detail({"record_ids": ["r1", "r2"], "verdict": "same"}, {"r1": "x"})
        {'record_ids': ['x', 'r2'], 'verdict': 'same'}
    """
    told = dict(detail)
    for name in _RECORD_IDS & told.keys():
        value = told[name]
        if isinstance(value, list):
            told[name] = [renamed.get(str(one), str(one)) for one in value]
        else:
            told[name] = renamed.get(str(value), str(value))
    return told
