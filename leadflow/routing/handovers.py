"""The hand-over as a protocol: offered, then accepted, declined or expired, then followed up and closed.

Every function takes an assignment and returns it in its next state, with the journal entry that says so.
Nothing is changed in place, and what does not fit the present state is refused.
"""

import datetime as dt
from collections.abc import Collection, Iterable

import attrs

from leadflow.errors import StateError
from leadflow.records.assignments import Assignment, AssignmentState
from leadflow.records.batches import to_seconds
from leadflow.records.events import Event, EventKind, Json

__all__ = ["Pause", "accept", "close", "decline", "expire", "follow_up", "offered", "pause", "resume"]

_OPEN = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP})


@attrs.frozen(kw_only=True)
class Pause:
    """A time during which the clock of an assignment stands still.

    Attributes:
        assignment_id: whose clock.
        start: aware.
        end: aware; None while it lasts.
        reason: why.
        actor: who decided.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> Pause(assignment_id="A", start=at, reason="the customer is away").span(at + dt.timedelta(days=1))[1].day
        2
    """

    assignment_id: str
    start: dt.datetime
    end: dt.datetime | None = None
    reason: str = ""
    actor: str = "leadflow"

    def span(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Return start and end; a pause that lasts ends now.

        Args:
            now: aware.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Pause(assignment_id="A", start=at, end=at).span(at) == (at, at)
            True
        """
        return self.start, max(self.start, now) if self.end is None else self.end


def offered(assignment: Assignment, *, actor: str = "leadflow") -> Event:
    """Return the journal entry of a new assignment.

    Args:
        assignment: as routing made it.
        actor: who offers it.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> offered(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)).detail["owner"]
        'sato'
    """
    deadline = None if assignment.deadline is None else assignment.deadline.isoformat()
    return _event(
        assignment,
        EventKind.ASSIGNED if assignment.routable else EventKind.UNROUTABLE,
        actor,
        assignment.offered_at,
        reason="; ".join(assignment.reasons),
        detail={
            "deadline": deadline,
            "reasons": list(assignment.reasons),
            "informed": [party.id for party in assignment.informed],
        },
    )


def accept(assignment: Assignment, *, actor: str, now: dt.datetime) -> tuple[Assignment, Event]:
    """Accept an offer: its owner takes the lead on.

    An offer that is overdue, but that nobody else has got yet, can still be accepted; the entry says so.

    Args:
        assignment: offered.
        actor: the owner.
        now: aware.

    Raises:
        StateError: it is not on offer, or the actor is not its owner.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> taken, event = accept(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), actor="sato", now=at)
        >>> taken.state, event.detail["late"]
        (<AssignmentState.ACCEPTED: 'accepted'>, False)
    """
    _check(assignment, {AssignmentState.OFFERED}, "accepted", now)
    _check_owner(assignment, actor, "accept")
    late = assignment.deadline is not None and now >= assignment.deadline
    taken = attrs.evolve(assignment, state=AssignmentState.ACCEPTED)
    return taken, _event(assignment, EventKind.ACCEPTED, actor, now, detail={"late": late})


def decline(assignment: Assignment, *, actor: str, now: dt.datetime, reason: str) -> tuple[Assignment, Event]:
    """Decline an offer: somebody else must take it, for a stated reason.

    Args:
        assignment: offered.
        actor: the owner.
        now: aware.
        reason: why; not empty.

    Raises:
        StateError: it is not on offer, the actor is not its owner, or no reason is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> given, _ = decline(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), actor="sato", now=at, reason="competitor")
        >>> given.state
        <AssignmentState.DECLINED: 'declined'>
    """
    _check(assignment, {AssignmentState.OFFERED}, "declined", now)
    _check_owner(assignment, actor, "decline")
    if not reason.strip():
        raise StateError(f"The assignment '{assignment.id}' can be declined only for a reason: pass one.")
    given = attrs.evolve(assignment, state=AssignmentState.DECLINED)
    return given, _event(assignment, EventKind.DECLINED, actor, now, reason=reason)


def expire(
    assignment: Assignment, *, now: dt.datetime, actor: str = "leadflow", reason: str = "not accepted in time"
) -> tuple[Assignment, Event]:
    """Take an offer back that nobody accepted.

    Args:
        assignment: offered.
        now: aware.
        actor: who takes it back.
        reason: why.

    Raises:
        StateError: it is not on offer.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> expire(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), now=at)[0].state
        <AssignmentState.EXPIRED: 'expired'>
    """
    _check(assignment, {AssignmentState.OFFERED}, "taken back", now)
    gone = attrs.evolve(assignment, state=AssignmentState.EXPIRED)
    return gone, _event(assignment, EventKind.EXPIRED, actor, now, reason=reason)


def follow_up(
    assignment: Assignment, *, actor: str, now: dt.datetime, outcome: str
) -> tuple[Assignment, Event]:
    """Record that the lead was followed up.

    Args:
        assignment: accepted, or followed up before.
        actor: the owner.
        now: aware.
        outcome: what came of it, such as ``"appointment"``; not empty.

    Raises:
        StateError: it was not accepted, the actor is not its owner, or no outcome is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> taken, _ = accept(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), actor="sato", now=at)
        >>> follow_up(taken, actor="sato", now=at, outcome="appointment")[1].detail["outcome"]
        'appointment'
    """
    _check(assignment, {AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}, "followed up", now)
    _check_owner(assignment, actor, "follow up")
    if not outcome.strip():
        raise StateError(
            f"A follow-up of the assignment '{assignment.id}' needs an outcome, such as 'appointment'."
        )
    done = attrs.evolve(assignment, state=AssignmentState.FOLLOWED_UP)
    return done, _event(assignment, EventKind.FOLLOWED_UP, actor, now, detail={"outcome": outcome})


def close(assignment: Assignment, *, actor: str, now: dt.datetime, outcome: str) -> tuple[Assignment, Event]:
    """Close an assignment: the owner is done with the lead.

    Args:
        assignment: accepted or followed up.
        actor: who closes it.
        now: aware.
        outcome: what became of the lead; not empty.

    Raises:
        StateError: it was not accepted, or no outcome is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> taken, _ = accept(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), actor="sato", now=at)
        >>> close(taken, actor="sato", now=at, outcome="won")[0].state
        <AssignmentState.CLOSED: 'closed'>
    """
    _check(assignment, {AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}, "closed", now)
    if not outcome.strip():
        raise StateError(
            f"Closing the assignment '{assignment.id}' needs an outcome, such as 'won' or 'recycled'."
        )
    done = attrs.evolve(assignment, state=AssignmentState.CLOSED)
    return done, _event(
        assignment, EventKind.FOLLOWED_UP, actor, now, detail={"outcome": outcome, "closed": True}
    )


def pause(
    assignment: Assignment, pauses: Iterable[Pause] = (), *, actor: str, now: dt.datetime, reason: str
) -> tuple[Pause, Event]:
    """Stop the clock of an assignment, for a stated reason.

    Args:
        assignment: offered, accepted or followed up.
        pauses: so far.
        actor: who stops it.
        now: aware.
        reason: why; not empty.

    Returns:
        The pause, to be kept beside the assignment, and the journal entry.

    Raises:
        StateError: its clock stands still already, the assignment is over, or no reason is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> pause(one, actor="sato", now=at, reason="the customer is away")[0].end is None
        True
    """
    _check(assignment, _OPEN, "paused", now)
    if not reason.strip():
        raise StateError(f"The assignment '{assignment.id}' can be paused only for a reason: pass one.")
    if _running(assignment, pauses) is not None:
        raise StateError(f"The clock of the assignment '{assignment.id}' stands still already.")
    stopped = Pause(assignment_id=assignment.id, start=now, reason=reason, actor=actor)
    return stopped, _event(
        assignment,
        EventKind.CORRECTED,
        actor,
        now,
        reason=reason,
        detail={"field": "paused", "old": False, "new": True},
    )


def resume(
    assignment: Assignment, pauses: Iterable[Pause], *, actor: str, now: dt.datetime
) -> tuple[Pause, Event]:
    """Let the clock of an assignment run again.

    Args:
        assignment: whose clock.
        pauses: so far.
        actor: who lets it run.
        now: aware.

    Returns:
        The pause with its end, to be kept in the place of the open one, and the journal entry.

    Raises:
        StateError: its clock does not stand still.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> stopped, _ = pause(one, actor="sato", now=at, reason="the customer is away")
        >>> resume(one, [stopped], actor="sato", now=at + dt.timedelta(days=1))[0].end.day
        2
    """
    last = _running(assignment, pauses)
    if last is None:
        raise StateError(f"The clock of the assignment '{assignment.id}' does not stand still.")
    if now < last.start:
        raise StateError(
            f"The clock of the assignment '{assignment.id}' was stopped after the moment that was given."
        )
    ended = attrs.evolve(last, end=now)
    detail: dict[str, Json] = {"field": "paused", "old": True, "new": False}
    return ended, _event(assignment, EventKind.CORRECTED, actor, now, reason=last.reason, detail=detail)


def _running(assignment: Assignment, pauses: Iterable[Pause]) -> Pause | None:
    return next((one for one in pauses if one.assignment_id == assignment.id and one.end is None), None)


def _check(assignment: Assignment, states: Collection[AssignmentState], verb: str, now: dt.datetime) -> None:
    to_seconds(now)
    if assignment.state not in states:
        expected = " or ".join(sorted(state.value for state in states))
        raise StateError(
            f"The assignment '{assignment.id}' is {assignment.state.value}, so it cannot be {verb}; it must be {expected}."
        )
    if now < assignment.offered_at:
        raise StateError(f"The assignment '{assignment.id}' was offered after the moment that was given.")


def _check_owner(assignment: Assignment, actor: str, verb: str) -> None:
    if actor != assignment.owner:
        raise StateError(f"Only the owner of the assignment '{assignment.id}' can {verb}; '{actor}' is not.")


def _event(
    assignment: Assignment,
    kind: EventKind,
    actor: str,
    now: dt.datetime,
    *,
    reason: str = "",
    detail: dict[str, Json] | None = None,
) -> Event:
    return Event(
        kind=kind,
        lead_id=assignment.lead_id,
        at=now,
        actor=actor,
        reason=reason,
        definition=assignment.definition,
        detail={"assignment_id": assignment.id, "owner": assignment.owner, **(detail or {})},
    )
