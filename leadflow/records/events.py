"""The journal's events: what leadflow decided or was told, append-only."""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import TypeAlias

import attrs

from leadflow.columns import Column

__all__ = ["Event", "EventBatch", "EventKind", "Json"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class EventKind(enum.Enum):
    """What happened. The detail of each kind is named behind it."""

    CAPTURED = "captured"  # record_id, source
    LINKED = "linked"  # record_id, from (the lead id that it had, until a merge was undone)
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
    CONSENT_GIVEN = "consent_given"  # channel, purpose, basis
    CONSENT_WITHDRAWN = "consent_withdrawn"  # channel, purpose
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
    detail: Mapping[str, Json] = attrs.field(factory=dict, repr=lambda detail: f"<{', '.join(detail)}>")
    sequence: int = 0


@attrs.frozen(kw_only=True, eq=False, repr=False)
class EventBatch:
    """Entries of the journal of one kind, moment, actor and definition, as columns; iterating makes objects.

    Attributes:
        kind: what happened.
        lead_ids: (n,) the lead that each happened to.
        at: when; aware.
        actor: who.
        reasons: (n,) why, in one sentence; missing where there is nothing to say.
        definition: the version of the rules under which it was decided; empty if none.
        details: name to (n,) further facts, texts or finite numbers; every entry has every fact, and a missing cell is None.

    Example:
        >>> events = EventBatch(kind=EventKind.STAGE_ENTERED, lead_ids=("L1", "L2"),
        ...     at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), reasons=Column.of(["new", None]),
        ...     details={"stage": Column.of(["Lead", "MQL"]), "previous": Column.of([None, "Lead"])})
        >>> [(event.lead_id, event.reason, event.detail["previous"]) for event in events]
        [('L1', 'new', None), ('L2', '', 'Lead')]
    """

    kind: EventKind
    lead_ids: Sequence[str]
    at: dt.datetime
    actor: str = "leadflow"
    reasons: Column
    definition: str = ""
    details: Mapping[str, Column] = MappingProxyType({})

    def __len__(self) -> int:
        return len(self.lead_ids)

    def __getitem__(self, row: int) -> Event:
        return self._event(
            self.lead_ids[row], self.reasons[row], [column[row] for column in self.details.values()]
        )

    def __iter__(self) -> Iterator[Event]:
        facts = zip(*self.details.values(), strict=True) if self.details else repeat((), len(self))
        return map(self._event, self.lead_ids, self.reasons, facts)

    def _event(self, lead_id: str, reason: object, facts: Iterable[object]) -> Event:
        return Event(
            kind=self.kind,
            lead_id=lead_id,
            at=self.at,
            actor=self.actor,
            reason="" if reason is None else str(reason),
            definition=self.definition,
            detail=dict(zip(self.details, facts, strict=True)),  # type: ignore[arg-type]  # texts and numbers
        )

    def __repr__(self) -> str:
        return f"<EventBatch of {len(self)} entries {self.kind.value!r}>"
