"""The weekly digest: which leads nobody has touched, for each owner and everybody above."""

import datetime as dt
from collections.abc import Iterable

import attrs

from leadflow.records.assignments import Assignment, AssignmentState
from leadflow.records.messages import Message
from leadflow.routing.teams import Teams

__all__ = ["Digest", "digests"]

_UNTOUCHED = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED})


@attrs.frozen(kw_only=True)
class Digest:
    """What one person is told.

    Attributes:
        to: the person's id.
        own: their own untouched assignments, oldest first.
        below: those of the people below them, oldest first.
        now: the moment of the digest; aware.

    Example:
        >>> Digest(to="sato", now=dt.datetime(2026, 4, 6, tzinfo=dt.UTC)).text()
        'sato: nothing is waiting'
    """

    to: str
    own: tuple[Assignment, ...] = ()
    below: tuple[Assignment, ...] = ()
    now: dt.datetime

    def text(self) -> str:
        """Return the digest as text, one line per lead.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
            >>> print(Digest(to="sato", own=(one,), now=at + dt.timedelta(days=5)).text())
            sato: 1 lead is waiting
              L1: offered 5 days ago
        """
        every = [*self.own, *self.below]
        if not every:
            return f"{self.to}: nothing is waiting"
        lines = [f"{self.to}: {len(every)} lead{'s are' if len(every) > 1 else ' is'} waiting"]
        for one in every:
            age = (self.now - one.offered_at).days
            whose = "" if one.owner == self.to else f" with {one.owner}"
            lines.append(f"  {one.lead_id}{whose}: {one.state.value} {age} day{'' if age == 1 else 's'} ago")
        return "\n".join(lines)

    def message(self) -> Message:
        """Return the digest as a message for the outbox; one a person and calendar week.

        Example:
            >>> Digest(to="sato", now=dt.datetime(2026, 4, 6, tzinfo=dt.UTC)).message().key
            'digest:sato:2026-W15'
        """
        year, week, _ = self.now.isocalendar()
        return Message(
            key=f"digest:{self.to}:{year}-W{week:02d}",
            kind="digest",
            to=self.to,
            created_at=self.now,
            payload={
                "own": [one.lead_id for one in self.own],
                "below": [one.lead_id for one in self.below],
                "text": self.text(),
            },
        )


def digests(assignments: Iterable[Assignment], teams: Teams, *, now: dt.datetime) -> list[Digest]:
    """Return a digest for everybody who has untouched leads, and for everybody above them, by id.

    A lead is untouched while it is offered, or accepted without a recorded follow-up.

    Args:
        assignments: the others are passed over.
        teams: the organisation.
        now: aware.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> [digest.to for digest in digests([one], Teams(teams=[], people=[]), now=at)]
        ['sato']
    """
    own: dict[str, list[Assignment]] = {}
    below: dict[str, list[Assignment]] = {}
    waiting = sorted(
        (one for one in assignments if one.state in _UNTOUCHED), key=lambda one: (one.offered_at, one.id)
    )
    for one in waiting:
        own.setdefault(one.owner, []).append(one)
        for superior in teams.superiors(one.owner) if teams.is_person(one.owner) else ():
            below.setdefault(superior, []).append(one)
    return [
        Digest(to=person, own=tuple(own.get(person, ())), below=tuple(below.get(person, ())), now=now)
        for person in sorted({*own, *below})
    ]
