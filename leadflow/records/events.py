"""The journal's events: what leadflow decided or was told, append-only."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import TypeAlias

import attrs

__all__ = ["Event", "EventKind", "Json"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class EventKind(enum.Enum):
    """What happened. The detail of each kind is named behind it."""

    CAPTURED = "captured"  # record_id, source
    LINKED = "linked"  # record_id
    UNLINKED = "unlinked"  # record_id, to (the lead id that it has now)
    MERGED = "merged"  # into (the lead id that stays)
    SCORED = "scored"  # fit, engagement, total, grade, previous grade
    STAGE_ENTERED = "stage_entered"  # stage, previous
    ASSIGNED = "assigned"  # assignment_id, owner, team, deadline, reasons, informed(_why), rejected(_why)
    ACCEPTED = "accepted"  # assignment_id, owner
    DECLINED = "declined"  # assignment_id, owner
    REMINDED = "reminded"  # assignment_id, owner
    ESCALATED = "escalated"  # assignment_id, step, to
    EXPIRED = "expired"  # assignment_id, owner, kept (the assignment that stays, when two leads were one)
    FOLLOWED_UP = "followed_up"  # assignment_id, outcome
    CLOSED = "closed"  # assignment_id, owner, outcome
    PAUSED = "paused"  # assignment_id, owner
    RESUMED = "resumed"  # assignment_id, owner
    RESCHEDULED = "rescheduled"  # assignment_id, owner, previous (deadline), deadline
    STALE = "stale"  # stage, entered_at, due_at, owner, to (the stage that the funnel's rule names)
    UNROUTABLE = "unroutable"  # those of ASSIGNED
    CONSENT_GIVEN = "consent_given"  # channel, purpose, basis, evidence
    CONSENT_WITHDRAWN = "consent_withdrawn"  # channel, purpose, evidence
    CORRECTED = "corrected"  # field, old, new
    VERDICT = "verdict"  # record_ids, verdict (same | distinct)
    ERASED = "erased"  # tombstone


@attrs.frozen(kw_only=True)
class Event:
    """One entry of the journal.

    Attributes:
        kind: what happened.
        lead_id: the lead it happened to.
        at: when; aware.
        actor: who: a person's id, or ``"leadflow"``.
        reason: why, in one sentence.
        definition: the version of the rules under which it was decided; empty if none.
        detail: further facts as plain data, per kind.
        sequence: the position in the store's journal; 0 before it is stored.

    Example:
        >>> Event(kind=EventKind.ACCEPTED, lead_id="L1", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc), actor="sato").actor
        'sato'
    """

    kind: EventKind
    lead_id: str
    at: dt.datetime
    actor: str = "leadflow"
    reason: str = ""
    definition: str = ""
    detail: Mapping[str, Json] = attrs.field(factory=dict)
    sequence: int = 0
