"""The hand-over as a protocol: offered, then accepted, declined or expired, then followed up and closed.

Every function takes an assignment and returns it in its next state, with the journal entry that says so.
Nothing is changed in place, and what does not fit the present state is refused.
"""

import datetime as dt
from collections.abc import Collection

import attrs

from leadflow.errors import StateError
from leadflow.records.assignments import Assignment, AssignmentState, Pause
from leadflow.records.batches import to_seconds
from leadflow.records.events import Event, EventKind, Json

__all__ = ["accept", "close", "decline", "expire", "follow_up", "offered", "pause", "resume"]

_OPEN = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP})


def offered(assignment: Assignment, *, actor: str = "leadflow") -> Event:
    """Return the journal entry of a new assignment, with all its terms, so that it can be made anew from the journal.

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
            "team": assignment.team,
            "deadline": deadline,
            "reasons": list(assignment.reasons),
            "informed": [party.id for party in assignment.informed],
            "informed_why": [party.reason for party in assignment.informed],
            "rejected": [candidate.id for candidate in assignment.rejected],
            "rejected_why": [candidate.reason for candidate in assignment.rejected],
        },
    )


def accept(assignment: Assignment, *, actor: str, now: dt.datetime) -> tuple[Assignment, Event]:
    """Accept an offer: its owner takes the lead on.

    An offer that is overdue, but that nobody else has got yet, can still be accepted; the entry says so. A pause
    ends, and the deadline and the steps for accepting are over; `leadflow.routing.deadline_of` says until when the
    lead is to be followed up.

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
    awake, _ = _ended(assignment, now)
    taken = attrs.evolve(awake, state=AssignmentState.ACCEPTED, accepted_at=now, deadline=None, step=0)
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
    done = attrs.evolve(assignment, state=AssignmentState.FOLLOWED_UP, deadline=None)
    return done, _event(assignment, EventKind.FOLLOWED_UP, actor, now, detail={"outcome": outcome})


def close(assignment: Assignment, *, actor: str, now: dt.datetime, outcome: str) -> tuple[Assignment, Event]:
    """Close an assignment: the owner is done with the lead, which no longer counts as held.

    Args:
        assignment: on offer, accepted or followed up.
        actor: who closes it.
        now: aware.
        outcome: what became of the lead; not empty.

    Raises:
        StateError: it is over already, or no outcome is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> taken, _ = accept(Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), actor="sato", now=at)
        >>> close(taken, actor="sato", now=at, outcome="won")[0].state
        <AssignmentState.CLOSED: 'closed'>
    """
    _check(assignment, _OPEN, "closed", now)
    if not outcome.strip():
        raise StateError(
            f"Closing the assignment '{assignment.id}' needs an outcome, such as 'won' or 'recycled'."
        )
    awake, _ = _ended(assignment, now)
    done = attrs.evolve(awake, state=AssignmentState.CLOSED, deadline=None, closed_at=now)
    return done, _event(assignment, EventKind.CLOSED, actor, now, detail={"outcome": outcome})


def pause(assignment: Assignment, *, actor: str, now: dt.datetime, reason: str) -> tuple[Assignment, Event]:
    """Stop the clock of an assignment, for a stated reason.

    Args:
        assignment: offered, accepted or followed up.
        actor: who stops it.
        now: aware.
        reason: why; not empty.

    Raises:
        StateError: its clock stands still already, the assignment is over, or no reason is given.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> pause(one, actor="sato", now=at, reason="the customer is away")[0].paused.reason
        'the customer is away'
    """
    _check(assignment, _OPEN, "paused", now)
    if not reason.strip():
        raise StateError(f"The assignment '{assignment.id}' can be paused only for a reason: pass one.")
    if assignment.paused is not None:
        raise StateError(f"The clock of the assignment '{assignment.id}' stands still already.")
    if assignment.pauses and now < (assignment.pauses[-1].end or now):
        raise StateError(f"The clock of the assignment '{assignment.id}' stood still until a later moment.")
    stopped = Pause(start=now, reason=reason, actor=actor)
    after = attrs.evolve(assignment, pauses=(*assignment.pauses, stopped))
    return after, _event(assignment, EventKind.PAUSED, actor, now, reason=reason)


def resume(
    assignment: Assignment, *, actor: str, now: dt.datetime, reason: str = ""
) -> tuple[Assignment, Event]:
    """Let the clock of an assignment run again.

    Args:
        assignment: whose clock.
        actor: who lets it run.
        now: aware.
        reason: why; that of the pause when empty.

    Raises:
        StateError: its clock does not stand still, or was stopped later.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> stopped, _ = pause(one, actor="sato", now=at, reason="the customer is away")
        >>> resume(stopped, actor="sato", now=at + dt.timedelta(days=1))[0].pauses[0].end.day
        2
    """
    _check(assignment, _OPEN, "resumed", now)
    after, last = _ended(assignment, now)
    if last is None:
        raise StateError(f"The clock of the assignment '{assignment.id}' does not stand still.")
    return after, _event(assignment, EventKind.RESUMED, actor, now, reason=reason or last.reason)


def _ended(assignment: Assignment, now: dt.datetime) -> tuple[Assignment, Pause | None]:
    """Return the assignment with its clock running, and the pause that ended."""
    last = assignment.paused
    if last is None:
        return assignment, None
    if now < last.start:
        raise StateError(
            f"The clock of the assignment '{assignment.id}' was stopped after the moment that was given."
        )
    return attrs.evolve(assignment, pauses=(*assignment.pauses[:-1], attrs.evolve(last, end=now))), last


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
